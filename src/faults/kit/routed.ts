import { dirname, join } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';
import type { Json } from '../../lib/json.ts';
import type { Capability, FaultContext, HealContext } from '../contract.ts';
import { capabilityBy } from './capability.ts';
import { agentFiles, agentState, proxyWork, startAgent, stopAgent } from './agent.ts';
import { AgentSpec } from './agent-spec.ts';
import type { EdgeOptions } from './edge-fault.ts';
import { groupsOf, lookAt, sameProcess } from './process.ts';

/** Without a container there is no network of its own, so who asks is started again with the address of the proxy in its settings. */
export const Routed = z.strictObject({
  by: z.literal('route'),
  service: z.string(),
  stateFile: z.string(),
  /** What the supervisor puts into the settings of the next life, and what it held down meanwhile. */
  route: z.string(),
  hold: z.string(),
  /** Where the service itself listens: up is when it does. */
  port: z.number().nullable(),
  /** The port of the dependency, by its name there → the proxy's. */
  ports: z.record(z.string(), z.number()),
  agents: z.array(AgentSpec).min(1),
});
export type Routed = z.output<typeof Routed>;

const Handle = z.object({ stateFile: z.string(), specFile: z.string() });
/** The part of the supervisor's orders that is read here. */
const Spec = z.object({
  services: z.array(z.object({ name: z.string(), ports: z.record(z.string(), z.number()), reaches: z.array(z.string()).default([]) })),
});
const Life = z.object({ pid: z.number(), startedAt: z.string() });
/** And of what it tells. */
const State = z.object({
  supervisor: Life,
  phase: z.string(),
  services: z.array(z.object({ name: z.string(), state: z.string(), health: z.string(), process: Life.optional() })),
});

const HOST = '127.0.0.1';
const LOOK_MS = 25;
/** Before a service that is to be started again is killed. */
const GRACE_MS = 3_000;
const GONE_MS = 6_000;
const SEEN_MS = 3_000;
const UP_MS = 20_000;
/** A service without a health check that listens nowhere is up when it has lived for so long. */
const SETTLED_MS = 1_000;
const HELD_MS = 15_000;
const OUTLIVES_MS = 1_500;

/** A proxy for each port of `to`. @throws GauntletError when there is none, or when `from` is not told of it by the stack. */
export async function prepareRouted({ from, to, port }: EdgeOptions, context: FaultContext): Promise<Routed> {
  const { ports, manifest } = context;
  const { stateFile, specFile } = Handle.parse(manifest.handle);
  const { services } = Spec.parse(parseJson(await ports.files.readText(specFile)));
  const [consumer, dependency] = [from, to].map((name) => services.find((service) => service.name === name));
  if (consumer === undefined || dependency === undefined)
    throw new GauntletError(`the stack has no service ${consumer === undefined ? from : to}`, {
      kind: 'config',
      hint: `name one of ${services.map(({ name }) => name).join(', ')}`,
    });
  const meant = Object.entries(dependency.ports).filter(([, own]) => port === undefined || own === port);
  if (!consumer.reaches.includes(to) || meant.length === 0)
    throw new GauntletError(`${from} is not told by the stack where ${to} is, so it cannot be led another way`, {
      kind: 'config',
      hint: `write \`{{${to}.port}}\` or \`{{${to}.url}}\` into the env of ${from}`,
    });
  const doors = [];
  const routed: Record<string, number> = {};
  for (const [label, own] of meant) {
    const free = await ports.tcp.freePort();
    routed[`${to}.${label}`] = free;
    doors.push({ listen: { host: HOST, port: free }, to: { host: HOST, port: own } });
  }
  const folder = dirname(stateFile);
  return {
    by: 'route',
    service: from,
    stateFile,
    route: join(folder, 'routes', from, `${context.id}.json`),
    hold: join(folder, 'held', `${from}.json`),
    port: consumer.ports['main'] ?? null,
    ports: routed,
    agents: [
      {
        id: context.id,
        endsAtMs: context.expiresAtMs + OUTLIVES_MS,
        ...agentFiles(context, '0'),
        work: proxyWork(context, { name: '0', doors }),
      },
    ],
  };
}

/** Never throws. */
export async function routedCapability(options: EdgeOptions, context: FaultContext): Promise<Capability> {
  return capabilityBy(async () => {
    await prepareRouted(options, context);
    return { state: 'substitute', by: ROUTE };
  });
}

/** How a report names it. */
const ROUTE = 'a proxy on this machine; the service that asks is started again with its address';

