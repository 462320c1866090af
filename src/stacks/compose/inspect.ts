import { z } from 'zod';

import type { PublishedPort } from '../../model/manifest.ts';
import type { ReplicaState } from '../observation.ts';
import { PROJECT_LABEL, SERVICE_LABEL } from './engine.ts';

const Binding = z.object({ HostIp: z.string().default(''), HostPort: z.string().default('') });

/** The part of `docker inspect` that readiness, ports and identity need. */
const Inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  RestartCount: z.number().default(0),
  State: z.object({
    Status: z.string(),
    OOMKilled: z.boolean().default(false),
    Pid: z.number().default(0),
    ExitCode: z.number().default(0),
    Error: z.string().default(''),
    StartedAt: z.string().default(''),
    FinishedAt: z.string().default(''),
    Health: z.object({ Status: z.string(), Log: z.array(z.object({ Output: z.string().default('') })).nullish() }).nullish(),
  }),
  Config: z.object({ Image: z.string().default(''), Labels: z.record(z.string(), z.string()).nullish() }),
  HostConfig: z
    .object({
      NetworkMode: z.string().default(''),
      RestartPolicy: z.object({ Name: z.string().default('') }).optional(),
      Memory: z.number().default(0),
      NanoCpus: z.number().default(0),
      CpuQuota: z.number().default(0),
      CpuPeriod: z.number().default(0),
    })
    .optional(),
  NetworkSettings: z
    .object({
      Ports: z.record(z.string(), z.array(Binding).nullable()).nullish(),
      Networks: z.record(z.string(), z.object({ IPAddress: z.string().default(''), GlobalIPv6Address: z.string().default('') })).nullish(),
    })
    .optional(),
});

/** One container of a project, read. */
export interface Container {
  readonly service: string;
  readonly replica: ReplicaState;
  readonly image: string;
  readonly restartPolicy: string;
  readonly ports: readonly PublishedPort[];
  /** Addresses on its networks, for when a port is not published. */
  readonly addresses: readonly string[];
  /** How many cores it may use, where it has a limit. */
  readonly cores: number | undefined;
  /** How much memory it may use, where it has a limit. */
  readonly memoryLimitBytes: number | undefined;
}

const NEVER = /^0001-01-01|^$/;
const STATES = ['created', 'running', 'restarting', 'paused', 'exited', 'dead'] as const;
const HEALTH_TEXT = 2_000;

/** Reads the objects of `docker inspect`; one-off containers (`compose run`) are left out. */
export function readContainers(inspected: readonly unknown[], dockerHost: string): Container[] {
  return inspected.flatMap((value) => {
    const container = Inspected.parse(value);
    const labels = container.Config.Labels ?? {};
    const service = labels[SERVICE_LABEL];
    if (service === undefined || labels['com.docker.compose.oneoff'] === 'True') return [];
    return [
      {
        service,
        replica: { ...replicaOf(container), ...cutOff(container) },
        image: container.Config.Image,
        restartPolicy: container.HostConfig?.RestartPolicy?.Name || 'no',
        ports: publishedPorts(container.NetworkSettings?.Ports ?? {}, dockerHost),
        addresses: Object.values(container.NetworkSettings?.Networks ?? {}).flatMap((network) =>
          [network.IPAddress, network.GlobalIPv6Address].filter((ip) => ip !== ''),
        ),
        cores: coresOf(container),
        memoryLimitBytes: container.HostConfig?.Memory || undefined,
      },
    ];
  });
}

/** `cpus` is stored in billionths; `cpu_quota` in microseconds of a period, which is 100 ms by default. */
function coresOf({ HostConfig }: z.output<typeof Inspected>): number | undefined {
  const { NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 } = HostConfig ?? {};
  if (NanoCpus > 0) return NanoCpus / 1e9;
  return CpuQuota > 0 ? CpuQuota / (CpuPeriod || 100_000) : undefined;
}

/** Compose makes a project's first network the container's mode, so it stays known when somebody disconnects it. */
function cutOff({ Config, HostConfig, NetworkSettings, State }: z.output<typeof Inspected>): Pick<ReplicaState, 'cutOff'> {
  const network = HostConfig?.NetworkMode ?? '';
  const own = network.startsWith(`${Config.Labels?.[PROJECT_LABEL] ?? ''}_`);
  return own && State.Status === 'running' && !(network in (NetworkSettings?.Networks ?? {})) ? { cutOff: network } : {};
}

function replicaOf({ Id, Name, RestartCount, State }: z.output<typeof Inspected>): ReplicaState {
  const state = STATES.find((known) => known === State.Status) ?? 'dead';
  const output = State.Health?.Log?.at(-1)?.Output.trim();
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    state,
    health:
      State.Health?.Status === 'healthy' || State.Health?.Status === 'unhealthy' || State.Health?.Status === 'starting'
        ? State.Health.Status
        : 'none',
    ...(state === 'exited' || state === 'dead' || state === 'restarting' ? { exitCode: State.ExitCode } : {}),
    restarts: RestartCount,
    oomKilled: State.OOMKilled,
    ...(State.Pid > 0 ? { pid: State.Pid } : {}),
    ...(NEVER.test(State.StartedAt) ? {} : { startedAt: State.StartedAt }),
    ...(NEVER.test(State.FinishedAt) ? {} : { finishedAt: State.FinishedAt }),
    ...(output ? { healthOutput: output.slice(0, HEALTH_TEXT) } : {}),
    ...(State.Error === '' ? {} : { error: State.Error }),
  };
}

/** Where `80/tcp` can be reached from here: any-address becomes loopback; IPv4 wins over IPv6 on the same port. */
function publishedPorts(ports: Readonly<Record<string, readonly z.output<typeof Binding>[] | null>>, dockerHost: string): PublishedPort[] {
  return Object.entries(ports).flatMap(([key, bindings]) => {
    const container = Number.parseInt(key, 10);
    if (key.endsWith('/udp')) return [];
    const all = (bindings ?? []).map(({ HostIp, HostPort }) => ({
      container,
      host: reachableHost(HostIp, dockerHost),
      port: Number(HostPort),
    }));
    const valid = all.filter(({ port }) => port > 0).toSorted((a, b) => Number(a.host.includes(':')) - Number(b.host.includes(':')));
    return valid.filter((one, index) => valid.findIndex(({ port }) => port === one.port) === index);
  });
}

function reachableHost(hostIp: string, dockerHost: string): string {
  if (dockerHost !== '127.0.0.1') return dockerHost;
  if (hostIp === '' || hostIp === '0.0.0.0') return '127.0.0.1';
  return hostIp === '::' ? '::1' : hostIp;
}

/** The machine on which ports are published: this one, unless DOCKER_HOST names another (dind on GitLab). */
export function dockerHostOf(env: Readonly<Record<string, string>>): string {
  const match = /^(?:tcp|ssh|https?):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(env['DOCKER_HOST'] ?? '');
  const host = match?.[1]?.replace(/^\[|\]$/g, '');
  return host === undefined || host === 'localhost' ? '127.0.0.1' : host;
}
