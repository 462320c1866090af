import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';

import { expect, it, onTestFinished } from 'vitest';

import { COUNT_DESCRIPTORS, descriptorsWithin } from './descriptors.ts';

const run = (argv: readonly string[]) => {
  const [program = '', ...args] = argv;
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, stdout };
};
const count = (...pids: (number | undefined)[]) => run(['sh', '-c', COUNT_DESCRIPTORS, 'sh', ...pids.map(String)]);

it.runIf(process.platform === 'linux')('descriptors of all processes are counted together, as /proc shows them', async () => {
  const others = await Promise.all([sleeper(), sleeper()]);
  const all = others.map((pid) => readdirSync(`/proc/${pid}/fd`).length);
  expect(all.every((open) => open >= 3)).toBe(true);
  expect(count(...others)).toEqual({ status: 0, stdout: `${all.reduce((sum, open) => sum + open, 0)}\n` });
  expect(count(others[0], 999_999_999)).toEqual({ status: 0, stdout: `${all[0]}\n` });
});

it('where nobody is there any more, or one may not be looked into, no number is said', async () => {
  expect(count(999_999_999)).toEqual({ status: 0, stdout: 'none\n' });
  // A kernel thread, a zombie or another user's process: nothing is listed.
  const inside = (stdout: string, pids: number[]) => ({
    service: 'api',
    processes: pids.map((pid) => ({ pid, program: '/bin/api' })),
    run: async () => ({ exitCode: 0, signal: null, stdout, stderr: '', durationMs: 1, timedOut: false, truncated: false }) as never,
  });
  const { signal } = new AbortController();
  expect(await descriptorsWithin([inside('12\n', [1]), inside('30\n', [7])], signal)).toBe(42);
  expect(await descriptorsWithin([inside('12\n', [1]), inside('', [7])], signal)).toBeUndefined();
  // The listing shell of a container whose own process is another user's has ended; an image without a shell shows no process.
  expect(await descriptorsWithin([inside('none\n', [1]), inside('30\n', [7])], signal)).toBe(30);
  expect(await descriptorsWithin([inside('none\n', [1])], signal)).toBeUndefined();
  expect(await descriptorsWithin([inside('', [])], signal)).toBeUndefined();
  expect(await descriptorsWithin([], signal)).toBeUndefined();
});

async function sleeper(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}
