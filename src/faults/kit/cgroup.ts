import type { HealContext } from '../contract.ts';

/** Where every distribution mounts them (https://systemd.io/CGROUP_DELEGATION/). */
const MOUNT = '/sys/fs/cgroup';

/** The folder of a process in the hierarchy of a controller. */
export interface Group {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** Where the kernel keeps the limits of a process; `undefined` when it does not tell. A hybrid machine limits in the old hierarchy. */
export function groupOf({ ports }: Pick<HealContext, 'ports'>, pid: number, controller: 'cpu' | 'memory'): Group | undefined {
  try {
    return groupIn(ports.files.readNow(`/proc/${String(pid)}/cgroup`), controller);
  } catch {
    return undefined;
  }
}

/** The same, of the text of `/proc/<pid>/cgroup` (cgroups(7)). */
export function groupIn(text: string, controller: 'cpu' | 'memory'): Group | undefined {
  const lines = [...text.matchAll(/^\d+:([^:]*):(\/.*)$/gm)].map(([, controllers = '', path = '']) => ({ controllers, path }));
  const old = lines.find(({ controllers }) => controllers.split(',').includes(controller));
  if (old !== undefined) return { version: 1, folder: `${MOUNT}/${controller}${old.path}` };
  const unified = lines.find(({ controllers }) => controllers === '');
  return unified === undefined ? undefined : { version: 2, folder: `${MOUNT}${unified.path}` };
}

/** How many cores the kernel gives the group now; `undefined` without a limit. @throws when it cannot be read. */
export function coresNow({ ports }: Pick<HealContext, 'ports'>, { version, folder }: Group): number | undefined {
  if (version === 2) {
    const [quota = '', period = ''] = ports.files.readNow(`${folder}/cpu.max`).trim().split(' ');
    return quota === 'max' ? undefined : Number(quota) / Number(period);
  }
  const quota = Number(ports.files.readNow(`${folder}/cpu.cfs_quota_us`));
  return quota <= 0 ? undefined : quota / Number(ports.files.readNow(`${folder}/cpu.cfs_period_us`));
}

/** How often the group was held back so far. @throws when it cannot be read. */
export function throttledNow({ ports }: Pick<HealContext, 'ports'>, { folder }: Group): number {
  return Number(/^nr_throttled (\d+)$/m.exec(ports.files.readNow(`${folder}/cpu.stat`))?.[1] ?? 0);
}
