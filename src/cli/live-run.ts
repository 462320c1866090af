import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isAlive } from '../ports/node/group.ts';

/** Says that a process works on a run, until it is disposed of. What a kill leaves of it speaks of a process that is gone. */
export async function holdRun(root: string, { id, pid }: { readonly id: string; readonly pid: number }): Promise<AsyncDisposable> {
  const path = pathOf(root, id);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${pid} ${(await startOf(pid)) ?? ''}\n`);
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** The process that works on a run right now; `undefined` when none does. */
export async function holderOf(root: string, id: string): Promise<number | undefined> {
  const text = await readFile(pathOf(root, id), 'utf8').catch(() => '');
  const [, pid, start = ''] = /^(\d+) (\d*)$/m.exec(text) ?? [];
  if (pid === undefined || !isAlive(Number(pid))) return undefined;
  // A pid is used again; the time at which its process started is not.
  return ((await startOf(Number(pid))) ?? '') === start ? Number(pid) : undefined;
}

function pathOf(root: string, id: string): string {
  return join(root, '.gauntlet', 'live', id);
}

/** Clock ticks from boot to start, of `/proc/<pid>/stat` (proc(5)); `undefined` where there is no such file. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}
