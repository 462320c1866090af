import type { ResolvedTarget } from '../../model/manifest.ts';
import type { PlannedTarget } from '../../model/plan.ts';
import type { Ports } from '../../ports/index.ts';
import type { Probe } from '../observation.ts';
import { HOST, MAIN } from './resolve.ts';
import type { SupervisorSpec } from './spec.ts';

const PROBE_MS = 2_000;

/**
 * Where the targets are. A target without a service is taken at its word. A target's port is the one inside a container:
 * when no process listens there, the same target is at its service's own port, so that one configuration serves both stacks.
 */
export function resolveTargets(targets: readonly PlannedTarget[], spec: SupervisorSpec): ResolvedTarget[] {
  return targets.map((target) => {
    const { name, service, scheme, path, health } = target;
    const rest = { ...(service === undefined ? {} : { service }), ...(health === undefined ? {} : { health }) };
    if (service === undefined) {
      const url = new URL(target.url ?? `${scheme}://${HOST}`);
      const port = Number(url.port) || (['https:', 'wss:'].includes(url.protocol) ? 443 : 80);
      return { name, url: (target.url ?? '').replace(/\/$/, ''), host: url.hostname.replace(/^\[|\]$/g, ''), port, ...rest };
    }
    const ports = spec.services.find((one) => one.name === service)?.ports ?? {};
    const port = Object.values(ports).find((one) => one === target.port) ?? ports[MAIN] ?? 0;
    return { name, url: `${scheme}://${HOST}:${String(port)}${path}`.replace(/\/$/, ''), host: HOST, port, ...rest };
  });
}

/** Asks the health path of a target once. */
export async function probeTarget(
  { name, service, health, host, port }: ResolvedTarget,
  { http }: Pick<Ports, 'http'>,
  signal: AbortSignal,
): Promise<Probe | undefined> {
  if (health === undefined || service === undefined) return undefined;
  const url = new URL(health, `http://${host}:${String(port)}`).href;
  const result = await http.request({ method: 'GET', url, headers: { connection: 'close' }, timeoutMs: PROBE_MS, signal, maxBytes: 2_000 });
  if (result.state === 'failed') return { target: name, service, state: 'failing', message: `GET ${url} failed: ${result.reason}` };
  const ok = result.status >= 200 && result.status < 400;
  return { target: name, service, state: ok ? 'ok' : 'failing', message: `GET ${url} answered ${String(result.status)}` };
}
