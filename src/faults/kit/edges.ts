import { GauntletError } from '../../model/errors.ts';
import type { FaultContext } from '../contract.ts';
import { assertOwnNetworks, containersOf, inspectOrThrow, listeningPorts, type Inspected } from './netns.ts';
import type { Container } from './target.ts';

/** One container of `from`, and where it finds those of `to`. */
export interface Edge {
  readonly container: Container;
  readonly peers: readonly Peer[];
}

export interface Peer {
  readonly container: Container;
  /** Addresses on the networks that both are on; `loopback` when they share one network namespace. */
  readonly addresses: readonly string[];
  readonly loopback: boolean;
  /** TCP ports that it listens on. */
  readonly ports: readonly number[];
}

/**
 * The edges from all replicas of one service to all replicas of another, over every network that they share.
 * @throws GauntletError when a service is missing, does not run or lives in the host's network, or when there is no way between them.
 */
export async function edgesBetween({ from, to }: { from: string; to: string }, context: FaultContext): Promise<readonly Edge[]> {
  const [sources, peers] = [await containersOf(from, context), await containersOf(to, context)];
  await assertOwnNetworks(context, [...sources, ...peers]);
  const seen = new Map<string, Inspected>();
  for (const container of [...sources, ...peers]) {
    const inspected = await inspectOrThrow(context, container);
    seen.set(container.id, inspected);
    const lender = owner(inspected);
    if (!seen.has(lender)) seen.set(lender, await inspectOrThrow(context, { id: lender }));
  }
  const edges = sources.map((container) => ({
    container,
    peers: peers.filter(({ id }) => id !== container.id).map((peer) => peerOf(container, peer, { seen, context })),
  }));
  if (edges.every(({ peers }) => peers.every(({ addresses }) => addresses.length === 0)))
    throw new GauntletError(`no network leads from ${from} to ${to}`, {
      kind: 'config',
      hint: 'name two services that share a network: an edge of the compose files',
    });
  return edges;
}

function peerOf(own: Container, peer: Container, { seen, context }: { seen: ReadonlyMap<string, Inspected>; context: FaultContext }): Peer {
  const [here, there] = [seen.get(own.id), seen.get(peer.id)];
  const loopback = here !== undefined && there !== undefined && owner(here) === owner(there);
  return {
    container: peer,
    addresses: loopback ? ['127.0.0.1'] : shared(networksOf(here, seen), networksOf(there, seen)),
    loopback,
    ports: listeningPorts(context, peer.pid),
  };
}

/** The container whose network it is: `network_mode: service:x` has none of its own. */
function owner({ Id, HostConfig }: Inspected): string {
  return /^container:(\w+)/.exec(HostConfig.NetworkMode)?.[1] ?? Id;
}

type Networks = Inspected['NetworkSettings']['Networks'];

function networksOf(container: Inspected | undefined, seen: ReadonlyMap<string, Inspected>): Networks {
  if (container === undefined) return {};
  return (seen.get(owner(container)) ?? container).NetworkSettings.Networks;
}

function shared(own: Networks, others: Networks): string[] {
  const ids = new Set(Object.values(own).map(({ NetworkID }) => NetworkID));
  return Object.values(others)
    .filter(({ NetworkID }) => ids.has(NetworkID))
    .flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address])
    .filter((address) => address !== '');
}
