import { attemptsIn, hasFailed, ratioIn, span, tailOf, walksIn, type Curve, type Span } from './curve.ts';

/** An open breaker lets a trial through now and then; a closed one everything. Between the two nobody can say. */
const OPEN = 0.34;
const CLOSED = 0.6;
/** A breaker that never opens has seen at least so many failures. */
const ENOUGH_FAILURES = 20;
/** The second half of a fault, and not less than this, shows what came of its first half. */
const LEAST_TAIL_MS = 1_500;
/** Attempts that never came back: of what would be made, this is nothing. */
const NOTHING = 0.1;
/** Of walks that begin all at once, so many make it through an open breaker at most, and so many show that it was not open. */
const LEAK = 0.15;
const LET_THROUGH = 0.5;

export type Opening =
  | { readonly state: 'opened'; readonly calls: number; readonly afterMs: number; readonly ratio: number }
  | { readonly state: 'never'; readonly failures: number; readonly ratio: number }
  | { readonly state: 'unsure'; readonly why: string };

/** Whether attempts stop while calls go on. */
export function openingOf(curve: Curve): Opening {
  const tail = tailOf(curve.during, 0.5);
  if (tail.toMs - tail.fromMs < LEAST_TAIL_MS)
    return { state: 'unsure', why: 'the fault did not last long enough: hold it for 5 s or more' };
  const ratio = ratioIn(curve, tail);
  if (ratio === undefined) return { state: 'unsure', why: 'too few walks were made while it lasted' };
  const first = attemptsIn(curve, span(curve.during.fromMs, tail.fromMs));
  const failures = first.filter(hasFailed).length;
  if (failures === 0) return { state: 'unsure', why: 'no attempt failed in the first half of the fault' };
  if (ratio <= OPEN) return { state: 'opened', ...firstPause(curve), ratio };
  if (ratio < CLOSED) return { state: 'unsure', why: `${percent(ratio)} of the attempts went on, which is neither open nor closed` };
  if (failures < ENOUGH_FAILURES)
    return { state: 'unsure', why: `only ${String(failures)} attempts failed in the first half of the fault` };
  return { state: 'never', failures, ratio };
}

/** Attempts until they paused for the first time. */
function firstPause(curve: Curve): { readonly calls: number; readonly afterMs: number } {
  const { during } = curve;
  const made = attemptsIn(curve, during);
  const pauseMs = Math.max(400, (5 * (during.toMs - during.fromMs)) / Math.max(1, walksIn(curve, during) * curve.perWalk));
  const index = made.findIndex(({ atMs }, at) => (made[at + 1]?.atMs ?? during.toMs) - atMs >= pauseMs);
  const last = made[index === -1 ? made.length - 1 : index];
  return { calls: index === -1 ? made.length : index + 1, afterMs: (last?.atMs ?? during.fromMs) - during.fromMs };
}

export type Closing =
  | { readonly state: 'closed'; readonly afterMs: number }
  | { readonly state: 'never'; readonly attempts: number; readonly walks: number }
  | { readonly state: 'unsure'; readonly why: string };

/** Whether attempts came back after the heal. `recovered`: users are served as before. */
export function closingOf(curve: Curve, recovered: boolean): Closing {
  const { after } = curve;
  const tail: Span = span(Math.max(after.fromMs, after.toMs - Math.max(2_000, (after.toMs - after.fromMs) * 0.4)), after.toMs);
  const answered = attemptsIn(curve, after).find(({ end }) => end === 'answered');
  // Users are served from the dependency again, and it was asked: how late in the window that began is no matter of the breaker.
  if (recovered && answered !== undefined) return { state: 'closed', afterMs: answered.atMs - after.fromMs };
  const ratio = ratioIn(curve, tail);
  if (ratio === undefined) return { state: 'unsure', why: 'too few walks were made after the heal' };
  if (ratio <= NOTHING && !recovered) return { state: 'never', attempts: attemptsIn(curve, after).length, walks: walksIn(curve, after) };
  if (ratio < CLOSED) return { state: 'unsure', why: `after the heal only ${percent(ratio)} of the attempts were made again` };
  return { state: 'closed', afterMs: (answered?.atMs ?? after.fromMs) - after.fromMs };
}

export type Counting =
  | { readonly state: 'counts' }
  | { readonly state: 'loses'; readonly bursts: number; readonly walks: number; readonly through: number }
  | { readonly state: 'unsure'; readonly why: string };

/** Walks that begin all at once: after those that failed together nobody may be let through but a trial. */
export function countingOf(curve: Curve, parallel: number | undefined): Counting {
  if (parallel === undefined) return { state: 'unsure', why: 'no walks were begun at once: write `parallel: 100` under `during`' };
  const bursts = burstsIn(curve, parallel);
  const failed = bursts.findIndex(({ failures }) => failures >= ENOUGH_FAILURES);
  if (failed === -1)
    return {
      state: 'unsure',
      why: `of ${String(parallel)} walks hardly any failed at once: let the dependency fail later (\`after: 500ms\`)`,
    };
  const later = bursts.slice(failed + 1);
  if (later.length < 2)
    return {
      state: 'unsure',
      why: `only ${String(bursts.length)} times ${String(parallel)} walks failed together: hold the fault for longer`,
    };
  const share = (burst: Burst): number => burst.attempts / (burst.walks * curve.perWalk);
  if (later.every((burst) => share(burst) <= LEAK)) return { state: 'counts' };
  const open = later.filter((burst) => share(burst) >= LET_THROUGH);
  if (open.length < 2)
    return { state: 'unsure', why: `of those who came later, ${later.map((burst) => percent(share(burst))).join(', ')} were let through` };
  const sum = (pick: (burst: Burst) => number): number => later.reduce((total, burst) => total + pick(burst), 0);
  return {
    state: 'loses',
    bursts: later.length,
    walks: sum(({ walks }) => walks),
    through: sum(({ attempts }) => attempts),
  };
}

interface Burst {
  readonly walks: number;
  readonly attempts: number;
  readonly failures: number;
}

function burstsIn(curve: Curve, parallel: number): readonly Burst[] {
  const { walks, during } = curve;
  const due = [...new Set(walks)].filter((atMs) => atMs >= during.fromMs && walks.filter((other) => other === atMs).length >= parallel / 2);
  // What is under way when the fault ends is no burst of its own.
  return due.flatMap((atMs, index) => {
    const toMs = due[index + 1] ?? during.toMs;
    if (toMs > during.toMs || toMs - atMs < 500) return [];
    const made = attemptsIn(curve, span(atMs, toMs));
    return [{ walks: walks.filter((other) => other === atMs).length, attempts: made.length, failures: made.filter(hasFailed).length }];
  });
}

export function percent(ratio: number): string {
  return `${String(Math.round(ratio * 100))} %`;
}
