import { faults } from '../../faults/registry.ts';
import type { FaultEvidence } from '../../model/evidence.ts';
import type { DuringLimits, LedgerFacts, WatchedAlert, WatchedJourney, WatchedState } from '../../model/experiment.ts';
import type { Journey } from '../../model/journey.ts';
import type { ResolvedTarget, Service } from '../../model/manifest.ts';
import { formatRatio } from '../../model/units.ts';
import type { RunContext } from '../context.ts';
import { withFault, type FaultRecord, type Guard, type Standing } from '../faults.ts';
import { watchAlert } from './alert.ts';
import { watchState } from './state.ts';
import { isWell } from './answers.ts';
import { attemptsSeen } from './attempts.ts';
import { evidenceOf } from './evidence.ts';
import { readBack, readerOf, WriteLedger } from './ledger.ts';
import { isOver, referenceOf, type Moments } from './measure.ts';
import { startProbe } from './probe.ts';
import { healthJourney, Scene } from './scene.ts';
import { standFirst } from './standing.ts';
import { allAtOnce, faultsOf, lastsOf, servicesOf, titleOf } from './together.ts';
import type { Experiment, Experimenting, Watching } from './types.ts';

/** Time before the fault in which all must be well, and the time that a fault is held unless somebody says how long. */
const TIMES = {
  pr: { steadyMs: 3_000, holdMs: 5_000 },
  nightly: { steadyMs: 10_000, holdMs: 15_000 },
  release: { steadyMs: 10_000, holdMs: 15_000 },
} as const;
const INTERVAL_MS = 100;
const CONTROL_MS = 250;
/** Between walks that are begun all at once: time for all of them to fail. */
const BURST_MS = 1_500;
/** A system that is well must answer so many of its walks. */
const STEADY = 0.95;
const LEAST_STEADY = 5;
const ENOUGH_STEADY = 20;
const PATIENCE_MS = 15_000;
/** Recovery is watched for at least so long: what breaks a moment later must be seen. */
const SETTLE_MS = 2_000;
/** Beyond its limit, so that a slow recovery is told from none. */
const BEYOND_MS = 15_000;
const WATCH_MS = 100;
const DEAD_AFTER_MS = 3_000;
/** Writes shortly before a crash are those that it loses. */
const BEFORE_MS = 2_000;

/** Carries one experiment out and returns all that it left. @throws what the fault threw, after healing. */
export async function runExperiment(context: RunContext, experimenting: Experimenting): Promise<FaultEvidence> {
  const { stage, stack, experiment, guard } = experimenting;
  const { clock } = context.ports;
  const scene = new Scene(context, stage, stack);
  // What is put in between is of the experiment: a service that is started again for it did not die by itself.
  const from = clock.now();
  const standing = await standFirst(context, experimenting, {
    scene,
    holdMs: holdOf(context, experiment),
    steadyMs: TIMES[context.plan.budget].steadyMs,
  });
  const before = await scene.look();
  const startMs = clock.monotonicMs();
  const ledger = newLedger(context, experiment);
  const phase: FaultPhase = { lasts: false };
  const watching = watch(experiment, scene, { ledger, phase });
  const over = new AbortController();
  const untilOver = { ports: context.ports, signal: AbortSignal.any([context.signal, over.signal]) };
  const told = watchTold(untilOver, experiment.during, () => scene.targets);
  const following = scene.follow(servicesOf(experiment), over.signal);
  try {
    await steadyWindow(context, watching);
    const sick = whySick(watching);
    const done = sick === undefined ? await harm(context, experimenting, { scene, standing, phase }) : undefined;
    phase.lasts = false;
    const reference = done && referenceOf({ ...done, lasts: lastsOf(experiment) });
    if (reference !== undefined) await waitForRecovery(context, { experiment, scene, watching, reference });
    const endMs = clock.monotonicMs();
    await Promise.all(watching.map(({ probe }) => probe.stop()));
    const attempts = await attemptsSeen(context, { startMs, standing, experiment });
    const after = await scene.look();
    const residue = await standing?.leave();
    const record = done && { ...done, ...(residue === undefined ? {} : { residue }) };
    const moments: Moments = {
      startMs,
      lasts: lastsOf(experiment),
      endMs,
      ...(record ?? { injectMs: endMs, injectedMs: endMs, healMs: endMs, healedMs: endMs }),
    };
    const said = await told(moments);
    const read = record && ledger && (await readLedger(context, { experimenting, scene, ledger, moments, guard }));
    return evidenceOf(context, experimenting, { record, sick, moments, watching, before, after, ledger: read, attempts, ...said, from });
  } finally {
    over.abort();
    await Promise.all(watching.map(({ probe }) => probe.stop()));
    await following;
    await standing?.leave();
  }
}

