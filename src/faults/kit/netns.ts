import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { ExecResult } from '../../ports/index.ts';
import type { FaultContext, HealContext } from '../contract.ts';
import { docker, dockerOrThrow, failureOf, inspectContainer, succeeded } from './docker.ts';
import { asRoot } from './root.ts';
import { findTarget, type Container } from './target.ts';

/** The part of `docker container inspect` that faults of networks and limits look at. */
const Inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Running: z.boolean(), Pid: z.number(), StartedAt: z.string() }),
  Config: z.object({ Env: z.array(z.string()).nullish() }),
  HostConfig: z.object({
    NetworkMode: z.string().default(''),
    NanoCpus: z.number().default(0),
    CpuQuota: z.number().default(0),
    CpuPeriod: z.number().default(0),
    Memory: z.number().default(0),
    PortBindings: z.record(z.string(), z.array(z.object({ HostPort: z.string().default('') })).nullable()).nullish(),
  }),
  Mounts: z.array(z.object({ Type: z.string(), Destination: z.string(), RW: z.boolean().default(true) })).default([]),
  NetworkSettings: z.object({
    Networks: z
      .record(
        z.string(),
        z.object({
          NetworkID: z.string().default(''),
          IPAddress: z.string().default(''),
          GlobalIPv6Address: z.string().default(''),
          Aliases: z.array(z.string()).nullish(),
          Links: z.array(z.string()).nullish(),
          IPAMConfig: z.object({ IPv4Address: z.string().optional(), IPv6Address: z.string().optional() }).nullish(),
        }),
      )
      .default({}),
  }),
});
export type Inspected = z.output<typeof Inspected>;

/**
 * A container as it is now; `undefined` when it is gone, or when no Docker is here at all.
 * @throws GauntletError (stack) when the engine does not answer: "gone" must not be what we heard from nobody.
 */
export async function containerNow(context: HealContext, id: string): Promise<Inspected | undefined> {
  const known = Inspected.safeParse(await inspectContainer(context, id));
  if (known.success) return known.data;
  const result = await docker(context, ['container', 'inspect', '--format', '{{.Id}}', id]);
  if (result.outcome.ended === 'not-found' || /no such container/i.test(result.stderr)) return undefined;
  throw new GauntletError(`cannot look at container ${id.slice(0, 12)}: ${failureOf(result)}`, {
    kind: 'stack',
    hint: 'look whether the Docker engine answers: docker version',
  });
}

/** The containers of a service that run. @throws GauntletError when there are none, or when they are no containers of this machine. */
export async function containersOf(service: string, context: FaultContext): Promise<readonly Container[]> {
  if (context.manifest.kind !== 'compose' && context.manifest.kind !== 'process')
    throw new GauntletError(`a stack of the kind ${context.manifest.kind} is not ours to harm`, {
      kind: 'config',
      hint: 'run it on a stack that the gate brings up',
    });
  const target = await findTarget(service, context);
  if (target.stack === 'compose') return target.containers;
  throw new GauntletError('processes share the network of this machine, which is never touched', {
    kind: 'config',
    hint: 'run this experiment on a Compose stack',
  });
}

/** Main pid of a container if it is a process of this machine, by what the kernel says of it. `undefined` when it does not run. */
export async function pidNow(context: HealContext, { id, pid }: Pick<Container, 'id' | 'pid'>): Promise<number | undefined> {
  if (isOf(context, id, pid)) return pid;
  const now = await containerNow(context, id);
  return now?.State.Running === true && isOf(context, id, now.State.Pid) ? now.State.Pid : undefined;
}

/** As `pidNow`. @throws GauntletError when the container does not run. */
export async function runningPid(context: HealContext, container: Pick<Container, 'id' | 'name' | 'pid'>): Promise<number> {
  const pid = await pidNow(context, container);
  if (pid !== undefined) return pid;
  throw new GauntletError(`container ${container.name} does not run any more`, {
    kind: 'stack',
    hint: 'look why it ended before the fault',
  });
}

/** Runs a program in the network of a container: only the network, so nothing of its image is needed. */
export async function inNetwork(
  context: HealContext,
  argv: readonly string[],
  { pid, stdin }: { readonly pid: number; readonly stdin?: string },
): Promise<ExecResult> {
  return asRoot(context, ['nsenter', '-t', String(pid), '-n', '--', ...argv], stdin);
}

/**
 * The containers are processes of this machine, in networks of their own.
 * @throws GauntletError when one lives in the host's own network: rules there would be the machine's.
 */
export async function assertOwnNetworks(context: HealContext, containers: readonly Container[]): Promise<void> {
  for (const { id, pid, name } of containers) {
    if (!isOf(context, id, pid))
      throw new GauntletError(`container ${name} is no process of this machine: the Docker engine is somewhere else`, {
        kind: 'stack',
        hint: 'run the gate on the machine of the Docker engine',
      });
    const namespaces = await asRoot(context, ['stat', '-Lc', '%i', '/proc/self/ns/net', `/proc/${String(pid)}/ns/net`]);
    const [host, own] = namespaces.stdout.trim().split('\n');
    if (!succeeded(namespaces) || own === undefined || host === own)
      throw new GauntletError(
        own !== undefined && host === own
          ? `container ${name} lives in the network of the host, which is never touched`
          : `the network of container ${name} cannot be entered: ${failureOf(namespaces)}`,
        { kind: 'stack', hint: 'give the service a network of its own, and run the gate as root or with sudo' },
      );
  }
}

/** Ports that a process of the network listens on, for others to connect to; ascending. */
export function listeningPorts({ ports }: Pick<HealContext, 'ports'>, pid: number): readonly number[] {
  const found = ['tcp', 'tcp6'].flatMap((name) => {
    try {
      return listeningIn(ports.files.readNow(`/proc/${String(pid)}/net/${name}`));
    } catch {
      return [];
    }
  });
  return [...new Set(found)].sort((one, other) => one - other);
}

/** Of `/proc/<pid>/net/tcp` (proc_net_tcp): state 0A is LISTEN; who listens on the loopback alone is reached by nobody else. */
export function listeningIn(table: string): number[] {
  return [...table.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F:]+ 0A /gm)].flatMap(([, address = '', port = '']) => {
    const loopback = address.length === 8 ? address.endsWith('7F') : address === '00000000000000000000000001000000';
    return loopback ? [] : [Number.parseInt(port, 16)];
  });
}

/** Ids of the networks that a container is on, with their names. */
export async function inspectOrThrow(context: HealContext, { id }: Pick<Container, 'id'>): Promise<Inspected> {
  const parsed = Inspected.safeParse(await inspectContainer(context, id));
  if (parsed.success) return parsed.data;
  await dockerOrThrow(context, ['container', 'inspect', '--format', '{{.Id}}', id]);
  throw new GauntletError(`the Docker engine describes container ${id.slice(0, 12)} in a way that is not known`, {
    kind: 'stack',
    hint: 'use a Docker engine from 20.10 on',
  });
}

/** The kernel says itself whose process it is: the id stands in its control groups, on v1 and on v2. */
function isOf({ ports }: Pick<HealContext, 'ports'>, id: string, pid: number): boolean {
  try {
    return pid > 1 && ports.files.readNow(`/proc/${String(pid)}/cgroup`).includes(id);
  } catch {
    return false;
  }
}
