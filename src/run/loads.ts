import type { LoadContext, LoadOutput, LoadPlugin, LoadSeries } from '../loads/contract.ts';
import { loads } from '../loads/registry.ts';
import { isHeldTo } from '../model/agents.ts';
import { errorMessage } from '../model/errors.ts';
import type { Journey } from '../model/journey.ts';
import type { Threshold } from '../model/threshold.ts';
import { holdsFor, type Owed, type PlannedLoad, type PlannedStage } from '../model/plan.ts';
import { addGap, type Gap, type RunContext } from './context.ts';
import { commandEnvironment } from './environment.ts';
import { momentsOf } from './moments.ts';
import { rehearsing, threadsOf, usersOf, type LoadUsers } from './load-users.ts';
import { isResourceMetric } from './resource-metrics.ts';
import type { RunningStack } from './stack.ts';
import { targetsOf } from './targets.ts';

/** The engine that the plan's own loads are for. */
const ENGINE = 'engine';

/** Puts the loads of a stage on the system, one after the other; tells whether each of them proved what it measured. */
export async function runLoads(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<boolean> {
  const answered = new Set<string>(context.loadResults?.metrics);
  const explained = new Set<string>();
  let proved = true;
  for (const load of stage.loads) {
    const gaps = context.signal.aborted ? [stopped(load)] : await runLoad(context, { stage, load, stack, answered });
    const owed = owedBy(context, stage, load);
    for (const gap of gaps) await addGap(context, { stage: stage.name, name: `load-${load.name}`, owed }, gap);
    if (gaps.length > 0) for (const id of owed) explained.add(id);
    proved &&= gaps.length === 0;
  }
  await leaveOpen(context, stage, { answered, explained });
  return proved;
}

/** Says of every series that the stage owes why nothing was measured. */
export async function skipLoads(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  const measured = measuredByTools(context, stage);
  for (const { id, name, what } of seriesOwed(context, stage).filter((piece) => !measured(piece)))
    await addGap(
      context,
      { stage: stage.name, name: `series-${name}`, owed: [id] },
      { reason: 'not-started', message: `${what}: not started, ${because}` },
    );
}

interface Running {
  readonly stage: PlannedStage;
  readonly load: PlannedLoad;
  readonly stack: RunningStack | undefined;
  /** Names of the series that were stored. */
  readonly answered: Set<string>;
}

/** Stores what the load measured; returns why it proves nothing, if so. */
async function runLoad(context: RunContext, running: Running): Promise<Gap[]> {
  const { stage, load, answered } = running;
  const journeys = load.journeys.flatMap((name) => context.plan.journeys.find((journey) => journey.name === name) ?? []);
  const plugin = loads.find(({ type }) => type === ENGINE);
  if (!plugin) return [{ reason: 'unsupported', message: `load ${load.name}: this version has no engine for it` }];
  if (journeys.length === 0) {
    const fix = `name the journeys that its users walk under \`journeys\` of ${stage.name}`;
    return [{ reason: 'nothing-to-run', message: `load ${load.name} has no journey to walk`, fix }];
  }
  const shard = shardOf(context, stage);
  const whole = 'leave `legs` out, or put this load into a stage that has none';
  if (shard && load.shape === 'step')
    return [{ reason: 'unsupported', message: `load ${load.name}: several legs cannot climb in step`, fix: whole }];
  if (shard && load.users < shard.of)
    return [{ reason: 'unsupported', message: `load ${load.name}: ${load.users} users cannot be shared by ${shard.of} legs`, fix: whole }];
  const gaps: Gap[] = [];
  const seen: LoadSeries[] = [];
  try {
    for await (const output of outputsOf(context, { ...running, plugin, journeys })) {
      if (output.kind === 'gap') {
        gaps.push({ reason: output.reason, message: `load ${load.name}: ${output.message}`, fix: output.fix });
        continue;
      }
      answered.add(output.metric);
      const { aborted } = output.delivery ?? {};
      if (aborted) context.ports.progress.say(`${stage.name} │ ${load.name} was stopped by ${aborted.threshold}: ${aborted.measured}`);
      seen.push(output);
      await addSeries(context, running, output);
    }
    const own = seen.find(({ metric }) => metric === load.name);
    const moments = own && !context.signal.aborted ? await momentsOf(context, { stage, load, own, series: seen }) : [];
    if (own && moments.length > 0) await addSeries(context, running, { ...own, moments });
  } catch (error) {
    gaps.push({ reason: context.signal.aborted ? 'interrupted' : 'crashed', message: `load ${load.name}: ${errorMessage(error)}` });
  }
  return gaps;
}

async function addSeries(context: RunContext, { stage, load }: Running, series: LoadSeries): Promise<void> {
  const id = series.metric === load.name ? load.name : `${load.name}-${series.metric}`;
  await context.directory.addEvidence({ id: `${stage.name}/series-${id}`, stage: stage.name, load: load.name, ...series });
}

interface Outputting extends Running {
  readonly plugin: LoadPlugin;
  readonly journeys: readonly Journey[];
}

async function* outputsOf(context: RunContext, { stage, load, stack, plugin, journeys }: Outputting): AsyncGenerator<LoadOutput> {
  const { ports, root, signal, redact, info, plan } = context;
  const { perUserPerMinute, connectWithinMs, thinkMs, shape, workers, grantedMs } = load;
  const shard = shardOf(context, stage);
  const count = countOf(load, shard);
  const options = plugin.options.parse({ users: count, perUserPerMinute, connectWithinMs, thinkMs, shape, workers, durationMs: grantedMs });
  ports.progress.say(`${stage.name} │ ${load.name}: ${plugin.title(options)}`);
  await using closing = new AsyncDisposableStack();
  const users: LoadUsers = {
    journeys,
    root,
    targets: targetsOf(context, stage, stack?.manifest),
    env: commandEnvironment(context, stage.name, stack?.manifest),
    naming: {
      prefix: stage.users === 'synthetic' ? `synthetic-${info.id}` : 'gauntlet',
      first: (shard?.index ?? 0) + 1,
      step: shard?.of ?? 1,
    },
  };
  const redacting = { env: ports.env, runId: info.id, root, patterns: plan.redact };
  const loadContext: LoadContext = {
    name: load.name,
    ports,
    seed: plan.seed + (shard?.index ?? 0),
    signal,
    tell: (line) =>
      ports.progress.update(`${stage.name} │ ${load.name}: ${[line, context.resources?.line() ?? ''].filter(Boolean).join(', ')}`),
    limitMs: limitOf(thresholdsOf(context, { stage, load })),
    abort: abortOf(context, { stage, load }),
    populate: (walks) => usersOf(users, { ports, redact, closing }, walks),
    rehearse: (url, walks) => usersOf(rehearsing(users, url), { ports, redact, closing }, walks),
    threads: threadsOf(ports, { type: plugin.type, users, redacting, name: load.name }),
    stepsPerWalk: journeys.reduce((sum, { steps }) => sum + steps.length, 0) / journeys.length,
  };
  for await (const output of plugin.run(options, loadContext)) {
    const { delivery } = output.kind === 'series' ? output : {};
    yield shard && delivery && output.kind === 'series' ? { ...output, delivery: { ...delivery, shards: shard.of } } : output;
  }
}

interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Legs that ask one system share its load. Each leg that brings up a system of its own puts all of it on that. */
function shardOf({ plan, info }: RunContext, { legs }: PlannedStage): Shard | undefined {
  const index = legs?.indexOf(info.leg ?? '') ?? -1;
  const own = plan.stack !== undefined && plan.stack.kind !== EXTERNAL;
  return legs === undefined || index < 0 || own ? undefined : { index, of: legs.length };
}

const EXTERNAL = 'external';

/** Every so many-eth user is this shard's. */
function countOf({ users }: PlannedLoad, shard: Shard | undefined): number {
  return shard ? Math.ceil((users - shard.index) / shard.of) : users;
}

/** The thresholds that one load is held to. */
function thresholdsOf({ plan }: RunContext, { stage, load }: Pick<Running, 'stage' | 'load'>): Threshold[] {
  return stage.thresholds.filter(
    (threshold) => holdsFor(threshold, load) && (threshold.load !== undefined || isHeldTo(threshold.metric, load, plan.journeys)),
  );
}

/** The tightest limit of a latency. */
function limitOf(thresholds: readonly Threshold[]): number | undefined {
  const limits = thresholds.flatMap(({ metric, limit }) =>
    limit.unit === 'milliseconds' && !isResourceMetric(metric) ? [limit.value] : [],
  );
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Asks whether a threshold stops the load that is broken by now; `undefined` where none would. */
function abortOf(context: RunContext, running: Pick<Running, 'stage' | 'load'>): LoadContext['abort'] {
  const { ports, resources, outcomeOf } = context;
  const thresholds = thresholdsOf(context, running).filter(({ abort }) => abort);
  if (thresholds.length === 0) return undefined;
  const from = ports.clock.now();
  return (measured) => {
    for (const threshold of thresholds) {
      const { metric, text } = threshold;
      const samples = isResourceMetric(metric) ? resources?.soFar(metric, from) : measured(metric);
      const found = samples && outcomeOf(threshold, samples);
      if (found?.outcome === 'broken') return { threshold: text, measured: found.measured };
    }
    return undefined;
  };
}

function stopped({ name }: PlannedLoad): Gap {
  return { reason: 'not-started', message: `load ${name} was not started: the stage was stopped before it` };
}

/** A load that proves nothing leaves open what each of its metrics owes: another load has its own. */
function owedBy(context: RunContext, stage: PlannedStage, { name }: PlannedLoad): string[] {
  const others = stage.loads.filter((load) => load.name !== name).map((load) => load.name);
  return seriesOwed(context, stage).flatMap((piece) => (others.includes(piece.name) || isResourceMetric(piece.name) ? [] : [piece.id]));
}

/** What the plan asks for and nothing has measured is said, never passed over. */
async function leaveOpen(
  context: RunContext,
  stage: PlannedStage,
  { answered, explained }: { answered: ReadonlySet<string>; explained: ReadonlySet<string> },
): Promise<void> {
  const loadNames = stage.loads.map(({ name }) => name);
  const measured = measuredByTools(context, stage);
  for (const piece of seriesOwed(context, stage)) {
    if (answered.has(piece.name) || explained.has(piece.id) || loadNames.includes(piece.name) || isResourceMetric(piece.name)) continue;
    if (measured(piece)) continue;
    await addGap(
      context,
      { stage: stage.name, name: `series-${piece.name}`, owed: [piece.id] },
      { reason: 'unsupported', message: `${piece.what}: nothing in the stage measured it${labelled(context)}` },
    );
  }
}

/** Whether a piece was measured by another tool, or its results have said why it was not. */
function measuredByTools({ loadResults }: RunContext, { commands, loads }: PlannedStage): (piece: Owed) => boolean {
  const tools = commands.flatMap((command) => (command.loadResults === undefined ? [] : [command.name]));
  const allExplained = loads.length === 0 && tools.length > 0 && tools.every((name) => loadResults?.explained.has(name));
  return ({ name }) => loadResults?.metrics.has(name) === true || tools.includes(name) || (allExplained && !isResourceMetric(name));
}

const LABELS = 20;

/** What could have been meant. */
function labelled({ loadResults }: RunContext): string {
  const labels = [...(loadResults?.labels ?? [])];
  if (labels.length === 0) return '';
  return `; the load results name ${labels.slice(0, LABELS).join(', ')}${labels.length > LABELS ? `, and ${labels.length - LABELS} more` : ''}`;
}

function seriesOwed({ plan }: RunContext, stage: PlannedStage): Owed[] {
  return plan.owed.filter((piece) => piece.stage === stage.name && piece.kind === 'series');
}
