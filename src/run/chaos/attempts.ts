import { ATTEMPT_ENDS, type Attempt, type AttemptFacts } from '../../model/attempt.ts';
import type { RunContext } from '../context.ts';
import type { Standing } from '../faults.ts';
import type { Experiment } from './types.ts';

const MOST_POINTS = 10_000;
const MOST_PATHS = 10;

interface Seeing {
  /** Of the experiment, `monotonicMs`. */
  readonly startMs: number;
  readonly standing: Standing | undefined;
  readonly experiment: Experiment;
}

/** What was attempted at the dependency since the experiment began; `undefined` where nothing stood before it. */
export async function attemptsSeen(
  { ports: { clock }, redact }: RunContext,
  { startMs, standing, experiment }: Seeing,
): Promise<AttemptFacts | undefined> {
  if (standing?.attempts === undefined) return undefined;
  const { attempts, dropped } = await standing.attempts();
  // Written down by another process, on the clock of the wall.
  const beganMs = Date.parse(clock.now()) - (clock.monotonicMs() - startMs);
  const since = attempts.filter(({ atMs }) => atMs >= beganMs);
  const [from = '', to = ''] = edgeOf(experiment.fault.options);
  const digests = new Map<string, number>();
  const indexOf = (digest: string): number => {
    const known = digests.get(digest) ?? digests.size;
    digests.set(digest, known);
    return known;
  };
  const points = since
    .slice(0, MOST_POINTS)
    .map(({ atMs, answeredMs, overMs, end, connection, digest }): AttemptFacts['points'][number] => [
      Math.round(atMs - beganMs),
      answeredMs ?? -1,
      overMs ?? -1,
      ATTEMPT_ENDS.indexOf(end),
      connection,
      indexOf(digest),
    ]);
  return {
    from,
    to,
    points,
    requests: digests.size,
    paths: pathsOf(since, redact),
    dropped: dropped + Math.max(0, since.length - MOST_POINTS),
  };
}

function edgeOf(options: Experiment['fault']['options']): string[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return [];
  return ['from', 'to'].map((key) => {
    const name = options[key];
    return typeof name === 'string' ? name : '';
  });
}

/** Equal but for numbers and ids in them. */
function pathsOf(attempts: readonly Attempt[], redact: (text: string) => string): AttemptFacts['paths'] {
  const counts = new Map<string, number>();
  for (const { what } of attempts) {
    if (what === undefined) continue;
    const path = what.replace(/\/(?=[^/]*\d)[\w.~-]{6,}(?=\/|$)|\/\d+(?=\/|$)/g, '/…');
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_PATHS)
    .map(([path, count]) => ({ path: redact(path), attempts: count }));
}
