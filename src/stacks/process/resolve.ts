import { isAbsolute, join, resolve } from 'node:path';

import { GauntletError } from '../../model/errors.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Command } from '../../model/plan.ts';
import type { Ports } from '../../ports/index.ts';
import type { StackContext } from '../contract.ts';
import { dependenciesOf, isOneShot, milliseconds, type ProcessOptions, type ProcessService } from './options.ts';
import { MARKER, type Health, type Identity, type ServiceSpec, type SupervisorSpec } from './spec.ts';

export const HOST = '127.0.0.1';
/** The name of a service's own port among its ports. */
export const MAIN = 'main';

type PortMap = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Where the files of one instance are. */
export function placesOf({ runDir, instance }: Pick<StackContext, 'runDir' | 'instance'>): {
  specFile: string;
  stateFile: string;
  logs: string;
  supervisorLog: string;
} {
  const folder = join(runDir, 'stack', instance);
  return {
    specFile: join(folder, 'spec.json'),
    stateFile: join(folder, 'state.json'),
    logs: join(folder, 'logs'),
    supervisorLog: join(folder, 'supervisor.log'),
  };
}

/** What `{{run.dir}}` stands for. Versions that are tried by turns share a folder that no other stack of the run writes to. */
export function dataOf({ runDir, instance }: Pick<StackContext, 'runDir' | 'instance'>): string {
  return instance === 'rollback' ? join(runDir, 'stack', instance, 'data') : runDir;
}

/** Gives every service its ports: the fixed ones, and free ones for `auto`. */
export async function assignPorts({ services }: ProcessOptions, { tcp }: Pick<Ports, 'tcp'>): Promise<PortMap> {
  const taken = new Set(
    Object.values(services)
      .flatMap((service) => Object.values(wantedPorts(service)))
      .filter((port) => typeof port === 'number'),
  );
  const map: Record<string, Record<string, number>> = {};
  for (const [name, service] of Object.entries(services)) {
    const own: Record<string, number> = {};
    for (const [label, wanted] of Object.entries(wantedPorts(service)))
      own[label] = wanted === 'auto' ? await freePort(tcp, taken) : wanted;
    map[name] = own;
  }
  return map;
}

/** Label → what the options ask for. Every long-running service has a main port, so that it can always be given one. */
export function wantedPorts(service: ProcessService): Record<string, number | 'auto'> {
  return { [MAIN]: service.port ?? 'auto', ...service.ports };
}

/** The supervisor's orders. */
export function specOf(
  options: ProcessOptions,
  context: Pick<StackContext, 'root' | 'runDir' | 'instance'>,
  more: { ports: PortMap; mark: string; owner: Identity | undefined },
): SupervisorSpec {
  const { stateFile, logs } = placesOf(context);
  return {
    schema: 'gauntlet.process/1',
    mark: more.mark,
    stateFile,
    logs,
    maxLogBytes: LIMITS.logBytes,
    graceMs: milliseconds(options.grace, 5_000),
    lifetimeMs: milliseconds(options.lifetime, 6 * 3_600_000),
    ...(more.owner === undefined ? {} : { owner: more.owner }),
    services: Object.keys(options.services).map((name) =>
      serviceSpec(name, { options, root: context.root, ports: more.ports[name] ?? {} }),
    ),
  };
}

function serviceSpec(
  name: string,
  { options, root, ports }: { options: ProcessOptions; root: string; ports: Readonly<Record<string, number>> },
): ServiceSpec {
  const service = options.services[name];
  if (service === undefined) throw new RangeError(`no service ${name}`);
  const health = healthOf(service, ports[MAIN] ?? 0);
  return {
    name,
    command: commandOf(service.run),
    cwd: folderOf(service, root),
    oneShot: isOneShot(name, options),
    restart: service.restart ?? 'no',
    dependsOn: dependenciesOf(service).map((need) => ({ ...need })),
    ...(health === undefined ? {} : { health }),
    ports: { ...ports },
    reaches: reachedBy(name, options),
  };
}

export function folderOf(service: ProcessService, root: string): string {
  return service.cwd === undefined ? root : isAbsolute(service.cwd) ? service.cwd : resolve(root, service.cwd);
}

export function commandOf(run: string | readonly string[]): Command {
  return typeof run === 'string' ? { type: 'shell', line: run } : { type: 'argv', argv: [...run] };
}

