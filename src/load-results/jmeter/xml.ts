import { readXml } from '../../lib/xml.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Emit } from '../contract.ts';
import { emitSample, isTransaction, type Sample } from './sample.ts';

const SAMPLES: readonly string[] = ['sample', 'httpSample'];

/**
 * Samples stand below the root. What is in one is counted only where that is a transaction, which is the sum of its own: redirects and
 * embedded resources are parts of the request that led to them.
 */
export async function parseXml(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  /** Of the samples around: whether those in it are requests of their own. */
  const around: boolean[] = [];
  let wrong: string | undefined;
  const { trouble } = await readXml(
    text,
    {
      open: (name, attributes) => {
        if (!SAMPLES.includes(name)) return false;
        const sample = sampleOf(attributes);
        if (around.every(Boolean)) wrong ??= emitSample(sample, emit);
        around.push(isTransaction(sample));
        return false;
      },
      close: (name) => {
        if (SAMPLES.includes(name)) around.pop();
      },
    },
    { depth: LIMITS.depth, text: LIMITS.caseText },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: `a sample ${wrong}` });
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}

function sampleOf({ lb = '', t = '', ts = '', s = '', rm = '' }: Readonly<Record<string, string>>): Sample {
  return { label: lb, elapsed: t, timeStamp: ts, success: s, message: rm };
}
