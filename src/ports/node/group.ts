import { readdirSync, readFileSync } from 'node:fs';

import { errorCode } from './errors.ts';

export type GroupSignal = 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT';

/** Signals the process group that `pid` leads; tells whether it was there. @throws RangeError for a pid that is none. */
export function signalGroup(pid: number, signal: GroupSignal): boolean {
  // The system also takes signals for zombies: they are not there any more.
  if (!isGroupAlive(pid)) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    // macOS answers EPERM for a group of zombies.
    if (errorCode(error) === 'ESRCH' || errorCode(error) === 'EPERM') return false;
    throw error;
  }
}

/** A zombie is not alive: it waits for nobody but its parent. */
export function isAlive(pid: number): boolean {
  assertPid(pid);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return statOf(String(pid))?.state !== 'Z';
}

/** Is anything of the group left that can still run? */
export function isGroupAlive(pid: number): boolean {
  assertPid(pid);
  try {
    process.kill(-pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  const entries = procEntries();
  if (entries === undefined) return true;
  return entries.some((entry) => {
    const stat = statOf(entry);
    return stat !== undefined && stat.group === pid && stat.state !== 'Z' && stat.state !== 'X';
  });
}

/** Ends a group: TERM, then KILL after the grace; resolves when it is gone, or a second after KILL. */
export async function endGroup(pid: number, graceMs: number): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  // A stopped process gets TERM only when it goes on.
  signalGroup(pid, 'SIGCONT');
  if (await goneWithin(pid, graceMs)) return;
  signalGroup(pid, 'SIGKILL');
  await goneWithin(pid, 1_000);
}

/** Waits for the end of a group; tells whether it came in time. */
export async function goneWithin(pid: number, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  for (let step = 5; ; step = Math.min(step * 2, 100)) {
    if (!isGroupAlive(pid)) return true;
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(step, Math.max(1, deadline - performance.now()))));
  }
}

/** `-1` would signal every process of the user, `0` our own group. */
function assertPid(pid: number): void {
  if (!Number.isSafeInteger(pid) || pid < 2) throw new RangeError(`not the pid of a child: ${String(pid)}`);
}

function procEntries(): string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
}

/** State and group in `/proc/<pid>/stat`; the command between brackets can hold anything (proc(5)). */
function statOf(pid: string): { state: string; group: number } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, group: Number(group) };
  } catch {
    return undefined;
  }
}