export async function standRouted(undo: Routed, context: FaultContext): Promise<void> {
  const { ports, signal } = context;
  signal.throwIfAborted();
  const text = JSON.stringify(undo.ports);
  if ((await ports.files.readText(undo.route).catch(() => '')) === text && (await whyNotRouted(undo, context)) === undefined) return;
  for (const spec of undo.agents) await startAgent(context, spec, { within: 'here' });
  await ports.files.write(undo.route, text);
  await startAgain(undo, context);
}

/** First the old way, then the end of the proxy. A stack that is gone needs neither. */
export async function healRouted(undo: Routed, context: HealContext): Promise<void> {
  const { files } = context.ports;
  if (await files.exists(undo.route)) {
    // Not removed before it is over: a heal that is broken off is done again.
    await files.write(undo.route, '{}');
    if ((await stateNow(undo, context)) !== undefined) await startAgain(undo, context);
    await files.remove(undo.route);
  }
  for (const spec of undo.agents) await stopAgent(context, spec);
}

/** What of it is not there; `undefined` when the service speaks to the proxies. */
export async function whyNotRouted(undo: Routed, context: HealContext): Promise<string | undefined> {
  const { files } = context.ports;
  if ((await files.readText(undo.route).catch(() => '')) !== JSON.stringify(undo.ports)) return `${undo.service} is not led to the proxy`;
  const states = await Promise.all(undo.agents.map((spec) => agentState(context, spec)));
  return states.every((state) => state?.phase === 'working') ? undefined : 'the proxy is not (any more) there';
}

/** `null` when the stack is gone. */
export async function routedFingerprint(undo: Routed, context: HealContext): Promise<Json> {
  if ((await stateNow(undo, context)) === undefined) return null;
  return { routed: await context.ports.files.exists(undo.route) };
}

/** What the supervisor says, if it lives. */
async function stateNow({ stateFile }: Pick<Routed, 'stateFile'>, context: HealContext): Promise<z.output<typeof State> | undefined> {
  const state = State.safeParse(parseJson(await context.ports.files.readText(stateFile).catch(() => ''))).data;
  if (state === undefined || state.phase === 'stopping' || state.phase === 'stopped') return undefined;
  return (await sameProcess(context, state.supervisor)) === undefined ? undefined : state;
}

/** Held down, ended and let go: whatever its restart policy says, it is started again. Resolves when it is up. */
async function startAgain(undo: Routed, context: HealContext): Promise<void> {
  const { ports } = context;
  const own = async () => (await stateNow(undo, context))?.services.find(({ name }) => name === undo.service);
  const before = (await own())?.process;
  if (before === undefined || (await lookAt(context, before.pid)) === undefined) return;
  await ports.files.write(undo.hold, JSON.stringify({ until: Date.parse(ports.clock.now()) + HELD_MS }));
  try {
    await end(before.pid, context);
    // The supervisor looks for what holds a service when it has seen its end: gone too early, it held nobody.
    const seenMs = ports.clock.monotonicMs() + SEEN_MS;
    while ((await own())?.state === 'running' && ports.clock.monotonicMs() < seenMs) await ports.clock.sleep(LOOK_MS);
  } finally {
    await ports.files.remove(undo.hold);
  }
  const untilMs = ports.clock.monotonicMs() + UP_MS;
  for (let sinceMs: number | undefined; ; await ports.clock.sleep(LOOK_MS)) {
    const now = await own();
    const alive = now?.process !== undefined && now.process.pid !== before.pid && now.state === 'running';
    if (alive && now.health === 'healthy') return;
    if (alive) sinceMs ??= ports.clock.monotonicMs();
    if (alive && now.health === 'none') {
      if (undo.port !== null && (await ports.tcp.probe(HOST, undo.port, 500))) return;
      if (ports.clock.monotonicMs() - (sinceMs ?? 0) > SETTLED_MS * 3) return;
    }
    if (ports.clock.monotonicMs() > untilMs)
      throw new GauntletError(`${undo.service} does not come up again, led to the proxy or back`, {
        kind: 'stack',
        hint: `read the last lines of the log of ${undo.service}: it does not survive a restart`,
      });
  }
}

async function end(pid: number, context: HealContext): Promise<void> {
  const { exec, clock } = context.ports;
  const groups = groupsOf(context, pid);
  const [killMs, untilMs] = [clock.monotonicMs() + GRACE_MS, clock.monotonicMs() + GONE_MS];
  exec.kill(pid, 'SIGTERM');
  while ((await lookAt(context, pid)) !== undefined && clock.monotonicMs() < untilMs) {
    if (clock.monotonicMs() >= killMs) for (const group of groups) exec.kill(group, 'SIGKILL');
    await clock.sleep(LOOK_MS);
  }
}
