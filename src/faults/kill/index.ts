import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault, type Capability, type FaultContext, type HealContext } from '../contract.ts';
import { succeeded } from '../kit/docker.ts';
import { lookAt } from '../kit/process.ts';
import { findTarget, livesOf, nameOf, reachable, Target, type Container } from '../kit/target.ts';

const Options = z.strictObject({ service: z.string().min(1).describe('the service whose main process dies') });
type Options = z.output<typeof Options>;

/**
 * A crash: the main process of a service gets SIGKILL from the host, so that what happens next is the project's own doing. An engine that
 * is asked to kill a container would not start it again, whatever its restart policy says.
 */
export const kill = defineFault<Options, Target>({
  type: 'kill',
  summary: 'a crash: the main process of a service dies (SIGKILL from the host), so that its restart policy is tried',
  rows: ['CHA-01', 'CHA-02'],
  options: Options,
  undo: Target,
  lasts: 'moment',
  expires: true,
  title: ({ service }) => `kill -9 the main process of ${service}`,
  services: ({ service }) => [service],
  capability,
  prepare: async ({ service }, context) => findTarget(service, context),
  inject: async (_, target, context) => {
    if (target.stack === 'process') {
      if ((await livesOf(target, context)).length > 0) context.ports.exec.kill(target.pid, 'SIGKILL');
    } else for (const container of target.containers) await killContainer(container, context);
  },
  prove: async (_, target, context) => {
    if (context.manifest.services.every(({ name }) => name !== target.service))
      return { state: 'unproved', why: `there is no ${target.service}` };
    const alive = await livesOf(target, context);
    if (alive.length === 0) return { state: 'proved', by: [`${nameOf(target)} is gone`] };
    return { state: 'unproved', why: `process ${alive.map(({ pid }) => String(pid)).join(', ')} of ${target.service} still lives` };
  },
  // What died is dead: whoever starts it again is what the experiment is about.
  heal: async () => {},
  fingerprint: async () => null,
});

async function capability({ service }: Options, context: FaultContext): Promise<Capability> {
  const able = await reachable(service, context);
  if (able.state === 'unsupported' || context.manifest.kind === 'process') return able;
  const target = await findTarget(service, context);
  if (target.stack === 'process') return able;
  for (const { pid, name } of target.containers) {
    if ((await lookAt(context, pid)) === undefined)
      return {
        state: 'unsupported',
        why: `the processes of ${name} are not on this machine: a crash can only be made where its engine runs`,
      };
    if (!succeeded(await asRoot(context, ['kill', '-0', String(pid)])))
      return { state: 'unsupported', why: `killing a process of ${name} needs root on this machine (sudo without a password)` };
  }
  return able;
}

async function killContainer({ pid, name }: Container, context: FaultContext): Promise<void> {
  if ((await lookAt(context, pid)) === undefined) return;
  const result = await asRoot(context, ['kill', '-9', String(pid)]);
  if (succeeded(result) || (await lookAt(context, pid)) === undefined) return;
  throw new GauntletError(`the main process of ${name} could not be killed: ${result.stderr.trim()}`, {
    kind: 'stack',
    hint: 'let the gate run as root, or with sudo that asks for no password',
  });
}

/** Containers are other users' processes. `sh` has a `kill` of its own on every machine. */
async function asRoot({ ports, signal }: HealContext, argv: readonly string[]) {
  const line = `if [ "$(id -u)" = 0 ]; then ${argv.join(' ')}; else sudo -n ${argv.join(' ')}; fi`;
  return ports.exec.run({ type: 'argv', argv: ['/bin/sh', '-c', line] }, { env: ports.env, timeoutMs: 5_000, signal });
}
