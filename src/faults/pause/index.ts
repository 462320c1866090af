import { z } from 'zod';

import { defineFault, type HealContext } from '../contract.ts';
import { docker, dockerOrThrow, succeeded } from '../kit/docker.ts';
import { groupsOf } from '../kit/process.ts';
import { findTarget, livesOf, nameOf, reachable, stateOf, Target } from '../kit/target.ts';

const Options = z.strictObject({ service: z.string().min(1).describe('the service that hangs') });
type Options = z.output<typeof Options>;

/** What is frozen; of processes, all groups that belong to it. */
const Undo = z.strictObject({ target: Target, groups: z.array(z.int().min(2)) });
type Undo = z.output<typeof Undo>;

/** A hang: connections are still accepted, and nobody answers. Nothing ends it but us, so it needs the watchdog. */
export const pause = defineFault<Options, Undo>({
  type: 'pause',
  summary: 'a hang: everything that runs for a service is frozen; it still accepts connections and answers nothing',
  rows: ['CHA-02'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service }) => `freeze ${service}`,
  services: ({ service }) => [service],
  capability: ({ service }, context) => reachable(service, context),
  prepare: async ({ service }, context) => {
    const target = await findTarget(service, context);
    return { target, groups: target.stack === 'process' ? groupsOf(context, target.pid) : [] };
  },
  inject: async (_, { target, groups }, context) => {
    if (target.stack === 'process') {
      if ((await livesOf(target, context)).length > 0) for (const group of groups) context.ports.exec.kill(group, 'SIGSTOP');
      return;
    }
    for (const { id } of target.containers)
      if ((await stateOf({ id }, context))?.Paused === false) await dockerOrThrow(context, ['pause', id]);
  },
  prove: async (_, { target }, context) => {
    const lives = await livesOf(target, context);
    const expected = target.stack === 'process' ? 1 : target.containers.length;
    if (lives.length === expected && lives.every(({ stopped }) => stopped))
      return { state: 'proved', by: [`${nameOf(target)} is ${target.stack === 'process' ? 'stopped (state T)' : 'paused'}`] };
    return { state: 'unproved', why: lives.length === 0 ? `nothing of ${target.service} runs any more` : `${nameOf(target)} still runs` };
  },
  heal,
  fingerprint: async ({ target }, context) => {
    const lives = await livesOf(target, context);
    return lives.length === 0 ? null : lives.map(({ pid, stopped }) => ({ pid, stopped }));
  },
});

async function heal({ target, groups }: Undo, context: HealContext): Promise<void> {
  if (target.stack === 'process') {
    // Also of a life that is over: its children may still be frozen. Who is not frozen does not notice.
    for (const group of groups) context.ports.exec.kill(group, 'SIGCONT');
    return;
  }
  for (const { id } of target.containers) {
    if ((await stateOf({ id }, context))?.Paused !== true) continue;
    const result = await docker(context, ['unpause', id]);
    // Recovery counts from here; the fingerprint looks once more.
    if (succeeded(result)) continue;
    if ((await stateOf({ id }, context))?.Paused === true) throw new Error(`it is still paused: ${result.stderr.trim()}`);
  }
}
