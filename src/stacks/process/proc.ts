/** One process as `/proc/<pid>/stat` tells (proc_pid_stat(5)). */
export interface ProcStat {
  readonly parent: number;
  readonly group: number;
  /** CPU time in clock ticks, with that of its children that have ended. */
  readonly ticks: number;
}

/** Ticks per second of every Linux that Node runs on (`getconf CLK_TCK`). */
export const TICKS_PER_SECOND = 100;

/** `undefined` for a text that is none, and for zombies, whose time their parent gets. */
export function readStat(text: string): ProcStat | undefined {
  // The name is in brackets and can hold anything, brackets too.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  if (end < 0 || fields.length < 20 || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const [parent, group, ...times] = [1, 2, 11, 12, 13, 14].map((index) => Number(fields[index]));
  return { parent: parent ?? 0, group: group ?? 0, ticks: times.reduce((sum, time) => sum + time, 0) };
}

/** Memory and threads of `/proc/<pid>/status` (proc_pid_status(5)): what no file stands behind. Bytes. */
export function readStatus(text: string): { readonly anonBytes: number; readonly memoryBytes: number; readonly threads: number } {
  const field = (name: string): number => Number(new RegExp(String.raw`^${name}:\s+(\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  const anonBytes = field('RssAnon') * 1024;
  const memoryBytes = anonBytes + field('RssShmem') * 1024;
  const threads = field('Threads');
  if (!Number.isFinite(memoryBytes) || !Number.isFinite(threads)) throw new Error('the kernel does not tell the memory of processes');
  return { anonBytes, memoryBytes, threads };
}

/** The processes of the group that `leader` leads, and all that descend from it. */
export function familyOf(leader: number, stats: ReadonlyMap<number, ProcStat>): number[] {
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of stats) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const family = new Set([...stats].flatMap(([pid, { group }]) => (pid === leader || group === leader ? [pid] : [])));
  // A set that grows is walked to its end.
  for (const pid of family) for (const child of children.get(pid) ?? []) family.add(child);
  return [...family];
}
