import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Containers and networks of the Compose projects of one run: their names carry its id. */
export function composeLeftovers(run: string): string[] {
  const list = (...args: string[]): string[] => execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
  return [...list('ps', '-a', '--format', '{{.Names}}'), ...list('network', 'ls', '--format', '{{.Name}}')].filter((name) =>
    name.includes(run),
  );
}

/** Command lines of processes that work in a folder or name it. */
export function processesBelow(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ? [command] : [];
      } catch {
        return [];
      }
    });
}
