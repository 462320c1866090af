import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import type { Json } from '../../lib/json.ts';
import type { FaultContext, HealContext } from '../contract.ts';
import { docker, inspectContainer } from './docker.ts';
import { Handle, stateOf, type Target } from './target.ts';

/** The parts of a container and of the supervisor's state file that tell how something ended. */
const Ended = z.object({ State: z.object({ Running: z.boolean(), ExitCode: z.number() }) });
const State = z.object({ services: z.array(z.object({ name: z.string(), state: z.string(), exitCode: z.number().optional() })) });

/** Starts again what was stopped: its containers, or the process that is held down. @throws when a container does not start. */
export async function healStopped(target: Target, context: HealContext): Promise<void> {
  if (target.stack === 'process') {
    await context.ports.files.remove(target.hold);
    return;
  }
  for (const { id, name } of target.containers) {
    const state = await stateOf({ id }, context);
    if (state === undefined || state.Running) continue;
    const result = await docker(context, ['start', id]);
    const after = await stateOf({ id }, context);
    if (after !== undefined && !after.Running) throw new Error(`${name} does not start: ${result.stderr.trim()}`);
  }
}

/** Whether it runs; `null` when it is gone. */
export async function stoppedFingerprint(target: Target, context: HealContext): Promise<Json> {
  if (target.stack === 'process') {
    const state = await context.ports.files.exists(target.hold);
    return state ? { held: true } : null;
  }
  const states = await Promise.all(target.containers.map((container) => stateOf(container, context)));
  return states.every((state) => state === undefined) ? null : states.map((state) => ({ running: state?.Running === true }));
}

/** Exit codes of what ended, in the order of the target; `undefined` for what runs or is gone. */
export async function endsOf(target: Target, context: FaultContext): Promise<readonly (number | undefined)[]> {
  if (target.stack === 'process') {
    const { stateFile } = Handle.parse(context.manifest.handle);
    const state = State.safeParse(parseJson(await context.ports.files.readText(stateFile).catch(() => ''))).data;
    const own = state?.services.find(({ name }) => name === target.service);
    return [own?.state === 'exited' ? own.exitCode : undefined];
  }
  return Promise.all(
    target.containers.map(async ({ id }) => {
      const seen = Ended.safeParse(await inspectContainer(context, id)).data?.State;
      return seen === undefined || seen.Running ? undefined : seen.ExitCode;
    }),
  );
}
