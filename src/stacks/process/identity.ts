import type { Ports } from '../../ports/index.ts';
import { MARKER, type Identity } from './spec.ts';

type Needs = Pick<Ports, 'files' | 'exec' | 'env'>;

/** A living process of a stack. */
export interface Survivor {
  readonly pid: number;
  readonly group: number;
  readonly name: string;
}

/** Who has this pid now; `undefined` when nobody (or a zombie) has. */
export async function identify({ files, exec, env }: Needs, pid: number): Promise<Identity | undefined> {
  if (!exec.isAlive(pid)) return undefined;
  const stat = await statOf(files, pid);
  if (stat !== undefined) return { pid, startedAt: `ticks:${stat.startTicks}` };
  const result = await exec.run(
    { type: 'argv', argv: ['ps', '-o', 'lstart=', '-p', String(pid)] },
    { env: { PATH: env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' }, timeoutMs: 5_000 },
  );
  const startedAt = result.stdout.trim();
  return startedAt === '' ? undefined : { pid, startedAt };
}

/** Is it still the process that was meant, and not a later one with its number? */
export async function isSame(needs: Needs, identity: Identity): Promise<boolean> {
  const now = await identify(needs, identity.pid);
  return now?.startedAt === identity.startedAt;
}

/** The pid of this very process, without touching the process: a child's parent. */
export async function ownPid({ exec, env }: Pick<Needs, 'exec' | 'env'>): Promise<number> {
  const result = await exec.run({ type: 'shell', line: 'echo $PPID' }, { env: { PATH: env['PATH'] ?? '/usr/bin:/bin' } });
  return Number(result.stdout.trim());
}

/**
 * Every living process that carries the mark, whatever group or session it went to. Only Linux shows environments to the
 * same user; elsewhere the groups that are known must do.
 */
export async function marked({ files }: Pick<Needs, 'files'>, mark: string): Promise<readonly Survivor[]> {
  const names = await files.list('/proc').catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const environment = await files.readText(`/proc/${name}/environ`).catch(() => '');
        if (!environment.split('\0').includes(`${MARKER}=${mark}`)) return undefined;
        const stat = await statOf(files, Number(name));
        if (stat === undefined) return undefined;
        return { pid: Number(name), group: stat.group, name: stat.name };
      }),
  );
  return found.filter((survivor) => survivor !== undefined);
}

/** The fields of `/proc/<pid>/stat` that matter (proc_pid_stat(5)); `undefined` where there is none, and for zombies. */
async function statOf(files: Ports['files'], pid: number): Promise<{ group: number; startTicks: string; name: string } | undefined> {
  const text = await files.readText(`/proc/${String(pid)}/stat`).catch(() => undefined);
  if (text === undefined) return undefined;
  // The name is in brackets and can hold anything, brackets too.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { group: Number(fields[2]), startTicks: fields[19] ?? '', name: text.slice(text.indexOf('(') + 1, end) };
}
