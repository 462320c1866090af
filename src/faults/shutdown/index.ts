import { join } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import type { ShutdownFacts } from '../../model/fault-facts.ts';
import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { agentFiles, agentState, startAgent, stopAgent } from '../kit/agent.ts';
import { AgentSpec } from '../kit/agent-spec.ts';
import { docker, failureOf, succeeded } from '../kit/docker.ts';
import { DurationText, millisecondsOf } from '../kit/fields.ts';
import { addressesOf } from '../kit/place.ts';
import { endsOf, healStopped, stoppedFingerprint } from '../kit/stopped.ts';
import { findTarget, livesOf, nameOf, reachable, Target } from '../kit/target.ts';

/** More would be longer than a fault may take to be done. */
const MOST_GRACE_MS = 12_000;
const LOOK_MS = 10;
const OPEN_MS = 3_000;

const Options = z.strictObject({
  service: z.string().min(1).describe('the service that is told to end'),
  grace: DurationText.default('10s')
    .refine((text) => millisecondsOf(text) >= 1_000 && millisecondsOf(text) <= MOST_GRACE_MS, 'must be from 1s to 12s')
    .describe('time that it has before it is killed'),
  connections: z.int().min(0).max(1_000).default(0).describe('connections that are open to it then, and say nothing'),
  port: z.int().min(1).max(65_535).optional().describe('where it listens for them; its first port when left out'),
});
type Options = z.output<typeof Options>;

const Undo = z.strictObject({
  target: Target,
  /** Where the times are told that it took. */
  record: z.string(),
  agent: AgentSpec.nullable(),
});
type Undo = z.output<typeof Undo>;

/** Times until each had ended, milliseconds. */
type Took = Readonly<Record<string, number>>;
const Told = z.object({ at: z.string().optional(), connections: z.number(), took: z.record(z.string(), z.number()) });

/** A shutdown as a deployment makes it: SIGTERM, a deadline, SIGKILL. What is asked is how the service ends, and what it drops. */
export const shutdown = defineFault<Options, Undo>({
  type: 'shutdown',
  summary: 'a deployment: a service is told to end (SIGTERM), has its deadline, is killed after it, and started again',
  rows: ['CFG-06'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service, grace, connections }) =>
    `tell ${service} to end within ${grace}${connections === 0 ? '' : `, with ${String(connections)} open connections`}`,
  services: ({ service }) => [service],
  capability: ({ service }, context) => reachable(service, context),
  prepare,
  inject,
  prove: async (_, { target }, context): Promise<Proof> => {
    if (context.manifest.services.every(({ name }) => name !== target.service))
      return { state: 'unproved', why: `there is no ${target.service}` };
    if ((await livesOf(target, context)).length > 0) return { state: 'unproved', why: `${nameOf(target)} still runs` };
    return { state: 'proved', by: [`${nameOf(target)} has ended`] };
  },
  observe,
  heal: async ({ target, agent }, context) => {
    if (agent !== null) await stopAgent(context, agent);
    await healStopped(target, context);
  },
  fingerprint: ({ target }, context) => stoppedFingerprint(target, context),
});

async function prepare({ service, connections, port }: Options, context: FaultContext): Promise<Undo> {
  const target = await findTarget(service, context);
  const record = join(context.folder, `${context.id}-shutdown.json`);
  if (connections === 0) return { target, record, agent: null };
  const [first, ...more] = await addressesOf(target, context, port);
  if (first === undefined) throw new Error(`nothing of ${target.service} listens on a TCP port: say its \`port\``);
  const work = { type: 'hold' as const, to: [first, ...more], hello: '', most: connections };
  return { target, record, agent: { id: context.id, endsAtMs: context.expiresAtMs, ...agentFiles(context, 'hold'), work } };
}

async function inject({ grace, connections }: Options, { target, record, agent }: Undo, context: FaultContext): Promise<void> {
  context.signal.throwIfAborted();
  if ((await livesOf(target, context)).length === 0) return;
  if (agent !== null) {
    await startAgent(context, agent, { within: 'here' });
    const until = context.ports.clock.monotonicMs() + OPEN_MS;
    while (((await agentState(context, agent))?.connections ?? 0) < connections && context.ports.clock.monotonicMs() < until)
      await context.ports.clock.sleep(LOOK_MS, context.signal);
  }
  const open = agent === null ? 0 : ((await agentState(context, agent))?.connections ?? 0);
  const at = context.ports.clock.now();
  const took = await (target.stack === 'process'
    ? stopProcess(target, millisecondsOf(grace), context)
    : stopContainers(target, millisecondsOf(grace), context));
  await context.ports.files.write(record, JSON.stringify({ at, connections: open, took }));
}

async function stopProcess(target: Extract<Target, { stack: 'process' }>, graceMs: number, context: FaultContext): Promise<Took> {
  const { ports } = context;
  await ports.files.write(target.hold, JSON.stringify({ until: context.expiresAtMs }));
  const from = ports.clock.monotonicMs();
  ports.exec.kill(target.pid, 'SIGTERM');
  let killed = false;
  while ((await livesOf(target, context)).length > 0) {
    if (!killed && ports.clock.monotonicMs() - from >= graceMs) killed = ports.exec.kill(target.pid, 'SIGKILL');
    await ports.clock.sleep(LOOK_MS, context.signal);
  }
  return { [target.service]: Math.round(ports.clock.monotonicMs() - from) };
}

async function stopContainers(target: Extract<Target, { stack: 'compose' }>, graceMs: number, context: FaultContext): Promise<Took> {
  const { clock } = context.ports;
  const ends = target.containers.map(async ({ id, name }) => {
    const from = clock.monotonicMs();
    const result = await docker(context, ['stop', '--time', String(Math.round(graceMs / 1_000)), id]);
    if (!succeeded(result)) throw new Error(`${name} could not be told to end: ${failureOf(result)}`);
    return [name, Math.round(clock.monotonicMs() - from)] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

async function observe({ grace }: Options, { target, record }: Undo, context: FaultContext): Promise<ShutdownFacts> {
  const text = await context.ports.files.readText(record).catch(() => '');
  const { at, connections, took } = Told.safeParse(parseJson(text)).data ?? { at: undefined, connections: 0, took: {} };
  const graceMs = millisecondsOf(grace);
  const names = target.stack === 'process' ? [target.service] : target.containers.map(({ name }) => name);
  const ends = await endsOf(target, context);
  const exits = names.map((name, index) => {
    const tookMs = took[name] ?? 0;
    const code = ends[index];
    return { name, ...(code === undefined ? {} : { code }), tookMs, killed: code === 137 && tookMs >= graceMs };
  });
  return { kind: 'shutdown', service: target.service, graceMs, connections, ...(at === undefined ? {} : { at }), exits };
}
