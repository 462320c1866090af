import type { HealContext } from '../contract.ts';

type Needs = Pick<HealContext, 'ports'>;

/** A process as the kernel tells of it. */
export interface Alive {
  /** Tells it from a later process with the same number: `ticks:123` since the machine started, as the process stack writes it. */
  readonly startedAt: string;
  /** One letter, proc_pid_stat(5): `T` is stopped. */
  readonly state: string;
}

/** The process that has this number now; `undefined` when nobody or a zombie has. Without `/proc`, its start is not known: ''. */
export async function lookAt({ ports }: Needs, pid: number): Promise<Alive | undefined> {
  const text = read(() => ports.files.readNow(`/proc/${String(pid)}/stat`));
  if (text !== undefined) {
    // The name is in brackets and can hold anything, brackets too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = ''] = fields;
    return state === 'Z' || state === 'X' ? undefined : { state, startedAt: `ticks:${fields[19] ?? ''}` };
  }
  if (read(() => ports.files.readNow('/proc/self/stat')) !== undefined || !ports.exec.isAlive(pid)) return undefined;
  const { stdout } = await ports.exec.run(
    { type: 'argv', argv: ['ps', '-o', 'stat=', '-p', String(pid)] },
    { env: { PATH: ports.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' }, timeoutMs: 5_000 },
  );
  return { state: stdout.trim().slice(0, 1), startedAt: '' };
}

/** The very process that was meant, if it still lives. */
export async function sameProcess(needs: Needs, { pid, startedAt }: { pid: number; startedAt: string }): Promise<Alive | undefined> {
  const now = await lookAt(needs, pid);
  if (now === undefined) return undefined;
  return now.startedAt === '' || startedAt === '' || now.startedAt === startedAt ? now : undefined;
}

/**
 * Process groups of a process and of all that descends from it: servers give their children sessions of their own, which a signal to
 * their parent's group does not reach. Only the process itself where `/proc` is not there.
 */
export function groupsOf({ ports }: Needs, pid: number): number[] {
  const names = read(() => ports.files.listNow('/proc')) ?? [];
  const all = names
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const text = read(() => ports.files.readNow(`/proc/${name}/stat`));
      if (text === undefined) return [];
      const [, parent = '', group = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(parent), group: Number(group) }];
    });
  const family = new Set([pid]);
  // A set that grows is walked to its end.
  for (const one of family) for (const child of all) if (child.parent === one) family.add(child.pid);
  return [...new Set([pid, ...all.flatMap((one) => (family.has(one.pid) && one.group > 1 ? [one.group] : []))])];
}

function read<Value>(file: () => Value): Value | undefined {
  try {
    return file();
  } catch {
    return undefined;
  }
}
