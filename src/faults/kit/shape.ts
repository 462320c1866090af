import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { Capability, FaultContext, HealContext } from '../contract.ts';
import { capabilityBy } from './capability.ts';
import { failureOf, succeeded } from './docker.ts';
import { lifeOf, type EdgeOptions } from './edge-fault.ts';
import { edgesBetween } from './edges.ts';
import type { Direction } from './fields.ts';
import { inNetwork, pidNow, runningPid } from './netns.ts';
import { asRoot, assertRoot } from './root.ts';
import { ContainerLife, familyOf } from './rules.ts';

/** Ours among all queues: nobody else's is ever taken away. */
const HANDLE = '9a17:';

const Peer = z.strictObject({ address: z.string(), port: z.number().optional(), side: z.enum(['dport', 'sport']) });

/** One interface of a container, and what leaves through it to some addresses is queued. */
const Shape = z.strictObject({ container: ContainerLife, device: z.string(), peers: z.array(Peer).min(1) });
type Shape = z.output<typeof Shape>;

/** Queues in the networks of containers. The kernel knows no end for them: whoever makes them must take them away. */
export const Shaped = z.strictObject({
  /** As `tc` takes it, such as `netem delay 100ms`. */
  queue: z.string(),
  shapes: z.array(Shape).min(1),
});
export type Shaped = z.output<typeof Shaped>;

/** Finds the interfaces: what is asked leaves where it is asked, what is answered leaves where it is answered. @throws GauntletError */
export async function prepareShaped(
  options: EdgeOptions,
  { queue, direction }: { readonly queue: string; readonly direction: Direction },
  context: FaultContext,
): Promise<Shaped> {
  const { from, to, port } = options;
  const shapes = [
    ...(direction === 'answer' ? [] : await shapesOf({ from, to }, { port, side: 'dport' }, context)),
    ...(direction === 'request' ? [] : await shapesOf({ from: to, to: from }, { port, side: 'sport' }, context)),
  ];
  if (shapes.length === 0)
    throw new GauntletError(`no interface leads from ${from} to ${to}`, { kind: 'config', hint: 'name two services that share a network' });
  return { queue, shapes };
}

/** Whether the kernel has such a queue: tried in a network of its own that ends with the attempt. Never throws. */
export async function queueCapability(context: HealContext, queue: string): Promise<Capability> {
  return capabilityBy(async () => {
    await assertRoot(context, ['nsenter', 'unshare', 'tc', 'ip']);
    const sample = batchOf({ device: 'lo', peers: [{ address: '192.0.2.1', side: 'dport' }] }, queue);
    const result = await asRoot(context, ['unshare', '-n', '--', 'tc', '-batch', '-'], sample);
    if (succeeded(result)) return { state: 'able' };
    return { state: 'unsupported', why: `this kernel has no ${queue.split(' ')[0] ?? queue}: ${failureOf(result)}` };
  });
}

/** Puts the queues in place; those of an attempt that was broken off are replaced. @throws when somebody else has one there. */
export async function installQueues(context: FaultContext, { queue, shapes }: Shaped): Promise<void> {
  context.signal.throwIfAborted();
  for (const shape of shapes) {
    const pid = await runningPid(context, shape.container);
    const there = await queuesOf(context, pid, shape.device);
    if (/^qdisc \S+ (?!0:)\S+ root/m.test(there) && !there.includes(`qdisc htb ${HANDLE} root`))
      throw new GauntletError(`${shape.container.name} has a queue of its own on ${shape.device}, which is never replaced`, {
        kind: 'stack',
        hint: 'use `partition`, `loss` or `dependency` there',
      });
    if (there.includes(HANDLE)) await take(context, pid, shape);
    const result = await inNetwork(context, ['tc', '-batch', '-'], { pid, stdin: batchOf(shape, queue) });
    if (!succeeded(result)) throw new Error(`the queue could not be made in ${shape.container.name}: ${failureOf(result)}`);
  }
}

/** Takes the queues away. A container that is gone took them with it. @throws when the kernel refuses. */
export async function removeQueues(context: HealContext, { shapes }: Shaped): Promise<void> {
  for (const shape of shapes) {
    const pid = await pidNow(context, shape.container);
    if (pid === undefined || !(await queuesOf(context, pid, shape.device)).includes(`qdisc htb ${HANDLE} root`)) continue;
    await take(context, pid, shape);
  }
}

