import { z } from 'zod';

import type { CheckContext } from '../contract.ts';
import { once } from '../repository/files.ts';

const INSPECT_MS = 10_000;

/** The part of `docker container inspect` that live checks look at: https://docs.docker.com/reference/api/engine/ */
const Inspected = z.object({
  Id: z.string(),
  Image: z.string().default(''),
  State: z.object({ Status: z.string(), Pid: z.number().default(0) }),
  Config: z.object({
    User: z.string().default(''),
    Env: z.array(z.string()).nullish(),
    ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z.object({ Memory: z.number().default(0) }).optional(),
  Mounts: z
    .array(z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string(), RW: z.boolean().default(true) }))
    .nullish(),
  NetworkSettings: z
    .object({
      Networks: z.record(z.string(), z.object({ IPAddress: z.string().default(''), Aliases: z.array(z.string()).nullish() })).nullish(),
    })
    .optional(),
});

/** A container as the engine sees it. `env` holds secrets: for memory only. */
export interface Container {
  readonly id: string;
  readonly pid: number;
  /** As the image or the compose file names it; empty is root. */
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly exposed: readonly number[];
  readonly memoryBytes: number;
  readonly networks: readonly { readonly name: string; readonly address: string; readonly aliases: readonly string[] }[];
  readonly mounts: readonly { readonly type: string; readonly name: string; readonly target: string; readonly writable: boolean }[];
}

/** The running containers with these ids, by id. Empty where there is no engine to ask. */
export function containersOf(context: CheckContext): Promise<ReadonlyMap<string, Container>> {
  return once(context, 'containers', async () => {
    const ids = (context.manifest?.services ?? []).flatMap(({ replicas }) => replicas.map(({ id }) => id));
    if (context.manifest?.kind !== 'compose' || ids.length === 0) return new Map();
    const stdout = await docker(context, ['container', 'inspect', ...ids], INSPECT_MS);
    const parsed = z.array(Inspected).safeParse(json(stdout.text));
    const running = (parsed.data ?? []).filter(({ State }) => State.Status === 'running');
    return new Map(running.map((one) => [one.Id, read(one)]));
  });
}

/** One call to `docker` with its own deadline. `errors` is what came on stderr; `error` why it failed, else empty. */
export async function docker(
  { ports, signal }: CheckContext,
  args: readonly string[],
  timeoutMs: number,
): Promise<{ readonly ok: boolean; readonly text: string; readonly errors: string; readonly error: string }> {
  const { outcome, stdout, stderr } = await ports.exec.run(
    { type: 'argv', argv: ['docker', ...args] },
    { env: ports.env, timeoutMs, signal, captureBytes: 4_000_000 },
  );
  const ok = outcome.ended === 'exit' && outcome.code === 0;
  return { ok, text: stdout, errors: stderr, error: ok ? '' : stderr.trim() || outcome.ended };
}

function read({ Id, State, Config, HostConfig, Mounts, NetworkSettings }: z.output<typeof Inspected>): Container {
  return {
    id: Id,
    pid: State.Pid,
    user: Config.User,
    env: Object.fromEntries((Config.Env ?? []).map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)])),
    exposed: Object.keys(Config.ExposedPorts ?? {}).flatMap((port) => (port.endsWith('/udp') ? [] : [Number.parseInt(port, 10)])),
    memoryBytes: HostConfig?.Memory ?? 0,
    networks: Object.entries(NetworkSettings?.Networks ?? {}).map(([name, { IPAddress, Aliases }]) => ({
      name,
      address: IPAddress,
      aliases: Aliases ?? [],
    })),
    mounts: (Mounts ?? []).map(({ Type, Name, Destination, RW }) => ({ type: Type, name: Name ?? '', target: Destination, writable: RW })),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
