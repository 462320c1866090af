import { attemptsIn, hasFailed, span, walksIn, type Curve, type Seen } from './curve.ts';

const WINDOW_MS = 1_000;
const STEP_MS = 250;
/** Fewer in a window are no storm, whatever their ratio. */
const STORM = 20;
const LEAST_WALKS = 3;
/** Gaps that grow by less than this do not grow; by more, they do. Between the two nobody can say. */
const FLAT = 1.15;
const GROWS = 1.3;
/** Who waits longer each time does not make so many attempts: gaps that are hardly longer at their end were held up by a busy machine. */
const MANY = { gaps: 50, grows: 2 } as const;
const LEAST_GROUPS = 5;
const LEAST_GAPS = 4;
/** More than walks account for. */
const BEYOND_WALKS = 1.5;

/** The worst second of the fault: attempts for each that its walks would make if all were well. */
export function peakOf(curve: Curve): { readonly ratio: number; readonly perSecond: number } {
  const { during, perWalk } = curve;
  let worst = { ratio: 0, perSecond: 0 };
  for (let fromMs = during.fromMs; fromMs < during.toMs; fromMs += STEP_MS) {
    const part = span(fromMs, Math.min(fromMs + WINDOW_MS, during.toMs));
    const [made, walks] = [attemptsIn(curve, part).length, walksIn(curve, part)];
    if (made < STORM || walks < LEAST_WALKS) continue;
    const ratio = made / (walks * perWalk);
    if (ratio > worst.ratio) worst = { ratio, perSecond: (made * 1_000) / (part.toMs - part.fromMs) };
  }
  return worst;
}

export type Backoff =
  | { readonly state: 'grows'; readonly gaps: readonly number[] }
  | { readonly state: 'flat'; readonly gaps: readonly number[]; readonly of: string }
  | { readonly state: 'unsure'; readonly why: string };

/** Whether who tries again waits longer each time. */
export function backoffOf(curve: Curve): Backoff {
  const failed = attemptsIn(curve, curve.during).filter(hasFailed);
  return ofRequests(curve, failed) ?? ofConnections(curve, failed);
}

/** Requests that can be told apart show their own retries. */
function ofRequests(curve: Curve, failed: readonly Seen[]): Backoff | undefined {
  const before = attemptsIn(curve, curve.before);
  if (new Set(before.map(({ digest }) => digest)).size < before.length * 0.8) return undefined;
  const groups = [...Map.groupBy(failed, ({ digest }) => digest).values()].map(gapsOf).filter((gaps) => gaps.length >= 2);
  if (groups.length < LEAST_GROUPS) return undefined;
  const deepest = Math.min(...groups.map((gaps) => gaps.length));
  const gaps = Array.from({ length: deepest }, (_, index) => mean(groups.map((own) => own[index] ?? 0)));
  return verdictOf(gaps, (gaps.at(-1) ?? 0) / Math.max(1, gaps[0] ?? 0), 'retries of one request');
}

/** One client that tries to connect again, on its own and not because somebody walks. */
function ofConnections(curve: Curve, failed: readonly Seen[]): Backoff {
  const gaps = gapsOf(failed);
  if (gaps.length < LEAST_GAPS) return { state: 'unsure', why: `${String(failed.length)} failed attempts are too few to see gaps grow` };
  const third = Math.max(1, Math.floor(gaps.length / 3));
  const growth = short(gaps.slice(-third)) / Math.max(1, short(gaps.slice(0, third)));
  if (grows(gaps, growth)) return { state: 'grows', gaps };
  const walks = walksIn(curve, curve.during) * Math.max(1, curve.perWalk);
  if (failed.length < walks * BEYOND_WALKS)
    return { state: 'unsure', why: 'nothing was tried again: attempts are no more than walks make by themselves' };
  return verdictOf(gaps, growth, 'attempts to connect again');
}

function verdictOf(gaps: readonly number[], growth: number, of: string): Backoff {
  if (grows(gaps, growth)) return { state: 'grows', gaps };
  if (growth <= FLAT || gaps.length >= MANY.gaps) return { state: 'flat', gaps, of };
  return { state: 'unsure', why: 'gaps between attempts grow so little that nobody can say whether they do' };
}

function grows({ length }: readonly number[], growth: number): boolean {
  return growth >= (length >= MANY.gaps ? MANY.grows : GROWS);
}

function gapsOf(attempts: readonly Seen[]): number[] {
  return attempts.slice(1).map(({ atMs }, index) => atMs - (attempts[index]?.atMs ?? atMs));
}

/** A gap as it is meant: what a busy machine adds makes some of them longer, and none shorter. */
function short(gaps: readonly number[]): number {
  return gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 4)] ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
