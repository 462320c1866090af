import type { RunContext } from '../context.ts';
import { standBefore, type Standing } from '../faults.ts';
import { isOver } from './measure.ts';
import { startProbe } from './probe.ts';
import type { Scene } from './scene.ts';
import type { Experiment, Experimenting } from './types.ts';

const INTERVAL_MS = 100;
const WATCH_MS = 100;
/** Walks that are good before anything is counted, and the time after which we begin without them. */
const WARM = 10;
const WARM_MS = 15_000;
/** What an experiment takes beside its steady window, its fault and its recovery: warming up, patience, a last look. */
const AROUND_MS = 60_000;

interface Before {
  readonly scene: Scene;
  readonly holdMs: number;
  readonly steadyMs: number;
}

/** What stands between two services is there before all is looked at: so that it is no part of what is measured. */
export async function standFirst(
  context: RunContext,
  { experiment, guard }: Experimenting,
  { scene, holdMs, steadyMs }: Before,
): Promise<Standing | undefined> {
  const { name, plugin, fault, steady, during, recovery } = experiment;
  if (plugin.stands === undefined) return undefined;
  const standMs = steadyMs + AROUND_MS + recovery.value;
  const run = { plugin, options: fault.options, experiment: name, manifest: scene.manifest, holdMs };
  const standing = await standBefore(context, run, { guard, standMs });
  if (standing.attempts === undefined) return standing;
  try {
    await scene.look();
    await warm(context, { steady, during, scene });
    return standing;
  } catch (error) {
    await standing.leave();
    throw error;
  }
}

interface Warming extends Pick<Experiment, 'steady' | 'during'> {
  readonly scene: Scene;
}

/** Connections that stood were broken by what came between, and a service may have been started again: until walks are good again. */
async function warm({ ports: { clock }, signal }: RunContext, { steady, during, scene }: Warming): Promise<void> {
  const probes = steady.map((journey) =>
    startProbe({ journey, intervalMs: INTERVAL_MS * Math.max(1, steady.length - 1), during, context: scene.journeys, user: 'gauntlet' }),
  );
  const from = clock.monotonicMs();
  while (clock.monotonicMs() < from + WARM_MS && !probes.every(({ samples }) => samples.length >= WARM && isOver(samples, from)))
    await clock.sleep(WATCH_MS, signal);
  await Promise.all(probes.map((probe) => probe.stop()));
}
