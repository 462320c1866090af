import { dirname, join } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';
import type { Capability, FaultContext, HealContext } from '../contract.ts';
import { ableIf } from './capability.ts';
import { dockerOrThrow, inspectContainer } from './docker.ts';
import { lookAt, sameProcess } from './process.ts';

const Life = z.strictObject({ pid: z.int().min(2), startedAt: z.string() });

/** What runs for a service: the process that its supervisor started, or all its containers that run. */
export const Target = z.discriminatedUnion('stack', [
  z.strictObject({
    stack: z.literal('process'),
    service: z.string(),
    ...Life.shape,
    /** The file with which the supervisor is told to hold the service down; `until` in it is its end, milliseconds since the epoch. */
    hold: z.string(),
  }),
  z.strictObject({
    stack: z.literal('compose'),
    service: z.string(),
    containers: z.array(z.strictObject({ id: z.string(), name: z.string(), ...Life.shape })).min(1),
  }),
]);
export type Target = z.output<typeof Target>;
export type ProcessTarget = Extract<Target, { stack: 'process' }>;
export type ComposeTarget = Extract<Target, { stack: 'compose' }>;
export type Container = ComposeTarget['containers'][number];

/** The part of the process stack's handle and state file that is read here. */
export const Handle = z.object({ stateFile: z.string() });
const State = z.object({ services: z.array(z.object({ name: z.string(), process: Life.optional() })) });

/** The part of `docker container inspect` that is read here. */
const Inspected = z.object({
  Name: z.string(),
  State: z.object({ Running: z.boolean(), Paused: z.boolean(), Pid: z.number(), StartedAt: z.string() }),
});

/** Finds what runs for a service now. @throws GauntletError when the stack has no such service, or nothing of it runs. */
export async function findTarget(service: string, context: FaultContext): Promise<Target> {
  const { manifest } = context;
  const known = manifest.services.map(({ name }) => name);
  if (!known.includes(service))
    throw new GauntletError(`the stack has no service ${service}`, {
      kind: 'config',
      hint: known.length === 0 ? 'bring a stack up whose services can be harmed' : `name one of ${known.join(', ')}`,
    });
  const target = manifest.kind === 'process' ? await processTarget(service, context) : await composeTarget(service, context);
  if (target !== undefined) return target;
  throw new GauntletError(`nothing of the service ${service} runs, so nothing can be done to it`, {
    kind: 'stack',
    hint: `look why ${service} does not run before the experiment`,
  });
}

/** Able on stacks that we brought up, or why not. Changes nothing. */
export async function reachable(service: string, context: FaultContext): Promise<Capability> {
  const { kind } = context.manifest;
  if (kind !== 'process' && kind !== 'compose')
    return { state: 'unsupported', why: `a stack of the kind ${kind} is not ours to harm: its processes cannot be reached from here` };
  return ableIf(() => findTarget(service, context));
}

/** Of each life of the target that is still the same, what it is doing; those that are gone are left out. */
export async function livesOf(target: Target, context: HealContext): Promise<{ pid: number; stopped: boolean }[]> {
  if (target.stack === 'process') {
    const now = await sameProcess(context, target);
    return now === undefined ? [] : [{ pid: target.pid, stopped: now.state === 'T' || now.state === 't' }];
  }
  const lives = await Promise.all(target.containers.map(async (container) => ({ container, state: await stateOf(container, context) })));
  return lives.flatMap(({ container, state }) =>
    state?.Running === true && state.Pid === container.pid && state.StartedAt === container.startedAt
      ? [{ pid: container.pid, stopped: state.Paused }]
      : [],
  );
}

/** `State` of `docker container inspect`; `undefined` when the container is gone. */
export async function stateOf(
  { id }: Pick<Container, 'id'>,
  context: HealContext,
): Promise<z.output<typeof Inspected>['State'] | undefined> {
  return Inspected.safeParse(await inspectContainer(context, id)).data?.State;
}

/** How a target is called in a proof. */
export function nameOf(target: Target): string {
  return target.stack === 'process'
    ? `process ${String(target.pid)} of ${target.service}`
    : target.containers.map(({ name }) => `container ${name}`).join(', ');
}

async function processTarget(service: string, { ports, manifest }: FaultContext): Promise<ProcessTarget | undefined> {
  const { stateFile } = Handle.parse(manifest.handle);
  const state = State.parse(parseJson(await ports.files.readText(stateFile)));
  const process = state.services.find(({ name }) => name === service)?.process;
  if (process === undefined) return undefined;
  const alive = await lookAt({ ports }, process.pid);
  if (alive === undefined) return undefined;
  const startedAt = process.startedAt.startsWith('ticks:') ? process.startedAt : alive.startedAt;
  return { stack: 'process', service, pid: process.pid, startedAt, hold: join(dirname(stateFile), 'held', `${service}.json`) };
}

async function composeTarget(service: string, context: FaultContext): Promise<ComposeTarget | undefined> {
  const labels = [`com.docker.compose.project=${context.manifest.project}`, `com.docker.compose.service=${service}`];
  const listed = await dockerOrThrow(context, [
    'container',
    'ls',
    '--quiet',
    '--no-trunc',
    '--filter',
    'status=running',
    ...labels.flatMap((label) => ['--filter', `label=${label}`]),
  ]);
  const ids = listed.split('\n').filter((id) => id !== '');
  const containers = await Promise.all(
    ids.map(async (id) => {
      const { Name, State: state } = Inspected.parse(await inspectContainer(context, id));
      return { id, name: Name.replace(/^\//, ''), pid: state.Pid, startedAt: state.StartedAt };
    }),
  );
  return containers.length === 0 ? undefined : { stack: 'compose', service, containers };
}
