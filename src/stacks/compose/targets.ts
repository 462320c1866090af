import type { ResolvedTarget } from '../../model/manifest.ts';
import type { PlannedTarget } from '../../model/plan.ts';
import type { Ports } from '../../ports/index.ts';
import type { Probe } from '../observation.ts';
import type { Container } from './inspect.ts';

/** Where a target is, or why it cannot be reached from here. */
export type Resolution =
  | { readonly state: 'resolved'; readonly target: ResolvedTarget }
  | { readonly state: 'waiting'; readonly name: string; readonly service: string }
  | { readonly state: 'unreachable'; readonly name: string; readonly service: string; readonly message: string };

const TCP_MS = 500;
const PROBE_MS = 2_000;

/** Finds the address of a target: a published port, else the container's own address where that is routed to (Linux). */
export async function resolveTarget(
  target: PlannedTarget,
  containers: readonly Container[],
  { tcp }: Pick<Ports, 'tcp'>,
): Promise<Resolution> {
  const { name, service, port } = target;
  if (service === undefined) return absolute(target);
  const running = containers.filter((container) => container.service === service && container.replica.state === 'running');
  const first = running[0];
  if (!first) return { state: 'waiting', name, service };
  const wanted = port ?? onlyPort(running);
  if (wanted === undefined) {
    return {
      state: 'unreachable',
      name,
      service,
      message: `it names no port, and ${service} publishes ${first.ports.length === 0 ? 'none' : 'several'}: add \`port:\` to the target`,
    };
  }
  const published = running.flatMap(({ ports }) => ports).find(({ container }) => container === wanted);
  if (published) return located(target, published.host, published.port);
  for (const address of running.flatMap(({ addresses }) => addresses)) {
    if (await tcp.probe(address, wanted, TCP_MS)) return located(target, address, wanted);
  }
  // Not listening yet looks the same from outside; the deadline tells them apart.
  return {
    state: 'unreachable',
    name,
    service,
    message: `port ${wanted} of ${service} is not published, and its container does not answer there: add \`ports: ["${wanted}"]\` to the service`,
  };
}

/** Asks the health paths of resolved targets, and says which targets cannot be asked at all. */
export async function probeTargets(
  resolutions: readonly Resolution[],
  { http }: Pick<Ports, 'http'>,
  signal?: AbortSignal,
): Promise<Probe[]> {
  const probes = await Promise.all(
    resolutions.map(async (resolution): Promise<Probe | undefined> => {
      if (resolution.state === 'waiting') return undefined;
      if (resolution.state === 'unreachable')
        return { target: resolution.name, service: resolution.service, state: 'failing', message: resolution.message };
      const { name, service, health, url } = resolution.target;
      if (health === undefined || service === undefined) return undefined;
      const address = healthUrl(url, health);
      const result = await http.request({ method: 'GET', url: address, timeoutMs: PROBE_MS, signal, maxBytes: 2_000 });
      if (result.state === 'failed') return { target: name, service, state: 'failing', message: `GET ${address} failed: ${result.reason}` };
      const ok = result.status >= 200 && result.status < 400;
      return { target: name, service, state: ok ? 'ok' : 'failing', message: `GET ${address} answered ${result.status}` };
    }),
  );
  return probes.filter((probe) => probe !== undefined);
}

/** The health path, from the root of the target's host: a WebSocket's health is asked over HTTP. */
export function healthUrl(url: string, health: string): string {
  const base = new URL(url.replace(/^ws/, 'http').replace(/^tcp/, 'http'));
  return new URL(health, base.origin).href;
}

function onlyPort(containers: readonly Container[]): number | undefined {
  const ports = new Set(containers.flatMap((container) => container.ports.map((published) => published.container)));
  return ports.size === 1 ? [...ports][0] : undefined;
}

function located(target: PlannedTarget, host: string, port: number): Resolution {
  const { name, service, scheme, path, health } = target;
  const shown = host.includes(':') ? `[${host}]` : host;
  const url = `${scheme}://${shown}:${port}${path === '/' ? '' : path}`.replace(/\/$/, '');
  return {
    state: 'resolved',
    target: { name, url, host, port, ...(service === undefined ? {} : { service }), ...(health === undefined ? {} : { health }) },
  };
}

function absolute({ name, url = '', health }: PlannedTarget): Resolution {
  const parsed = new URL(url);
  const port = Number(parsed.port) || (['https:', 'wss:'].includes(parsed.protocol) ? 443 : 80);
  return {
    state: 'resolved',
    target: {
      name,
      url: url.replace(/\/$/, ''),
      host: parsed.hostname.replace(/^\[|\]$/g, ''),
      port,
      ...(health === undefined ? {} : { health }),
    },
  };
}
