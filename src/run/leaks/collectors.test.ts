import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { expect, it } from 'vitest';

import { heapOf } from './go.ts';
import { largestIn, totalOf } from './java.ts';
import { NODE_PROBE } from './node-probe.ts';

/** A process that keeps a megabyte when it is told to, and says when it listens. */
const KEEPER = "const kept = []; process.stdin.on('data', () => (kept.push(Buffer.alloc(1e6)), console.log('kept'))); console.log('up');";

it('a Node process is collected and measured, again and again, and is none the worse for it', async () => {
  const keeper = spawn(process.execPath, ['--inspect-port=9871', '-e', KEEPER], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(keeper.stdout, 'data');
  const before = await probe([keeper.pid ?? 0]);
  keeper.stdin.write('x');
  await once(keeper.stdout, 'data');
  const after = await probe([keeper.pid ?? 0]);
  expect(Math.abs((after[0]?.heapBytes ?? 0) - (before[0]?.heapBytes ?? 0) - 1e6)).toBeLessThan(200_000);
  expect(await ended(keeper)).toBe('SIGKILL');
});

it('gates that look at the same time wait for each other: whoever was slower asks again', async () => {
  const keepers = [1, 2, 3, 4].map(() =>
    spawn(process.execPath, ['--inspect-port=9872', '-e', KEEPER], { stdio: ['pipe', 'pipe', 'ignore'] }),
  );
  await Promise.all(keepers.map((keeper) => once(keeper.stdout, 'data')));
  const looks = await Promise.all(keepers.map(({ pid = 0 }) => probe([pid, pid])));
  expect(looks.flat().map(({ heapBytes = 0, error }) => error ?? heapBytes > 1e6)).toEqual(Array(8).fill(true));
  expect(await Promise.all(keepers.map(ended))).toEqual(keepers.map(() => 'SIGKILL'));
});

it('whose port another has is not looked at, and the other is left alone', async () => {
  const [holder, other] = ['--inspect=9873', '--inspect-port=9873'].map((option) =>
    spawn(process.execPath, [option, '-e', KEEPER], { stdio: ['pipe', 'pipe', 'ignore'] }),
  );
  if (!holder || !other) throw new RangeError('two were started');
  await Promise.all([holder, other].map((keeper) => once(keeper.stdout ?? keeper, 'data')));
  const error = 'its inspector did not answer at port 9873, which another process has, within 0.3 s';
  expect(await probe([other.pid ?? 0], 300)).toMatchObject([{ error }]);
  expect(await Promise.all([holder, other].map(ended))).toEqual(['SIGKILL', 'SIGKILL']);
});

it('a process that does not expect the signal is not sent any', async () => {
  const other = spawn('sleep', ['30']);
  await once(other, 'spawn');
  expect(await probe([other.pid ?? 0])).toMatchObject([{ error: 'it does not listen to SIGUSR1' }]);
  expect(await ended(other)).toBe('SIGKILL');
});

// As OpenJDK 17 prints `jcmd <pid> GC.class_histogram`, shortened.
const HISTOGRAM = `4242:
 num     #instances         #bytes  class name (module)
-------------------------------------------------------
   1:         14071        5174448  [B (java.base@17.0.13)
   2:         12867         308808  java.lang.String (java.base@17.0.13)
Total         61830        6080440
`;

it('what survives a collection of Java is read off its histogram', () => {
  expect([totalOf(HISTOGRAM), totalOf('Could not attach')]).toEqual([6_080_440, Number.NaN]);
  expect(largestIn(HISTOGRAM)).toEqual([
    { name: '[B', bytes: 5_174_448 },
    { name: 'java.lang.String', bytes: 308_808 },
  ]);
});

it('what is live on the heap of Go is read off its profile', () => {
  expect(heapOf('heap profile: 3: 80 [9: 720] @ heap/1048576\n\n# runtime.MemStats\n# Alloc = 6166872\n# HeapAlloc = 6166872\n')).toBe(
    6_166_872,
  );
  expect(heapOf('404 page not found')).toBeUndefined();
});

async function probe(pids: readonly number[], patienceMs = 40_000): Promise<{ heapBytes?: number; error?: string }[]> {
  const child = spawn(process.execPath, ['-e', NODE_PROBE, JSON.stringify({ pids, profileMs: 0, patienceMs })], { env: {} });
  const parts: string[] = [];
  for await (const part of child.stdout) parts.push(String(part));
  return JSON.parse(parts.join('')) as { heapBytes?: number; error?: string }[];
}

/** How a process ends that has lived until now. */
async function ended(child: ChildProcess): Promise<string | null> {
  child.kill('SIGKILL');
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal;
}
