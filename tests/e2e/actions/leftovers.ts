import { execFileSync } from 'node:child_process';

/** Containers and networks of Compose projects that the gate made, by id. */
export function dockerLeftovers(): string[] {
  const list = (...args: string[]): string[] => execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
  const ours = ['--filter', 'label=com.docker.compose.project', '--format'];
  return [...list('ps', '-a', ...ours, '{{.Names}}'), ...list('network', 'ls', ...ours, '{{.Name}}')]
    .filter((name) => name.includes('gauntlet'))
    .sort();
}
