import type { Emit } from '../contract.ts';

/** One sample of a JTL: https://jmeter.apache.org/usermanual/listeners.html#csvlogformat */
export interface Sample {
  readonly label: string;
  readonly elapsed: string;
  /** When it began. */
  readonly timeStamp: string;
  readonly success: string;
  readonly message: string;
}

/** What a transaction controller writes of the samples within it. */
const TRANSACTION = /^Number of samples in transaction : \d+/;

/** Is it the sum of others? */
export function isTransaction({ message }: Pick<Sample, 'message'>): boolean {
  return TRANSACTION.test(message);
}

/** Tells of one sample, or what is wrong with it. */
export function emitSample(sample: Sample, emit: Emit): string | undefined {
  const { label, success } = sample;
  const [elapsed, began] = [sample.elapsed, sample.timeStamp].map((text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined));
  if (elapsed === undefined || began === undefined) return 'has no time';
  if (success !== 'true' && success !== 'false') return 'does not say whether it succeeded';
  const part = isTransaction(sample);
  const labels = [label];
  emit({ type: 'time', ms: elapsed, labels, part });
  emit({ type: 'outcomes', of: 1, failed: success === 'true' ? 0 : 1, labels, part, atMs: began + elapsed });
  return undefined;
}
