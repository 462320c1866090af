import { z } from 'zod';

import { defineFault, type HealContext } from '../contract.ts';
import { docker, dockerOrThrow } from '../kit/docker.ts';
import { findTarget, livesOf, nameOf, reachable, stateOf, Target } from '../kit/target.ts';

const Options = z.strictObject({ service: z.string().min(1).describe('the service that hangs') });
type Options = z.output<typeof Options>;

/** A hang: connections are still accepted, and nobody answers. Nothing ends it but us, so it needs the watchdog. */
export const pause = defineFault<Options, Target>({
  type: 'pause',
  summary: 'a hang: everything that runs for a service is frozen; it still accepts connections and answers nothing',
  rows: ['CHA-02'],
  options: Options,
  undo: Target,
  lasts: 'held',
  expires: false,
  title: ({ service }) => `freeze ${service}`,
  services: ({ service }) => [service],
  capability: ({ service }, context) => reachable(service, context),
  prepare: ({ service }, context) => findTarget(service, context),
  inject: async (_, target, context) => {
    if (target.stack === 'process') {
      if ((await livesOf(target, context)).length > 0) context.ports.exec.kill(target.pid, 'SIGSTOP');
      return;
    }
    for (const { id } of target.containers)
      if ((await stateOf({ id }, context))?.Paused === false) await dockerOrThrow(context, ['pause', id]);
  },
  prove: async (_, target, context) => {
    const lives = await livesOf(target, context);
    const expected = target.stack === 'process' ? 1 : target.containers.length;
    if (lives.length === expected && lives.every(({ stopped }) => stopped))
      return { state: 'proved', by: [`${nameOf(target)} is ${target.stack === 'process' ? 'stopped (state T)' : 'paused'}`] };
    return { state: 'unproved', why: lives.length === 0 ? `nothing of ${target.service} runs any more` : `${nameOf(target)} still runs` };
  },
  heal,
  fingerprint: async (target, context) => {
    const lives = await livesOf(target, context);
    return lives.length === 0 ? null : lives.map(({ pid, stopped }) => ({ pid, stopped }));
  },
});

async function heal(target: Target, context: HealContext): Promise<void> {
  if (target.stack === 'process') {
    if ((await livesOf(target, context)).length > 0) context.ports.exec.kill(target.pid, 'SIGCONT');
    return;
  }
  for (const { id } of target.containers) {
    if ((await stateOf({ id }, context))?.Paused !== true) continue;
    const result = await docker(context, ['unpause', id]);
    if ((await stateOf({ id }, context))?.Paused === true) throw new Error(`it is still paused: ${result.stderr.trim()}`);
  }
}
