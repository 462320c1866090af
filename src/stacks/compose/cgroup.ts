/** Where the kernel keeps account of one container: files of cgroup v1 or v2, absolute paths. */
export type CgroupPlaces =
  | { readonly version: 1; readonly memory: string; readonly cpuacct: string; readonly cpu: string; readonly pids: string }
  | { readonly version: 2; readonly folder: string };

/** What the files say. Times in milliseconds. */
export interface CgroupUsage {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly anonBytes: number | undefined;
  readonly pids: number | undefined;
  readonly periods: { readonly all: number; readonly throttled: number } | undefined;
}

/** Where every distribution mounts them (https://systemd.io/CGROUP_DELEGATION/). */
const MOUNT = '/sys/fs/cgroup';

/**
 * Reads `/proc/<pid>/cgroup` (cgroups(7)) of a container's main process; `undefined` when that is no process of the container:
 * with an engine on another machine the number may be another program's here.
 */
export function placesIn(text: string, containerId: string): CgroupPlaces | undefined {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const own = withinContainer(path, containerId);
    if (own === undefined) continue;
    for (const controller of controllers === '' ? ['unified'] : controllers.split(',')) paths.set(controller, own);
  }
  const [memory, cpuacct, cpu, pids] = ['memory', 'cpuacct', 'cpu', 'pids'].map((name) => paths.get(name));
  // A hybrid machine has both, and the accounts are kept in the old one.
  if (memory !== undefined && cpuacct !== undefined) {
    return {
      version: 1,
      memory: `${MOUNT}/memory${memory}`,
      cpuacct: `${MOUNT}/cpuacct${cpuacct}`,
      cpu: `${MOUNT}/cpu${cpu ?? cpuacct}`,
      pids: `${MOUNT}/pids${pids ?? memory}`,
    };
  }
  const unified = paths.get('unified');
  return unified === undefined ? undefined : { version: 2, folder: `${MOUNT}${unified}` };
}

/**
 * Reads the accounts. `memoryBytes` is what is charged without file cache: tmpfs and shared memory count, since they cannot be taken
 * back. @throws when a file cannot be read: the container ended, or nobody here may look.
 */
export function readCgroup(places: CgroupPlaces, read: (path: string) => string): CgroupUsage {
  if (places.version === 1) {
    const field = fieldsOf(read(`${places.memory}/memory.stat`));
    return {
      cpuMs: whole(read(`${places.cpuacct}/cpuacct.usage`)) / 1e6,
      memoryBytes: withoutCache(whole(read(`${places.memory}/memory.usage_in_bytes`)), {
        active: field('total_active_file'),
        inactive: field('total_inactive_file'),
      }),
      anonBytes: field('total_rss'),
      pids: optional(read, `${places.pids}/pids.current`, whole),
      periods: optional(read, `${places.cpu}/cpu.stat`, (text) => periodsOf(fieldsOf(text))),
    };
  }
  const cpu = fieldsOf(read(`${places.folder}/cpu.stat`));
  const usage = cpu('usage_usec');
  if (usage === undefined) throw new Error('cpu.stat names no usage_usec');
  const field = fieldsOf(read(`${places.folder}/memory.stat`));
  return {
    cpuMs: usage / 1e3,
    memoryBytes: withoutCache(whole(read(`${places.folder}/memory.current`)), {
      active: field('active_file'),
      inactive: field('inactive_file'),
    }),
    anonBytes: field('anon'),
    pids: optional(read, `${places.folder}/pids.current`, whole),
    periods: periodsOf(cpu),
  };
}

/** Memory that is charged, without the file cache, as every source of ours counts it. Bytes. */
export function withoutCache(
  charged: number,
  { active, inactive }: { readonly active: number | undefined; readonly inactive: number | undefined },
): number {
  if (active === undefined || inactive === undefined) throw new Error('memory.stat does not tell the file cache');
  // The kernel updates the two at different times.
  return Math.max(0, charged - active - inactive);
}

/** The part of a path that ends with the container: a program inside may have made groups of its own. */
function withinContainer(path: string, id: string): string | undefined {
  const parts = path.split('/');
  const last = parts.findIndex((part) => part.includes(id));
  // A path with `..` is one that this process cannot see.
  return last < 0 || parts.includes('..') ? undefined : parts.slice(0, last + 1).join('/');
}

function periodsOf(field: (name: string) => number | undefined): CgroupUsage['periods'] {
  const all = field('nr_periods');
  const throttled = field('nr_throttled');
  return all === undefined || throttled === undefined ? undefined : { all, throttled };
}

/** A controller that is switched off has no files. */
function optional<Value>(read: (path: string) => string, path: string, parse: (text: string) => Value): Value | undefined {
  try {
    return parse(read(path));
  } catch {
    return undefined;
  }
}

/** Files of lines such as `anon 4096`. */
function fieldsOf(text: string): (name: string) => number | undefined {
  return (name) => {
    const value = new RegExp(String.raw`^${name} (\d+)$`, 'm').exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  };
}

function whole(text: string): number {
  const value = Number(text.trim());
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error('a number was expected');
  return value;
}
