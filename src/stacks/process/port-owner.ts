import type { Ports } from '../../ports/index.ts';

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

/** TCP_LISTEN in `/proc/net/tcp` (proc_pid_net(5)). */
const LISTEN = '0A';

/** Who listens on a port: through `/proc`, else through `lsof`; `undefined` when it is another user's or cannot be found. */
export async function portOwner(port: number, { files, exec, env }: Pick<Ports, 'files' | 'exec' | 'env'>): Promise<PortOwner | undefined> {
  const options = { env: { PATH: env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' }, timeoutMs: 5_000 };
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => files.readText(path).catch(() => '')));
  const inode = tables.map((table) => listeningInode(table, port)).find((one) => one !== undefined);
  if (inode !== undefined) {
    const found = await exec.run(
      { type: 'shell', line: `find /proc -mindepth 3 -maxdepth 3 -path '/proc/[0-9]*/fd/*' -lname 'socket:\\[${inode}\\]' 2>/dev/null` },
      options,
    );
    const pid = Number(/^\/proc\/(\d+)\//m.exec(found.stdout)?.[1]);
    if (pid > 0) return { pid, name: (await files.readText(`/proc/${String(pid)}/comm`).catch(() => 'a process')).trim() };
  }
  const listed = await exec.run({ type: 'argv', argv: ['lsof', '-nP', `-iTCP:${String(port)}`, '-sTCP:LISTEN', '-Fpc'] }, options);
  const pid = Number(/^p(\d+)$/m.exec(listed.stdout)?.[1]);
  return pid > 0 ? { pid, name: /^c(.+)$/m.exec(listed.stdout)?.[1] ?? 'a process' } : undefined;
}

/** The socket that listens on a port, in the kernel's table. */
export function listeningInode(table: string, port: number): string | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(`:${hex}`) && fields[3] === LISTEN) return fields[9];
  }
  return undefined;
}
