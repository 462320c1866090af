import { GauntletError } from '../../model/errors.ts';
import type { ExecResult } from '../../ports/index.ts';
import type { HealContext } from '../contract.ts';
import { succeeded } from './docker.ts';

const CALL_MS = 10_000;
/** Where iptables, tc and nsenter are; not on every user's PATH. */
const SYSTEM_PATH = '/usr/sbin:/sbin:/usr/bin:/bin';

/** Runs a program as root: directly, or through `sudo` where no password is asked. Its end is data. */
export async function asRoot(context: HealContext, argv: readonly string[], stdin?: string): Promise<ExecResult> {
  const { ports, signal } = context;
  return ports.exec.run(
    { type: 'argv', argv: [...rootPrefix(context), ...argv] },
    { env: rootEnvironment(context), timeoutMs: CALL_MS, graceMs: 500, signal, stdin },
  );
}

/** What stands before a command that needs root; for what is detached. */
export function rootPrefix({ ports }: Pick<HealContext, 'ports'>): readonly string[] {
  try {
    if (/^Uid:\s+\d+\s+0\s/m.test(ports.files.readNow('/proc/self/status'))) return [];
  } catch {
    // No /proc: no Linux, and `sudo` says what is missing.
  }
  return ['sudo', '-n', '--'];
}

export function rootEnvironment({ ports }: Pick<HealContext, 'ports'>): Record<string, string> {
  const path = ports.env['PATH'];
  return { ...ports.env, LC_ALL: 'C', PATH: path === undefined ? SYSTEM_PATH : `${path}:${SYSTEM_PATH}` };
}

/** @throws GauntletError where programs cannot be run as root, or are not there. */
export async function assertRoot(context: HealContext, programs: readonly string[]): Promise<void> {
  const missing = programs.map((program) => `command -v ${program} >/dev/null || echo ${program}`).join('; ');
  const result = await asRoot(context, ['sh', '-c', missing]);
  if (!succeeded(result))
    throw new GauntletError('root is needed for it, and neither we are root nor does sudo let us without a password', {
      kind: 'stack',
      hint: 'let the gate run as root or use sudo without a password, as hosted runners do',
    });
  const names = result.stdout.split('\n').filter((name) => name !== '');
  if (names.length > 0)
    throw new GauntletError(`this machine has no ${names.join(', no ')}`, { kind: 'stack', hint: 'install it on the machine of the gate' });
}