function healthOf(service: ProcessService, port: number): Health | undefined {
  const { health } = service;
  if (health === undefined) return undefined;
  const check: Health['check'] =
    typeof health === 'object'
      ? { type: 'command', command: commandOf(health.command) }
      : health === 'tcp'
        ? { type: 'tcp', port }
        : { type: 'http', port, path: health };
  return {
    check,
    intervalMs: milliseconds(service.interval, 1_000),
    timeoutMs: milliseconds(service.timeout, 5_000),
    retries: service.retries ?? 3,
    startPeriodMs: milliseconds(service.start_period, 30_000),
  };
}

/** The other services that its settings speak of. */
function reachedBy(name: string, { services, env }: ProcessOptions): string[] {
  const texts = Object.values({ ...env, ...services[name]?.env });
  const named = texts.flatMap((text) =>
    [...text.matchAll(PLACEHOLDER)].flatMap(([, other = '', what]) => (what === 'host' ? [] : [other])),
  );
  return [...new Set(named)].filter((other) => other !== name && other in services);
}

const PLACEHOLDER = /\{\{\s*([\w-]+)\.([\w-]+)(?:\.([\w-]+))?\s*\}\}/g;

/** Service → what it gets on top of the inherited environment. @throws GauntletError when a value names what there is not. */
export function environmentsOf(
  options: ProcessOptions,
  more: { ports: PortMap; runDir: string; mark: string },
): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Object.entries(templatesOf(options, more)).map(([name, env]) => [name, filled(env, { ...more, service: name })]),
  );
}

/** The same before anybody said where other services are. */
export function templatesOf(
  options: ProcessOptions,
  more: { ports: PortMap; runDir: string; mark: string },
): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Object.entries(options.services).map(([name, service]) => {
      const ports = Object.entries(more.ports[name] ?? {}).map(([label, port]) => [
        label === MAIN ? 'PORT' : `PORT_${label.toUpperCase().replaceAll('-', '_')}`,
        String(port),
      ]);
      const given = Object.entries({ ...options.env, ...service.env }).map(([key, value]) => [
        key,
        value.replaceAll(/\{\{\s*run\.dir\s*\}\}/g, () => more.runDir),
      ]);
      return [name, { ...Object.fromEntries(ports), ...Object.fromEntries(given), [MARKER]: more.mark }];
    }),
  );
}

/** An environment whose values say where everything is. @throws GauntletError when one names what there is not. */
export function filled(
  env: Readonly<Record<string, string>>,
  { ports, service }: { ports: PortMap; service: string },
): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([key, value]) => [key, fill(value, { ports, where: `${service}.env.${key}` })]));
}

/** What the placeholders of a value stand for. @throws GauntletError for one that stands for nothing. */
export function fill(value: string, { ports, runDir, where }: { ports: PortMap; runDir?: string; where: string }): string {
  return value.replaceAll(PLACEHOLDER, (text, ...[name = '', what, label = MAIN]: (string | undefined)[]) => {
    if (name === 'run' && what === 'dir' && runDir !== undefined) return runDir;
    const port = ports[name]?.[label];
    if (port !== undefined && what === 'host') return HOST;
    if (port !== undefined && what === 'port') return String(port);
    if (port !== undefined && what === 'url') return `http://${HOST}:${String(port)}`;
    throw new GauntletError(`${where}: ${text} stands for nothing`, {
      kind: 'config',
      hint: `use {{<service>.host}}, {{<service>.port}}, {{<service>.port.<name>}}, {{<service>.url}} or {{run.dir}}; the services are ${Object.keys(ports).join(', ')}`,
    });
  });
}

/** The gate's own affairs are not the services': its token, the runner's files, its settings. */
export function inherited(base: Readonly<Record<string, string>>): Record<string, string> {
  const own = /^(?:GAUNTLET_|INPUT_|ACTIONS_|STATE_)|^GITHUB_(?:TOKEN|OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$/;
  return Object.fromEntries(Object.entries(base).filter(([name]) => !own.test(name)));
}

async function freePort(tcp: Ports['tcp'], taken: Set<number>): Promise<number> {
  for (;;) {
    const port = await tcp.freePort();
    if (taken.has(port)) continue;
    taken.add(port);
    return port;
  }
}
