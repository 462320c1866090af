import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { frameLocator } from '../diagnostics/locate.ts';
import type { Population } from '../loads/contract.ts';
import { errorMessage } from '../model/errors.ts';
import type { LeaksEvidence } from '../model/evidence.ts';
import type { Journey } from '../model/journey.ts';
import type { PlannedLeaks, Return, ServiceAtRest } from '../model/leaks.ts';
import type { PlannedStage } from '../model/plan.ts';
import { addGap, owedIds, type Gap, type RunContext } from './context.ts';
import { commandEnvironment } from './environment.ts';
import { trackedFiles } from './git.ts';
import { AtRest, type Profile } from './leaks/at-rest.ts';
import { missOf, walkRound, type RoundEnd } from './leaks/walks.ts';
import { populate } from './population.ts';
import type { RunningStack } from './stack.ts';
import { targetsOf } from './targets.ts';

/** How long a round of walks is, and how many are asked of it: enough that a few bytes of each walk can be told from noise. */
const ROUND_MS = 5_000;
const PER_SECOND = 100;
/** Connections that were closed are gone from the service's own accounts a moment later. */
const SETTLE_MS = 500;

/** Searches for what piles up, one journey after the other; tells whether each search came to its end. */
export async function runLeaks(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<boolean> {
  let whole = true;
  for (const search of stage.leaks ?? []) {
    const gap = context.signal.aborted ? stopped(search) : await trySearch(context, { stage, search, stack });
    if (gap === undefined) continue;
    const owed = owedIds(context.plan, { stage: stage.name, kind: 'leaks', name: search.journey });
    await addGap(context, { stage: stage.name, name: `leaks-${search.journey}`, owed }, gap);
    whole = false;
  }
  return whole;
}

/** Says of every search that the stage owes why it was not made. */
export async function skipLeaks(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  for (const { journey } of stage.leaks ?? []) {
    const owed = owedIds(context.plan, { stage: stage.name, kind: 'leaks', name: journey });
    const gap: Gap = { reason: 'not-started', message: `leaks of ${journey}: not started, ${because}` };
    await addGap(context, { stage: stage.name, name: `leaks-${journey}`, owed }, gap);
  }
}

interface Searching {
  readonly stage: PlannedStage;
  readonly search: PlannedLeaks;
  readonly stack: RunningStack | undefined;
}

async function trySearch(context: RunContext, searching: Searching): Promise<Gap | undefined> {
  const { stage, search, stack } = searching;
  const journey = context.plan.journeys.find(({ name }) => name === search.journey);
  if (!journey) return { reason: 'nothing-to-run', message: `leaks: there is no journey ${search.journey}` };
  if (stack?.plugin.sampler === undefined || stack.plugin.inside === undefined)
    return {
      reason: 'unsupported',
      message: `leaks of ${search.journey}: ${stack ? `what services of a stack of kind ${stack.manifest.kind} hold cannot be seen from here` : 'there is no stack whose services could be looked at'}`,
    };
  try {
    const scene = { ...searching, stack, journey };
    const found = await searchIn(context, scene);
    if (context.signal.aborted) return { reason: 'interrupted', message: `leaks of ${search.journey}: stopped before it was over` };
    await context.directory.addEvidence({ id: `${stage.name}/leaks-${search.journey}`, kind: 'leaks', stage: stage.name, ...found });
    return undefined;
  } catch (error) {
    return { reason: context.signal.aborted ? 'interrupted' : 'crashed', message: `leaks of ${search.journey}: ${errorMessage(error)}` };
  }
}

interface Scene extends Searching {
  readonly stack: RunningStack;
  readonly journey: Journey;
}

async function searchIn(context: RunContext, scene: Scene): Promise<Omit<LeaksEvidence, 'id' | 'kind' | 'stage'>> {
  const { stage, search, journey } = scene;
  const { clock, progress } = context.ports;
  const from = clock.now();
  const atRest = await AtRest.of(context, scene);
  const walks = { kept: 0, missed: 0, cut: 0, miss: undefined as RoundEnd['miss'] };
  let profiles: ReadonlyMap<string, Profile> = new Map();
  // The round after the last shows what it is that was held.
  for (let cycle = 0; cycle <= search.cycles + 1 && !context.signal.aborted; cycle += 1) {
    const last = cycle === search.cycles + 1;
    progress.update(`${stage.name} │ leaks of ${journey.name}: ${last ? 'a profile' : `round ${cycle} of ${search.cycles}`}`);
    const profiling = last ? atRest.profile(ROUND_MS + search.waitMs + 2 * SETTLE_MS) : undefined;
    if (cycle > 0) {
      const end = await round(context, scene, cycle);
      for (const key of ['kept', 'missed', 'cut'] as const) walks[key] += end[key];
      walks.miss ??= end.miss;
    }
    await clock.sleep(SETTLE_MS + search.waitMs, context.signal).catch(() => undefined);
    if (profiling) profiles = await profiling;
    else await atRest.look(walks.kept + walks.missed);
  }
  const returned = search.idleMs === undefined || context.signal.aborted ? undefined : await comeBack(context, scene, search.idleMs);
  const services: ServiceAtRest[] = [];
  for (const service of atRest.services())
    services.push(await withProfile(context, scene, { service, profile: profiles.get(service.service) }));
  const { kept, missed, cut, miss } = walks;
  const { users, waitMs, cycles } = search;
  return {
    window: { from, to: clock.now() },
    journey: journey.name,
    users,
    waitMs,
    cycles,
    walks: { kept, missed, cut, ...(miss === undefined ? {} : { miss }) },
    services,
    ...(returned === undefined ? {} : { returned }),
  };
}

/** One round by users who come and go: what is open for them is closed at its end. */
async function round(context: RunContext, scene: Scene, cycle: number): Promise<RoundEnd> {
  const { users } = scene.search;
  await using entered = enter(context, scene, users === 'new' ? `-${cycle}` : '');
  const [journey] = entered.population.journeys;
  if (!journey) throw new RangeError('a population walks a journey');
  const user = (index: number): number => (users === 'new' ? index : index % users);
  const { clock } = context.ports;
  return await walkRound(journey, { perSecond: PER_SECOND, durationMs: ROUND_MS, user, clock, signal: context.signal });
}

/** Somebody who was here, is away for longer than a session lasts, and comes back: over what was open, if anything was. */
async function comeBack(context: RunContext, scene: Scene, idleMs: number): Promise<Return> {
  context.ports.progress.update(`${scene.stage.name} │ leaks of ${scene.journey.name}: a user is away for ${idleMs / 1_000} s`);
  await using entered = enter(context, scene, '-idle');
  const [journey] = entered.population.journeys;
  if (!journey) throw new RangeError('a population walks a journey');
  const before = await journey.walk(0);
  await context.ports.clock.sleep(idleMs, context.signal).catch(() => undefined);
  const after = await journey.walk(0);
  const miss = missOf(after.end === 'missed' ? after : before);
  return { idleMs, before: before.end, after: after.end, ...(miss === undefined ? {} : { miss }) };
}

interface Entered extends AsyncDisposable {
  readonly population: Population;
}

function enter(context: RunContext, { stage, stack, journey }: Scene, suffix: string): Entered {
  const { ports, root, signal, redact, info } = context;
  const closing = new AsyncDisposableStack();
  const http = closing.use(ports.loadHttp(signal));
  const targets = targetsOf(context, stage, stack.manifest);
  const env = commandEnvironment(context, stage.name, stack.manifest);
  const prefix = stage.users === 'synthetic' ? `synthetic-${info.id}` : 'gauntlet';
  const walking = { ports: { ...ports, http }, root, targets, env, signal, redact };
  const population = closing.use(populate([journey], walking, { name: (user) => `${prefix}-leaks${suffix}-${user + 1}` }));
  return { population, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/** The profile beside the logs, and what it says in a few lines. */
async function withProfile(
  context: RunContext,
  { stage, search }: Scene,
  { service, profile }: { readonly service: ServiceAtRest; readonly profile: Profile | undefined },
): Promise<ServiceAtRest> {
  if (profile === undefined) return service;
  if ('why' in profile) return { ...service, profile: { state: 'not-taken', why: profile.why } };
  const file = `logs/${stage.name}/leaks-${search.journey}-${service.service}.${profile.ending}`;
  const data = typeof profile.data === 'string' ? context.redact(profile.data) : profile.data;
  await context.ports.files.write(join(context.directory.path, file), data);
  const source = { file, sha256: createHash('sha256').update(data).digest('hex'), bytes: Buffer.byteLength(data) };
  const locate = frameLocator(context.root, await trackedFiles(context));
  const top = profile.top.map(({ file, ...rest }) => ({ ...rest, ...(file === undefined ? {} : { file: locate(file) ?? file }) }));
  return { ...service, profile: { state: 'taken', source, top } };
}

function stopped({ journey }: PlannedLeaks): Gap {
  return { reason: 'not-started', message: `leaks of ${journey}: not started, the stage was stopped before it` };
}
