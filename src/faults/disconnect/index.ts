import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault, type FaultContext, type HealContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { docker, dockerOrThrow, failureOf, succeeded } from '../kit/docker.ts';
import { lifeOf } from '../kit/edge-fault.ts';
import { fingerprintOf } from '../kit/fingerprint.ts';
import { containerNow, containersOf, inspectOrThrow, pidNow, type Inspected } from '../kit/netns.ts';
import { ContainerLife } from '../kit/rules.ts';

const Options = z.strictObject({
  service: z.string().min(1).describe('the service that is unplugged'),
  network: z.string().min(1).optional().describe('only this network, by its name in the compose files; all of them when left out'),
});
type Options = z.output<typeof Options>;

const Plug = z.strictObject({
  network: z.string(),
  id: z.string(),
  /** Names under which others find it: a plain reconnect forgets them. */
  aliases: z.array(z.string()),
  links: z.array(z.string()),
  /** Addresses that the files ask for; others are Docker's to give. */
  ip4: z.string().nullable(),
  ip6: z.string().nullable(),
});
const Undo = z.strictObject({
  containers: z.array(z.strictObject({ container: ContainerLife, interfaces: z.number(), plugs: z.array(Plug).min(1) })).min(1),
});
type Undo = z.output<typeof Undo>;

/** The cable is pulled: the interface itself is gone, every connection with it. */
export const disconnect = defineFault<Options, Undo>({
  type: 'disconnect',
  summary: 'a pulled cable: a service is taken off its networks, and comes back under all its names',
  rows: ['CHA-03'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service, network }) => `take ${service} off ${network ?? 'its networks'}`,
  services: ({ service }) => [service],
  capability: (options, context) => ableIf(() => prepare(options, context)),
  prepare,
  inject: async (_, { containers }, context) => {
    context.signal.throwIfAborted();
    for (const { container, plugs } of containers) {
      const now = await inspectOrThrow(context, container);
      for (const { id } of plugs) if (isOn(now, id)) await dockerOrThrow(context, ['network', 'disconnect', id, container.id]);
    }
  },
  prove,
  heal,
  fingerprint: ({ containers }, context) => fingerprintOf(containers, context),
});

async function prepare({ service, network }: Options, context: FaultContext): Promise<Undo> {
  const containers: Undo['containers'] = [];
  for (const container of await containersOf(service, context)) {
    const inspected = await inspectOrThrow(context, container);
    assertPorts(service, inspected);
    const plugs = Object.entries(inspected.NetworkSettings.Networks)
      .filter(([name]) => network === undefined || name === network || name === `${context.manifest.project}_${network}`)
      .map(([name, { NetworkID, Aliases, Links, IPAMConfig }]) => ({
        network: name,
        id: NetworkID,
        // Docker adds this one itself.
        aliases: (Aliases ?? []).filter((alias) => alias !== container.id.slice(0, 12)),
        links: Links ?? [],
        ip4: IPAMConfig?.IPv4Address ?? null,
        ip6: IPAMConfig?.IPv6Address ?? null,
      }));
    if (plugs.length === 0 || /^(host|none|container:)/.test(inspected.HostConfig.NetworkMode))
      throw new GauntletError(
        `container ${container.name} is not on ${network === undefined ? 'any network' : `the network ${network}`} of its own`,
        {
          kind: 'config',
          hint: `it is on ${Object.keys(inspected.NetworkSettings.Networks).join(', ') || 'none'}`,
        },
      );
    containers.push({ container: lifeOf(container), interfaces: interfacesOf(context, container.pid), plugs });
  }
  return { containers };
}

/** A port that Docker chose comes back as another one: that could not be undone. */
function assertPorts(service: string, { HostConfig }: Inspected): void {
  const drawn = Object.entries(HostConfig.PortBindings ?? {}).filter(([, bindings]) =>
    bindings?.some(({ HostPort }) => HostPort === '' || HostPort === '0'),
  );
  if (drawn.length === 0) return;
  throw new GauntletError(
    `${service} publishes ${drawn.map(([port]) => port).join(', ')} on a port that Docker chose: after a reconnect it is another one`,
    {
      kind: 'config',
      hint: 'publish it on a fixed port, or use `blackhole`, which looks the same to those who ask',
    },
  );
}

/** The engine's word and the kernel's: the interfaces themselves are gone. */
async function prove(_: Options, { containers }: Undo, context: FaultContext): Promise<Proof> {
  const by: string[] = [];
  for (const { container, interfaces, plugs } of containers) {
    const now = await containerNow(context, container.id);
    const pid = await pidNow(context, container);
    if (now === undefined || pid === undefined) return { state: 'unproved', why: `container ${container.name} does not run any more` };
    const still = plugs.filter(({ id }) => isOn(now, id));
    if (still.length > 0)
      return { state: 'unproved', why: `${container.name} is still on ${still.map(({ network }) => network).join(', ')}` };
    const left = interfacesOf(context, pid);
    if (left > interfaces - plugs.length)
      return { state: 'unproved', why: `${container.name} has ${String(left)} interfaces, before ${String(interfaces)}` };
    by.push(
      `${container.name} is on ${String(plugs.length)} networks less and has ${String(left)} interfaces, before ${String(interfaces)}`,
    );
  }
  const [first, ...more] = by;
  return first === undefined ? { state: 'unproved', why: 'there is nothing to unplug' } : { state: 'proved', by: [first, ...more] };
}

async function heal({ containers }: Undo, context: HealContext): Promise<void> {
  for (const { container, plugs } of containers) {
    const now = await containerNow(context, container.id);
    if (now === undefined) continue;
    for (const { id, network, aliases, links, ip4, ip6 } of plugs.filter((plug) => !isOn(now, plug.id, plug.network))) {
      const result = await docker(context, [
        'network',
        'connect',
        ...aliases.flatMap((alias) => ['--alias', alias]),
        ...links.flatMap((link) => ['--link', link]),
        ...(ip4 === null ? [] : ['--ip', ip4]),
        ...(ip6 === null ? [] : ['--ip6', ip6]),
        id,
        container.id,
      ]);
      if (!succeeded(result) && !/no such (network|container)|network \S+ not found|already exists in network/i.test(result.stderr))
        throw new Error(`${container.name} could not be put back on ${network}: ${failureOf(result)}`);
    }
  }
}

/** A container that does not run lists its networks without their ids. */
function isOn({ NetworkSettings }: Inspected, id: string, name?: string): boolean {
  return Object.entries(NetworkSettings.Networks).some(([own, { NetworkID }]) => NetworkID === id || own === name);
}

/** Interfaces but the loopback, of `/proc/<pid>/net/dev`. */
function interfacesOf({ ports }: Pick<HealContext, 'ports'>, pid: number): number {
  return [...ports.files.readNow(`/proc/${String(pid)}/net/dev`).matchAll(/^\s*([^:\s]+):/gm)].filter(([, name]) => name !== 'lo').length;
}