/** Follows what the system itself says of the fault, where somebody named it, until it is asked what that was. */
function watchTold(
  context: Pick<RunContext, 'ports' | 'signal'>,
  { alert, state }: DuringLimits,
  targets: () => readonly ResolvedTarget[],
): (moments: Moments) => Promise<{ alert: WatchedAlert | undefined; state: WatchedState | undefined }> {
  const alerted = alert && watchAlert(context, alert, targets);
  const shown = state && watchState(context, state, targets);
  return async (moments) => ({ alert: await alerted?.stop(moments), state: await shown?.stop(moments) });
}

/** The time before the fault; longer on a machine that is too busy to have asked often enough. */
async function steadyWindow({ ports: { clock }, plan, signal }: RunContext, watching: readonly Watching[]): Promise<void> {
  await clock.sleep(TIMES[plan.budget].steadyMs, signal);
  const until = clock.monotonicMs() + PATIENCE_MS;
  const asked = (): boolean => watching.every(({ role, probe }) => role !== 'steady' || probe.samples.length >= ENOUGH_STEADY);
  while (!asked() && clock.monotonicMs() < until) await clock.sleep(WATCH_MS, signal);
}

interface Harming {
  readonly scene: Scene;
  readonly standing: Standing | undefined;
  readonly phase: FaultPhase;
}

async function harm(context: RunContext, experimenting: Experimenting, { scene, standing, phase }: Harming): Promise<FaultRecord> {
  const { stage, experiment } = experimenting;
  context.ports.progress.say(`${stage.name} │ experiment ${experiment.name}: ${titleOf(experiment)}`);
  const begun = (): void => void (phase.lasts = true);
  return allAtOnce(context, experimenting, { standing, manifest: scene.manifest, holdMs: holdOf(context, experiment), begun });
}

/** Several faults at once are held as long as the longest. */
function holdOf({ plan }: RunContext, experiment: Experiment): number {
  const held = faultsOf(experiment).filter(({ plugin }) => plugin.lasts === 'held');
  return Math.max(0, ...held.map(({ fault }) => fault.durationMs ?? TIMES[plan.budget].holdMs));
}

/** Whether the fault lasts just now. */
interface FaultPhase {
  lasts: boolean;
}

function newLedger({ directory, ports }: RunContext, { name, ledger }: Experiment): WriteLedger | undefined {
  if (ledger === undefined) return undefined;
  const file = directory.file(`evidence/ledger-${name}.ndjson`);
  return new WriteLedger({
    now: () => ports.clock.monotonicMs(),
    intend: (id) => ports.files.appendDurably(file, `${JSON.stringify({ at: ports.clock.now(), id })}\n`),
  });
}

interface WatchedBy {
  readonly ledger: WriteLedger | undefined;
  readonly phase: FaultPhase;
}

function watch(experiment: Experiment, scene: Scene, { ledger, phase }: WatchedBy): Watching[] {
  const { steady, control, during, ledger: plan } = experiment;
  const { targets } = scene;
  const harmed = targets.filter(({ service }) => service !== undefined && servicesOf(experiment).includes(service));
  const start = (journey: Journey, role: WatchedJourney['role'], intervalMs: number): Watching => {
    const writes = ledger !== undefined && journey.name === plan?.write;
    const counted = writes ? { nonce: ledger.next, wrote: ledger.wrote } : {};
    const { parallel, leaveAfterMs } = during;
    const special = {
      ...(parallel === undefined ? {} : { burst: () => (phase.lasts ? { size: parallel, everyMs: BURST_MS } : undefined) }),
      ...(leaveAfterMs === undefined ? {} : { leaveAfterMs: () => (phase.lasts ? leaveAfterMs : undefined) }),
    };
    const own = role === 'steady' ? special : {};
    const probe = startProbe({ journey, intervalMs, during, context: scene.journeys, user: 'gauntlet', ...own, ...counted });
    const spoken = targets.filter((target) => speaksTo(journey, [target])).map(({ name }) => name);
    return { journey: journey.name, role, direct: speaksTo(journey, harmed), targets: spoken, intervalMs, probe };
  };
  const health = targets.flatMap((target) => healthJourney(target) ?? []);
  return [
    ...steady.map((journey) => start(journey, 'steady', INTERVAL_MS * Math.max(1, steady.length - 1))),
    ...control.map((journey) => start(journey, 'control', CONTROL_MS)),
    ...health.map((journey) => start(journey, 'health', CONTROL_MS)),
  ];
}

function speaksTo({ steps }: Journey, targets: readonly ResolvedTarget[]): boolean {
  const texts = JSON.stringify(steps.map(({ options }) => options));
  return targets.some(({ name, url }) => new RegExp(`\\{\\{\\s*${name}[.\\s}]`).test(texts) || texts.includes(new URL(url).origin));
}

