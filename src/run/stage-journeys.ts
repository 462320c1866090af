import type { JourneyEvidence } from '../model/evidence.ts';
import type { Journey } from '../model/journey.ts';
import type { StackManifest } from '../model/manifest.ts';
import type { PlannedStage } from '../model/plan.ts';
import { addGap, owedIds, timed, type RunContext } from './context.ts';
import { commandEnvironment } from './environment.ts';
import { runJourney } from './journey.ts';
import { targetsOf } from './targets.ts';

/** Walks the stage's journeys with its retries; tells whether all of them were kept. */
export async function runStageJourneys(context: RunContext, stage: PlannedStage, manifest: StackManifest | undefined): Promise<boolean> {
  const from = context.ports.clock.monotonicMs();
  const repeatUntil = context.plan.budget === 'pr' ? from : from + (stage.journeys.length > 0 ? (stage.grantedMs ?? 0) : 0);
  let kept = true;
  for (let round = 1; round === 1 || (kept && context.ports.clock.monotonicMs() < repeatUntil); round += 1) {
    const take = (name: string) => walkOrMiss(context, name, { stage, manifest, round });
    const walked = stage.parallel ? await Promise.all(stage.journeys.map(take)) : await inOrder(stage.journeys, take);
    kept = walked.every(Boolean);
  }
  return kept;
}

interface Walking {
  readonly stage: PlannedStage;
  readonly journey: Journey;
  readonly manifest: StackManifest | undefined;
  readonly round: number;
}

async function walkOrMiss(context: RunContext, name: string, walking: Omit<Walking, 'journey'>): Promise<boolean> {
  const journey = context.plan.journeys.find((candidate) => candidate.name === name);
  if (journey && !context.signal.aborted) return walkWithRetries(context, { ...walking, journey });
  await addMissing(context, walking.stage, name);
  return false;
}

async function inOrder(names: readonly string[], take: (name: string) => Promise<boolean>): Promise<boolean[]> {
  const results: boolean[] = [];
  for (const name of names) results.push(await take(name));
  return results;
}

async function walkWithRetries(context: RunContext, walking: Walking): Promise<boolean> {
  const { stage, journey, round } = walking;
  for (let attempt = 1; attempt <= stage.retries + 1; attempt += 1) {
    const evidence = await walk(context, walking, attempt);
    // Later rounds of a long run are kept only when they have something to tell.
    if (round === 1 || evidence.outcome !== 'passed') await context.directory.addEvidence(evidence);
    context.ports.progress.update(`${stage.name} │ journey ${journey.name}: ${evidence.outcome} in ${Math.round(evidence.durationMs)} ms`);
    if (evidence.outcome === 'passed') return true;
    if (context.signal.aborted) return false;
  }
  return false;
}

async function walk(context: RunContext, { stage, journey, manifest, round }: Walking, attempt: number): Promise<JourneyEvidence> {
  const user = stage.users === 'synthetic' ? `synthetic-${context.info.id}-${round}-${attempt}` : 'gauntlet';
  const { value, window } = await timed(context.ports.clock, () =>
    runJourney(journey, {
      ports: context.ports,
      root: context.root,
      targets: targetsOf(context, stage, manifest),
      env: commandEnvironment(context, stage.name, manifest),
      user,
      signal: context.signal,
      redact: context.redact,
      countsTokens: context.plan.journeys.some(({ name, saves }) => saves && [name, saves.against].includes(journey.name)),
    }),
  );
  const suffix = round === 1 ? '' : `-round-${round}`;
  return {
    id: `${stage.name}/journey-${journey.name}-${attempt}${suffix}`,
    kind: 'journey',
    stage: stage.name,
    window,
    journey: journey.name,
    attempt,
    user,
    ...value,
  };
}

async function addMissing(context: RunContext, stage: PlannedStage, name: string): Promise<void> {
  const owed = owedIds(context.plan, { stage: stage.name, kind: 'journey', name });
  const message = context.signal.aborted
    ? `the journey ${name} was not started: the stage was stopped before it`
    : `no journey is called ${name}`;
  await addGap(context, { stage: stage.name, name: `journey-${name}`, owed }, { reason: 'not-started', message });
}