/** What the kernel counted in all our queues: `held` is how often something had to wait for its turn. */
export async function countQueues(
  context: HealContext,
  { shapes }: Shaped,
): Promise<{ readonly without: readonly string[]; readonly bytes: number; readonly packets: number; readonly held: number }> {
  const without: string[] = [];
  let [bytes, packets, held] = [0, 0, 0];
  for (const { container, device } of shapes) {
    const pid = await pidNow(context, container);
    const text = pid === undefined ? '' : await queuesOf(context, pid, device);
    const own = leafIn(text);
    if (own === undefined) without.push(container.name);
    bytes += own?.bytes ?? 0;
    packets += own?.packets ?? 0;
    held += own?.held ?? 0;
  }
  return { without, bytes, packets, held };
}

/** Counters of the queue below ours, in the text of `tc -s qdisc show`. */
export function leafIn(text: string): { readonly bytes: number; readonly packets: number; readonly held: number } | undefined {
  const found = new RegExp(`parent ${HANDLE}2 [^\\n]*\\n\\s*Sent (\\d+) bytes (\\d+) pkt \\(dropped \\d+, overlimits (\\d+)`).exec(text);
  return found === null ? undefined : { bytes: Number(found[1]), packets: Number(found[2]), held: Number(found[3]) };
}

async function shapesOf(
  edge: { readonly from: string; readonly to: string },
  { port, side }: { readonly port: number | undefined; readonly side: 'dport' | 'sport' },
  context: FaultContext,
): Promise<Shape[]> {
  const shapes: Shape[] = [];
  for (const { container, peers } of await edgesBetween(edge, context)) {
    if (peers.some(({ loopback }) => loopback))
      throw new GauntletError(`${edge.from} and ${edge.to} share one network, whose loopback is never slowed down`, {
        kind: 'config',
        hint: 'use `dependency` there',
      });
    const byDevice = new Map<string, Shape['peers']>();
    for (const address of peers.flatMap(({ addresses }) => addresses)) {
      const route = await inNetwork(context, ['ip', '-o', 'route', 'get', address], { pid: container.pid });
      const device = / dev (\S+)/.exec(route.stdout)?.[1];
      if (device === undefined) throw new Error(`no way leads from ${container.name} to ${address}: ${failureOf(route)}`);
      byDevice.set(device, [...(byDevice.get(device) ?? []), { address, ...(port === undefined ? {} : { port }), side }]);
    }
    for (const [device, own] of byDevice) shapes.push({ container: lifeOf(container), device, peers: own });
  }
  return shapes;
}

/** All else passes as before: what no filter catches, htb sends at once. */
function batchOf({ device, peers }: Pick<Shape, 'device' | 'peers'>, queue: string): string {
  const filters = peers.map(({ address, port, side }) => {
    const [protocol, ip] = familyOf(address) === 'ip6' ? ['ipv6', 'ip6'] : ['ip', 'ip'];
    const only = port === undefined ? '' : ` match ${ip} ${side} ${String(port)} 0xffff`;
    return `filter add dev ${device} parent ${HANDLE} protocol ${protocol} prio ${protocol === 'ip' ? '1' : '2'} u32 match ${ip} dst ${address}${only} flowid ${HANDLE}2`;
  });
  return [
    `qdisc add dev ${device} root handle ${HANDLE} htb`,
    `class add dev ${device} parent ${HANDLE} classid ${HANDLE}2 htb rate 10gbit quantum 60000`,
    `qdisc add dev ${device} parent ${HANDLE}2 ${queue}`,
    ...filters,
    '',
  ].join('\n');
}

async function queuesOf(context: HealContext, pid: number, device: string): Promise<string> {
  const result = await inNetwork(context, ['tc', '-s', 'qdisc', 'show', 'dev', device], { pid });
  if (succeeded(result) || /cannot find device/i.test(result.stderr)) return result.stdout;
  throw new Error(`the queues of a container cannot be read: ${failureOf(result)}`);
}

async function take(context: HealContext, pid: number, { device, container }: Shape): Promise<void> {
  const result = await inNetwork(context, ['tc', 'qdisc', 'del', 'dev', device, 'root'], { pid });
  if (!succeeded(result)) throw new Error(`our queue in ${container.name} cannot be taken away: ${failureOf(result)}`);
}
