import type { PublishedPort } from '../../model/manifest.ts';
import type { CheckContext } from '../contract.ts';
import { resolvedStack, type Service } from '../repository/compose.ts';
import { once } from '../repository/files.ts';
import { containersOf, type Container } from './containers.ts';

const REACH_MS = 1_500;

/** A service of the stack as it runs. `env` is what its processes were given: it holds secrets, for memory only. */
export interface LiveService {
  readonly name: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: string;
  readonly containers: readonly Container[];
  readonly published: readonly PublishedPort[];
  /** Ports that it says it listens on. */
  readonly ports: readonly number[];
  /** Names under which others reach it. */
  readonly names: readonly string[];
  readonly model: Service | undefined;
  /** On addresses that other machines can reach. */
  readonly open: readonly number[];
}

/** The long-running services of the stack, whatever brought it up. `undefined` when no stack is up. */
export function liveServices(context: CheckContext): Promise<readonly LiveService[] | undefined> {
  return once(context, 'live-services', async () => {
    const { manifest } = context;
    if (!manifest) return undefined;
    const containers = await containersOf(context);
    const stack = await resolvedStack(context);
    const described = new Map(typeof stack === 'object' ? stack.services.map(({ name, service }) => [name, service]) : []);
    return manifest.services
      .filter(({ kind }) => kind === 'long-running')
      .map(({ name, image, replicas, ports }): LiveService => {
        const model = described.get(name);
        const own = replicas.flatMap(({ id }) => containers.get(id) ?? []);
        const command = model?.command;
        return {
          name,
          image: image ?? model?.image ?? '',
          env: { ...definedOf(model?.environment), ...own[0]?.env },
          command: Array.isArray(command) ? command.join(' ') : (command ?? ''),
          containers: own,
          published: ports,
          ports: [...new Set([...ports.map(({ container }) => container), ...own.flatMap(({ exposed }) => exposed)])],
          names: [...new Set([name, ...own.flatMap(({ networks }) => networks.flatMap(({ aliases }) => aliases))])],
          model,
          open: (model?.ports ?? []).flatMap(({ target, host_ip }) =>
            target !== undefined && !/^(?:127\.|::1$)/.test(host_ip ?? '') ? [target] : [],
          ),
        };
      });
  });
}

export interface Place {
  readonly host: string;
  readonly port: number;
  /** For the reader: `127.0.0.1:49153, published` or `172.18.0.2:6379 in the network`. */
  readonly shown: string;
}

/** Where a port of a service can be reached from here: published, else on a network that this machine routes to. */
export async function placeOf({ ports }: CheckContext, service: LiveService, port: number): Promise<Place | undefined> {
  const published = service.published.find(({ container }) => container === port);
  if (published && (await ports.tcp.probe(published.host, published.port, REACH_MS)))
    return { host: published.host, port: published.port, shown: `${service.name}:${port} (${published.host}:${published.port})` };
  const addresses = service.containers.flatMap(({ networks }) => networks.flatMap(({ address }) => (address === '' ? [] : [address])));
  const answers = await Promise.all(
    addresses.slice(0, 4).map(async (host) => ((await ports.tcp.probe(host, port, REACH_MS)) ? host : undefined)),
  );
  const host = answers.find((one) => one !== undefined);
  return host === undefined ? undefined : { host, port, shown: `${service.name}:${port}` };
}

function definedOf(environment: Readonly<Record<string, string | null>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(environment ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}