/** Why all was not well before the fault; then it is not done. */
function whySick(watching: readonly Watching[]): string | undefined {
  // What a health path says is a fact to compare, and no journey of anybody.
  for (const { journey, role, probe } of watching.filter((one) => one.role !== 'health')) {
    const said = probe.samples.filter(({ answer }) => answer !== 'exhausted');
    const good = said.filter(({ answer }) => isWell(answer)).length;
    const least = role === 'steady' ? LEAST_STEADY : 1;
    if (said.length < least) return `${journey} had an answer to only ${said.length} of its walks before the fault; ${least} are needed`;
    if (good / said.length < STEADY) {
      const failure = said.find(({ answer }) => !isWell(answer))?.failure;
      const shown = failure === undefined ? '' : `: ${failure.step}: ${failure.measured}`;
      return `${journey} was answered well in only ${formatRatio(good / said.length)} of its ${said.length} walks before the fault${shown}`;
    }
  }
  return undefined;
}

interface Waiting {
  readonly experiment: Experiment;
  readonly scene: Scene;
  readonly watching: readonly Watching[];
  readonly reference: number;
}

/** Until everything is well again, or nobody needs to wait any longer. */
async function waitForRecovery(context: RunContext, { experiment, scene, watching, reference }: Waiting): Promise<void> {
  const { clock } = context.ports;
  const { recovery } = experiment;
  const until = reference + recovery.value + Math.min(recovery.value / 2, BEYOND_MS);
  const settled = clock.monotonicMs() + SETTLE_MS;
  let nextLook = reference + DEAD_AFTER_MS;
  while (clock.monotonicMs() < until) {
    await clock.sleep(WATCH_MS, context.signal);
    const now = clock.monotonicMs();
    if (now >= settled && watching.every(({ role, probe }) => role === 'health' || isOver(probe.samples, reference, probe.oldestMs())))
      return;
    if (now < nextLook) continue;
    nextLook = clock.monotonicMs() + DEAD_AFTER_MS;
    if (isDead(await scene.look(), servicesOf(experiment))) return;
  }
}

/** Ended, and nobody will start it again: there is nothing to wait for. */
function isDead(services: readonly Service[], targets: readonly string[]): boolean {
  return services.some(
    ({ name, restartPolicy, replicas }) =>
      targets.includes(name) &&
      (restartPolicy === undefined || restartPolicy === 'no') &&
      replicas.every(({ state }) => state === 'exited' || state === 'dead' || state === 'missing'),
  );
}

interface Reading {
  readonly experimenting: Experimenting;
  readonly scene: Scene;
  readonly ledger: WriteLedger;
  readonly moments: Moments;
  readonly guard: Guard;
}

async function readLedger(
  context: RunContext,
  { experimenting, scene, ledger, moments, guard }: Reading,
): Promise<LedgerFacts | undefined> {
  const { experiment } = experimenting;
  const { ledger: plan, name } = experiment;
  const journey = plan && readerOf(context.plan.journeys, plan);
  if (plan === undefined || journey === undefined) return undefined;
  const first = await readBack(ledger.ids(), journey, scene.journeys());
  const readings: [typeof first, ...(typeof first)[]] = [first];
  if (plan.restart !== undefined) {
    await restart(context, { service: plan.restart, experiment: name, scene, guard });
    readings.push(await readBack(ledger.ids(), journey, scene.journeys()));
  }
  return ledger.facts(readings, {
    write: plan.write,
    read: journey.name,
    fromMs: moments.injectMs - BEFORE_MS,
    toMs: moments.endMs,
    restarted: plan.restart,
  });
}

interface Restarting {
  readonly service: string;
  readonly experiment: string;
  readonly scene: Scene;
  readonly guard: Guard;
}

/** A stop and a start, booked like any other fault; then until its service is well. */
async function restart(context: RunContext, { service, experiment, scene, guard }: Restarting): Promise<void> {
  const plugin = faults.find(({ type }) => type === 'stop');
  if (plugin === undefined) return;
  await withFault(
    context,
    { plugin, options: { service }, experiment: `${experiment}-restart`, manifest: scene.manifest, holdMs: 0 },
    guard,
  );
  const { clock } = context.ports;
  const until = clock.monotonicMs() + BEYOND_MS;
  while (clock.monotonicMs() < until) {
    const seen = (await scene.look()).find(({ name }) => name === service);
    if (seen?.replicas.every(({ state, health }) => state === 'running' && (health === 'healthy' || health === 'none'))) return;
    await clock.sleep(WATCH_MS, context.signal);
  }
}
