import { z } from 'zod';

import { errorMessage } from '../../model/errors.ts';
import type { Ports } from '../../ports/index.ts';
import { withoutCache, type CgroupUsage } from './cgroup.ts';
import { docker, succeeded } from './engine.ts';

/** How the engine's own API is reached: over its socket, or over plain TCP. */
export type EnginePlace = { readonly url: string; readonly socketPath?: string } | { readonly url: undefined; readonly why: string };

/** What one answer of the engine may weigh, in bytes and milliseconds. */
const MOST_BYTES = 1_000_000;
const ANSWER_MS = 3_000;

const Counter = z.number().nonnegative();

/** The part of https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats that is read. */
const Stats = z.object({
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: Counter }),
    throttling_data: z.object({ periods: Counter, throttled_periods: Counter }).optional(),
  }),
  memory_stats: z.object({ usage: Counter, stats: z.record(z.string(), z.number()) }),
  pids_stats: z.object({ current: Counter.optional() }).optional(),
  networks: z.record(z.string(), z.object({ rx_bytes: Counter, tx_bytes: Counter })).optional(),
});

/** Finds the engine as the `docker` command does: DOCKER_HOST, then the current context. */
export async function findEngine(ports: Pick<Ports, 'exec'>, env: Readonly<Record<string, string>>): Promise<EnginePlace> {
  const host = env['DOCKER_HOST'] || (await contextHost(ports, env));
  if (host === undefined) return { url: undefined, why: 'nobody says where the Docker engine listens' };
  const socket = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  if (socket !== undefined) return { url: 'http://engine', socketPath: socket };
  const address = /^(?:tcp|http):\/\/([^/]+)/.exec(host)?.[1];
  if (address !== undefined && !env['DOCKER_TLS_VERIFY']) return { url: `http://${address}` };
  return { url: undefined, why: `the Docker engine is reached over ${host.split(':')[0] ?? 'something'}, where its counters are not read` };
}

/** What the engine says that a container uses. @throws when it does not answer, or not in full. */
export async function readStats(
  { http }: Pick<Ports, 'http'>,
  { place, id, signal }: { readonly place: EnginePlace & { url: string }; readonly id: string; readonly signal: AbortSignal },
): Promise<CgroupUsage & { readonly networkBytes: number | undefined }> {
  const { url, socketPath } = place;
  const answer = await http.request({
    method: 'GET',
    // Without `one-shot` the engine waits for a second look of its own.
    url: `${url}/containers/${id}/stats?stream=false&one-shot=true`,
    socketPath,
    timeoutMs: ANSWER_MS,
    maxBytes: MOST_BYTES,
    signal,
  });
  if (answer.state === 'failed') throw new Error(`the Docker engine did not answer: ${answer.message}`);
  if (answer.status !== 200) throw new Error(`the Docker engine answered ${String(answer.status)}`);
  return usageOf(Buffer.from(answer.body).toString('utf8'));
}

/** One answer of the engine, read. It counts as `cgroup.ts` does. @throws when something that is needed is missing. */
export function usageOf(text: string): CgroupUsage & { readonly networkBytes: number | undefined } {
  const parsed = Stats.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`the Docker engine's counters are incomplete: ${errorMessage(parsed.error)}`);
  const { cpu_stats: cpu, memory_stats: memory, pids_stats: pids, networks } = parsed.data;
  const { stats } = memory;
  return {
    cpuMs: cpu.cpu_usage.total_usage / 1e6,
    memoryBytes: withoutCache(memory.usage, {
      active: stats['total_active_file'] ?? stats['active_file'],
      inactive: stats['total_inactive_file'] ?? stats['inactive_file'],
    }),
    anonBytes: stats['total_rss'] ?? stats['anon'],
    pids: pids?.current,
    periods: cpu.throttling_data && { all: cpu.throttling_data.periods, throttled: cpu.throttling_data.throttled_periods },
    networkBytes: networks && Object.values(networks).reduce((sum, { rx_bytes, tx_bytes }) => sum + rx_bytes + tx_bytes, 0),
  };
}

async function contextHost(ports: Pick<Ports, 'exec'>, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const result = await docker(ports, ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], { env });
  const host = result.stdout.trim();
  return succeeded(result) && host !== '' ? host : undefined;
}
