import type { Preflight } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import { docker, lines, succeeded } from './engine.ts';
import type { Model } from './model.ts';
import type { Project } from './options.ts';

/** A port of this machine that the model demands by number. */
export interface FixedPort {
  readonly service: string;
  readonly hostIp: string;
  readonly port: number;
  readonly target: number;
}

const PROBE_MS = 500;

/** Fixed host ports of the model. Ranges and ports that the engine chooses are not fixed; UDP is not looked at. */
export function fixedPorts({ services }: Model): FixedPort[] {
  return Object.entries(services).flatMap(([service, { ports }]) =>
    ports.flatMap(({ published, host_ip: hostIp = '', target, protocol = 'tcp' }) =>
      protocol === 'tcp' && /^[1-9]\d*$/.test(published ?? '') ? [{ service, hostIp, port: Number(published), target }] : [],
    ),
  );
}

/** Busy ports are errors that name the owner where one can be found; free ones still stop two runs on one machine. */
export async function portPreflight(
  fixed: readonly FixedPort[],
  project: Project,
  ports: Pick<Ports, 'exec' | 'tcp'>,
): Promise<Preflight[]> {
  if (fixed.length === 0) return [];
  const found = await Promise.all(fixed.map(async (one) => ({ one, owner: await ownerOf(one, project, ports) })));
  return found.map(({ one: { service, port, target }, owner }): Preflight => {
    if (owner !== undefined) {
      return {
        level: 'error',
        what: 'port-busy',
        service,
        message: `port ${port}, which ${service} wants, is taken by ${owner}`,
        fix: `Stop ${owner}, or publish \`"${target}"\` alone and let the engine choose the port`,
      };
    }
    return {
      level: 'warning',
      what: 'fixed-port',
      service,
      message: `${service} wants the fixed host port ${port}: two runs on one machine (or the base stack beside this one) collide`,
      fix: `Publish \`"${target}"\` alone; targets find the port that the engine chose`,
    };
  });
}

/** Fixed container names: a warning, and an error when a container has the name already. */
export async function namePreflight({ services }: Model, project: Project, ports: Pick<Ports, 'exec'>): Promise<Preflight[]> {
  const named = Object.entries(services).flatMap(([service, { container_name: name }]) => (name === undefined ? [] : [{ service, name }]));
  return Promise.all(
    named.map(async ({ service, name }): Promise<Preflight> => {
      const existing = await docker(ports, ['container', 'inspect', '--format', '{{.Id}}', name], { env: project.env });
      const fix = 'Remove `container_name`: Compose gives names that are unique per project';
      return succeeded(existing)
        ? {
            level: 'error',
            what: 'container-name-taken',
            service,
            message: `a container named ${name} exists already`,
            fix: `Remove it (docker rm -f ${name}). ${fix}`,
          }
        : {
            level: 'warning',
            what: 'fixed-container-name',
            service,
            message: `${service} has the fixed container name ${name}: two stacks cannot stand at once`,
            fix,
          };
    }),
  );
}

async function ownerOf({ port, hostIp }: FixedPort, project: Project, ports: Pick<Ports, 'exec' | 'tcp'>): Promise<string | undefined> {
  const publishing = await docker(ports, ['ps', '--filter', `publish=${port}`, '--format', '{{.Names}}\t{{.Ports}}'], { env: project.env });
  const container = lines(publishing.stdout)
    .find((line) => line.includes(`:${port}->`))
    ?.split('\t')[0];
  if (container !== undefined) return `the container ${container}`;
  const host = hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::' ? '127.0.0.1' : hostIp;
  if (!(await ports.tcp.probe(host, port, PROBE_MS))) return undefined;
  return (await processOn(port, project, ports)) ?? 'another process';
}

/** Linux alone tells, and for other users' processes only to root. */
async function processOn(port: number, project: Project, ports: Pick<Ports, 'exec'>): Promise<string | undefined> {
  const result = await ports.exec.run({ type: 'argv', argv: ['ss', '-Hltnp', `sport = :${port}`] }, { env: project.env, timeoutMs: 2_000 });
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(result.stdout) ?? [];
  return name === undefined ? undefined : `the process ${name} (pid ${pid ?? '?'})`;
}
