import { basename, dirname, join } from 'node:path';

import type { Inside, InsideProcess } from '../../stacks/contract.ts';
import type { Collector, CollectorScene, HeapProfile } from './collector.ts';

const PATIENCE_MS = 30_000;
const MOST_OUTPUT = 4_000_000;
const TOP = 10;

/** Java, through `jcmd` of its own JDK: a class histogram is made of what survives a full collection. `undefined` where none runs. */
export function javaCollector({ insides, signal, ports }: CollectorScene): Collector | undefined {
  const places = insides.flatMap((inside) => inside.processes.filter(isJava).map((process) => ({ inside, process })));
  if (places.length === 0) return undefined;
  const histograms = (): Promise<string[]> => Promise.all(places.map(({ inside, process }) => histogramOf(inside, process, signal)));
  return {
    how: { state: 'forced', runtime: 'java', by: '`jcmd GC.class_histogram`, which collects all first' },
    collect: async () => ({ heapBytes: (await histograms()).map(totalOf).reduce((sum, bytes) => sum + bytes, 0) }),
    profile: async (durationMs): Promise<HeapProfile> => {
      await ports.clock.sleep(durationMs, signal);
      const data = (await histograms()).join('\n');
      return { data, ending: 'histogram.txt', top: largestIn(data) };
    },
  };
}

function isJava({ program }: InsideProcess): boolean {
  return basename(program) === 'java';
}

async function histogramOf(inside: Inside, { pid, program }: InsideProcess, signal: AbortSignal): Promise<string> {
  const argv = [join(dirname(program), 'jcmd'), String(pid), 'GC.class_histogram'];
  const { stdout, stderr } = await inside.run(argv, { limits: { timeoutMs: PATIENCE_MS, captureBytes: MOST_OUTPUT, signal } });
  if (Number.isNaN(totalOf(stdout))) throw new Error(`jcmd could not ask it (a JRE has none): ${stderr.trim().split('\n').at(-1) ?? ''}`);
  return stdout;
}

/** Bytes of all objects: the last line of a class histogram (`Total  11936  626128`); NaN without one. */
export function totalOf(histogram: string): number {
  return Number(/^Total\s+\d+\s+(\d+)\s*$/m.exec(histogram)?.[1] ?? Number.NaN);
}

/** Classes by the bytes of their objects: `   1:   2345   178904  [B (java.base@17)`. */
export function largestIn(histogram: string): HeapProfile['top'] {
  return [...histogram.matchAll(/^\s*\d+:\s+\d+\s+(\d+)\s+(\S+)/gm)]
    .map(([, bytes, name = '']) => ({ name, bytes: Number(bytes) }))
    .slice(0, TOP);
}
