import type { GapReason } from '../../model/gap.ts';
import type { Delivery } from '../../model/load.ts';
import { formatRatio } from '../../model/units.ts';

/**
 * What the generator may add to a number: so many milliseconds, or so much of the 99th percentile of what it measures or of the tightest
 * latency that is judged, whichever is more. Beyond it, it is not the system that is measured. Of a limit, and of the gap between
 * arrivals, no more than `mostMs`: arrivals that are later come in bursts that nobody asked for. Whatever it added, the judge gives it to
 * the system's favour.
 */
const OWN = { p50Ms: 2, p99Ms: 20, part: 0.05, mostMs: 250 } as const;
/**
 * Parts of the mean gap between arrivals by which 1 % of them may be late, and half of the engine's answers off: arrivals that are rare
 * do not bunch up for it, and a core that has nothing else to do needs its time to wake. That excuses a hiccup, not a generator that is
 * always late: half of the arrivals have to be on time.
 */
const GAP = { p99: 0.25, p50: 0.025, p50MostMs: 5 } as const;
const BUSY = 0.9;
/** Fewer answers in a calibration show no 99th percentile. */
const SAMPLES = 100;

export interface Delivered {
  readonly delivery: Omit<Delivery, 'proof'>;
  readonly scale: Scale;
  readonly exhausted: number;
  readonly hopeless: boolean;
  readonly interrupted: boolean;
  /** Which of several threads was gone before its end, and why. */
  readonly died?: string | undefined;
  /** A threshold has stopped it: what was measured until then is the system's. */
  readonly aborted: boolean;
}

/** What the generator's own delays are held against. */
export interface Scale {
  /** What was measured: NaN without samples, and before anything was. */
  readonly latencyP99Ms: number;
  /** The tightest limit of a latency that is judged, if any is. */
  readonly limitMs: number | undefined;
  /** Arrivals a second of the whole load at their highest. */
  readonly perSecond: number;
}

export interface Doubt {
  readonly reason: GapReason;
  readonly why: string;
}

/** Why the numbers of a load prove nothing about the system; `undefined` when they do. */
export function doubtOf({ delivery, scale, exhausted, hopeless, interrupted, died, aborted }: Delivered): Doubt | undefined {
  const { asked, achieved, lag, busy, calibration } = delivery;
  if (interrupted) {
    return {
      reason: 'interrupted',
      why: `stopped after ${seconds(achieved.durationMs)} of ${seconds(asked.durationMs)}, ${achieved.arrivals} of ${asked.arrivals} arrivals`,
    };
  }
  if (died !== undefined) return { reason: 'unproved', why: died };
  if (hopeless) return saturated(`fell ${seconds(lag.max)} behind its own schedule of ${perSecond(asked.perSecond)}`);
  if (achieved.dropped > 0) {
    return saturated(`had no room for ${achieved.dropped} of ${asked.arrivals} arrivals: ${achieved.mostInFlight} were under way`);
  }
  if (exhausted > 0) return saturated(`ran out of ports, files or memory ${exhausted} times`);
  if (achieved.kept + achieved.failed === 0) return { reason: 'no-samples', why: 'not one arrival came to an end' };
  if (achieved.arrivals < asked.arrivals && !aborted) return saturated(`sent ${achieved.arrivals} of ${asked.arrivals} arrivals`);
  // A climb ends where its generator is late.
  if (delivery.levels === undefined) {
    const { lateMs, tailMs } = allowed(scale);
    if (lag.p99 > tailMs) return saturated(`sent 1 % of the arrivals ${ms(lag.p99)} late or more; ${ms(tailMs)} are allowed`);
    if (lag.p50 > lateMs) return saturated(`sent half of the arrivals ${ms(lag.p50)} late or more; ${ms(lateMs)} are allowed`);
  }
  if (busy > BUSY) return saturated(`was busy for ${formatRatio(busy)} of the time; ${formatRatio(BUSY)} are allowed`);
  return calibration ? uncertified(calibration, scale) : { reason: 'unproved', why: 'the engine was not calibrated' };
}

/** Why the engine's own numbers cannot be trusted on this machine at this moment, for what it measured. */
export function uncertified({ samples, p50, p99 }: NonNullable<Delivery['calibration']>, scale: Scale): Doubt | undefined {
  if (samples < SAMPLES) {
    return { reason: 'unproved', why: `the engine's own server answered ${samples} times; ${SAMPLES} are needed to trust it` };
  }
  const { middleMs, tailMs } = allowed(scale);
  if (p50 <= middleMs && p99 <= tailMs) return undefined;
  return {
    reason: 'unproved',
    why: `against a server of known delay the engine was ${ms(p50)} (p50) and ${ms(p99)} (p99) off; ${ms(middleMs)} and ${ms(tailMs)} are allowed`,
  };
}

interface Allowed {
  /** Half of the arrivals may be so late. */
  readonly lateMs: number;
  /** 1 % of the arrivals may be so late, and 1 % of the engine's own answers so far off. */
  readonly tailMs: number;
  /** Half of the engine's own answers may be so far off. */
  readonly middleMs: number;
}

function allowed({ latencyP99Ms, limitMs = 0, perSecond }: Scale): Allowed {
  const ofMeasured = Number.isNaN(latencyP99Ms) ? 0 : OWN.part * latencyP99Ms;
  const lateMs = Math.max(OWN.p99Ms, ofMeasured, Math.min(OWN.mostMs, OWN.part * limitMs));
  const gapMs = 1_000 / perSecond;
  return {
    lateMs,
    tailMs: Math.max(lateMs, Math.min(OWN.mostMs, GAP.p99 * gapMs)),
    middleMs: Math.max((lateMs * OWN.p50Ms) / OWN.p99Ms, Math.min(GAP.p50MostMs, GAP.p50 * gapMs)),
  };
}

function saturated(what: string): Doubt {
  return { reason: 'unproved', why: `the generator ${what}` };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function seconds(value: number): string {
  return `${(value / 1_000).toFixed(1)} s`;
}

function perSecond(rate: number): string {
  return `${rate.toFixed(rate < 10 ? 1 : 0)} arrivals a second`;
}
