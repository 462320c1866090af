import { ANSWERS, type Answer, type Phase, type Recovery, type WatchedJourney } from '../../model/experiment.ts';
import { isWell } from './answers.ts';

/** One walk that came to its end. Times are those of `monotonicMs`. */
export interface Sample {
  readonly dueMs: number;
  readonly endMs: number;
  readonly answer: Answer;
  readonly failure?: Pick<NonNullable<WatchedJourney['firstFailure']>, 'step' | 'measured' | 'expected' | 'curl'>;
}

/** So many good walks in a row end a recovery. */
const IN_A_ROW = 5;

/** When what happened. For a crash the reference is the death, for what is held the verified heal. */
export interface Moments {
  readonly startMs: number;
  readonly injectMs: number;
  readonly injectedMs: number;
  readonly healMs: number;
  readonly healedMs: number;
  readonly endMs: number;
  readonly lasts: 'moment' | 'held';
}

/** From when on recovery counts. */
export function referenceOf({ lasts, injectMs, healedMs }: Pick<Moments, 'lasts' | 'injectMs' | 'healedMs'>): number {
  return lasts === 'moment' ? injectMs : healedMs;
}

/** The parts of a journey's evidence that its samples show. They are in the order in which they were due. */
export function measured(samples: readonly Sample[], moments: Moments): Omit<WatchedJourney, 'journey' | 'role' | 'direct' | 'intervalMs'> {
  const said = samples.filter(({ answer }) => answer !== 'exhausted');
  const recovery = recoveryOf(said, moments);
  const overMs = recovery.state === 'recovered' ? referenceOf(moments) + recovery.afterMs : moments.endMs;
  const crashEnds = recovery.state === 'unharmed' ? Math.min(moments.endMs, moments.injectedMs + CRASH_MS) : overMs;
  const duringEnds = moments.lasts === 'held' ? moments.healedMs : crashEnds;
  const first = said.find(({ dueMs, endMs, answer }) => !isWell(answer) && endMs >= moments.injectMs && dueMs >= moments.startMs);
  return {
    before: phaseOf(said.filter(({ dueMs, endMs }) => dueMs < moments.injectMs && endMs < moments.injectMs)),
    during: phaseOf(said.filter(({ dueMs, endMs }) => endMs >= moments.injectMs && dueMs < duringEnds)),
    after: phaseOf(said.filter(({ dueMs }) => dueMs >= duringEnds)),
    ...(first === undefined ? {} : { detectMs: Math.max(0, first.endMs - moments.injectMs) }),
    recovery,
    ...(first?.failure === undefined
      ? {}
      : { firstFailure: { atMs: first.dueMs - moments.startMs, answer: first.answer, ...first.failure } }),
    points: samples
      .slice(0, MOST_POINTS)
      .map(({ dueMs, endMs, answer }) => [Math.round(dueMs - moments.startMs), Math.round(endMs - dueMs), ANSWERS.indexOf(answer)]),
  };
}

/** What counts as during a crash that nobody noticed. */
const CRASH_MS = 2_000;
const MOST_POINTS = 5_000;

/**
 * The first of the good walks that nothing wrong follows, when there are enough of them. Walks count by the time at which they were due: one
 * that the fault held up is no sign of health. `unharmed`: none went wrong that was due from the reference on.
 */
export function recoveryOf(samples: readonly Sample[], moments: Moments): Recovery {
  const reference = referenceOf(moments);
  // What was under way when the watch ended, after all that it had seen, was not waited for: nobody could see what came next.
  const seen = samples.slice(0, samples.findLastIndex(({ endMs }) => endMs <= moments.endMs) + 1);
  const since = seen.filter(({ dueMs }) => dueMs >= reference);
  const lastBad = since.findLastIndex(({ answer }) => !isWell(answer));
  const good = since.slice(lastBad + 1);
  const [first] = good;
  if (first === undefined || good.length < IN_A_ROW) return { state: 'not-recovered', afterMs: moments.endMs - reference };
  if (lastBad < 0) return { state: 'unharmed' };
  const { lasts, injectMs, injectedMs, healMs, healedMs } = moments;
  const blurMs = Math.round(lasts === 'moment' ? injectedMs - injectMs : healedMs - healMs);
  // One that was due later may have been served sooner.
  const servedMs = Math.min(...good.map(({ endMs }) => endMs));
  return { state: 'recovered', afterMs: Math.max(0, servedMs - reference), blurMs };
}

/** Whether the newest walks are all good, and none before them has no end yet: then there is no need to go on waiting. */
export function isOver(samples: readonly Sample[], referenceMs: number, oldestMs = Infinity): boolean {
  const since = samples.filter(({ dueMs, answer }) => dueMs >= referenceMs && answer !== 'exhausted');
  const settled = since.filter(({ dueMs }) => dueMs < oldestMs).length;
  return settled >= IN_A_ROW && since.slice(settled - IN_A_ROW).every(({ answer }) => isWell(answer));
}

function phaseOf(samples: readonly Sample[]): Phase {
  const answers: Partial<Record<Answer, number>> = {};
  for (const { answer } of samples) answers[answer] = (answers[answer] ?? 0) + 1;
  const times = samples
    .filter(({ answer }) => answer !== 'unreachable' && answer !== 'hang')
    .map(({ dueMs, endMs }) => endMs - dueMs)
    .sort((a, b) => a - b);
  const part = (quantile: number): number => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * quantile))] ?? 0);
  return {
    walks: samples.length,
    answers,
    ...(times.length === 0 ? {} : { p50Ms: part(0.5), p95Ms: part(0.95), maxMs: Math.round(times.at(-1) ?? 0) }),
  };
}
