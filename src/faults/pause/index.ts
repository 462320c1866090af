import { z } from 'zod';

import { defineFault, type FaultContext, type HealContext } from '../contract.ts';
import { docker, dockerOrThrow, succeeded } from '../kit/docker.ts';
import { groupsOf, lookAt } from '../kit/process.ts';
import { findTarget, livesOf, nameOf, reachable, stateOf, Target } from '../kit/target.ts';

const How = z.enum(['freezer', 'signal']);
const Options = z.strictObject({
  service: z.string().min(1).describe('the service that hangs'),
  how: How.default('freezer').describe(
    'the freezer of the engine, or SIGSTOP for its main process, which the engine does not notice; processes always get the signal',
  ),
});
type Options = z.output<typeof Options>;

/** What is frozen; of processes, all groups that belong to it. */
const Undo = z.strictObject({ target: Target, groups: z.array(z.int().min(2)), how: How.default('freezer') });
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
  prepare: async ({ service, how }, context) => {
    const target = await findTarget(service, context);
    return { target, groups: target.stack === 'process' ? groupsOf(context, target.pid) : [], how };
  },
  inject: async (_, { target, groups, how }, context) => {
    if (target.stack === 'process') {
      if ((await livesOf(target, context)).length > 0) for (const group of groups) context.ports.exec.kill(group, 'SIGSTOP');
      return;
    }
    for (const { id } of target.containers) {
      if (how === 'signal') await dockerOrThrow(context, ['kill', '--signal', 'STOP', id]);
      else if ((await stateOf({ id }, context))?.Paused === false) await freeze(id, context);
    }
  },
  prove: async (_, { target, how }, context) => {
    const lives = await stoppedLives({ target, how }, context);
    const expected = target.stack === 'process' ? 1 : target.containers.length;
    if (lives.length === expected && lives.every(({ stopped }) => stopped))
      return {
        state: 'proved',
        by: [`${nameOf(target)} is ${target.stack === 'process' || how === 'signal' ? 'stopped (state T)' : 'paused'}`],
      };
    return { state: 'unproved', why: lives.length === 0 ? `nothing of ${target.service} runs any more` : `${nameOf(target)} still runs` };
  },
  heal,
  fingerprint: async (undo, context) => {
    const lives = await stoppedLives(undo, context);
    return lives.length === 0 ? null : lives.map(({ pid, stopped }) => ({ pid, stopped }));
  },
});

/** The freezer of cgroup v1 gives up on a busy machine, and leaves it to its caller to ask again (https://github.com/opencontainers/runc/pull/4388). */
const TRIES = 4;
const AGAIN_MS = 250;

async function freeze(id: string, context: FaultContext): Promise<void> {
  for (let tries = 1; tries < TRIES; tries += 1) {
    const result = await docker(context, ['pause', id]);
    if (succeeded(result)) return;
    if (!result.stderr.includes('unable to freeze')) break;
    await context.ports.clock.sleep(AGAIN_MS, context.signal);
  }
  await dockerOrThrow(context, ['pause', id]);
}

async function heal({ target, groups, how }: Undo, context: HealContext): Promise<void> {
  if (target.stack === 'process') {
    // Also of a life that is over: its children may still be frozen. Who is not frozen does not notice.
    for (const group of groups) context.ports.exec.kill(group, 'SIGCONT');
    return;
  }
  for (const { id } of target.containers) {
    if (how === 'signal') {
      // Who was not stopped does not notice; who does not run needs none.
      if ((await stateOf({ id }, context))?.Running === true) await docker(context, ['kill', '--signal', 'CONT', id]);
      continue;
    }
    if ((await stateOf({ id }, context))?.Paused !== true) continue;
    const result = await docker(context, ['unpause', id]);
    // Recovery counts from here; the fingerprint looks once more.
    if (succeeded(result)) continue;
    if ((await stateOf({ id }, context))?.Paused === true) throw new Error(`it is still paused: ${result.stderr.trim()}`);
  }
}

/** Of each life that is still the same, whether it is held: by the engine's own word, or by the kernel's. */
async function stoppedLives(
  { target, how }: Pick<Undo, 'target' | 'how'>,
  context: HealContext,
): Promise<{ pid: number; stopped: boolean }[]> {
  const lives = await livesOf(target, context);
  if (target.stack === 'process' || how === 'freezer') return lives;
  return Promise.all(lives.map(async ({ pid }) => ({ pid, stopped: (await lookAt(context, pid))?.state === 'T' })));
}
