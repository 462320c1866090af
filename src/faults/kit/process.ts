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

function read(file: () => string): string | undefined {
  try {
    return file();
  } catch {
    return undefined;
  }
}
