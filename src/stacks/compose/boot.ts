import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import type { Bootable, Booting, BootRequest, Boots } from '../../model/boot.ts';
import type { StackManifest } from '../../model/manifest.ts';
import type { StackContext } from '../contract.ts';
import { listIds, PROJECT_LABEL } from './engine.ts';
import { projectFromHandle, type Project } from './options.ts';

const DOCKER_MS = 15_000;
const LOOK_MS = 250;
const VISIT_MS = 30_000;
const TAIL = 12;

/** The part of `docker container inspect` that another container of the same kind is made from: https://docs.docker.com/reference/api/engine/ */
const Seen = z.object({
  Image: z.string(),
  State: z.object({ Status: z.string() }),
  Config: z.object({
    User: z.string().default(''),
    Env: z.array(z.string()).nullish(),
    Cmd: z.array(z.string()).nullish(),
    Entrypoint: z.array(z.string()).nullish(),
    WorkingDir: z.string().default(''),
    Labels: z.record(z.string(), z.string()).nullish(),
    Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish(),
  }),
  HostConfig: z.object({
    Memory: z.number().default(0),
    PidsLimit: z.number().nullish(),
    ReadonlyRootfs: z.boolean().default(false),
    Privileged: z.boolean().default(false),
    Init: z.boolean().nullish(),
    CapAdd: z.array(z.string()).nullish(),
    CapDrop: z.array(z.string()).nullish(),
    SecurityOpt: z.array(z.string()).nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
  }),
  Mounts: z
    .array(z.object({ Type: z.string(), Name: z.string().optional(), Source: z.string(), Destination: z.string(), RW: z.boolean() }))
    .nullish(),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string().default('') })) }),
});
type Seen = z.output<typeof Seen>;

interface Scene {
  readonly context: StackContext;
  readonly project: Project;
  readonly manifest: StackManifest;
}

/** Runs a container of the same image and settings once more, under no name that others know. Only those that write to no volume. */
export async function boots(_options: unknown, manifest: StackManifest, context: StackContext): Promise<Boots> {
  const scene: Scene = { context, project: projectFromHandle(manifest.handle, context.ports), manifest };
  const ids = await listIds(context.ports, 'container', scene.project);
  const all = ids.length === 0 ? [] : z.array(Seen).parse(JSON.parse(await docker(scene, ['container', 'inspect', ...ids])));
  const known = new Map(
    all.flatMap((one) => (isBootable(one) ? [[one.Config.Labels?.['com.docker.compose.service'] ?? '', one] as const] : [])),
  );
  return {
    services: () =>
      Promise.all(
        [...known].map(async ([service, seen]): Promise<Bootable> => ({
          service,
          env: await givenTo(scene, seen),
          mounts: mountsOf(seen),
        })),
      ),
    start: async (request) => {
      const seen = known.get(request.service);
      return seen ? start(scene, { seen, request }) : impossible(`${request.service} cannot be started once more`);
    },
  };
}

function isBootable({ State, Config, HostConfig, Mounts, NetworkSettings }: Seen): boolean {
  const test = Config.Healthcheck?.Test ?? [];
  const networks = Object.keys(NetworkSettings.Networks);
  return (
    State.Status === 'running' &&
    (test[0] === 'CMD' || test[0] === 'CMD-SHELL') &&
    !HostConfig.Privileged &&
    networks.length > 0 &&
    !networks.includes('host') &&
    (Mounts ?? []).every(({ RW, Type }) => !RW || Type === 'tmpfs')
  );
}

function mountsOf({ Mounts }: Seen): string[] {
  return (Mounts ?? []).flatMap(({ RW, Destination }) => (RW ? [] : [Destination]));
}

/** What the compose file gives it: what the image has by itself is no setting. */
async function givenTo(scene: Scene, { Image, Config }: Seen): Promise<Record<string, string>> {
  const image = z
    .array(z.string())
    .nullish()
    .parse(JSON.parse(await docker(scene, ['image', 'inspect', '-f', '{{json .Config.Env}}', Image]).catch(() => 'null')));
  const own = (Config.Env ?? []).filter((line) => image?.includes(line) !== true);
  return variables(own);
}

async function start(scene: Scene, { seen, request }: { readonly seen: Seen; readonly request: BootRequest }): Promise<Booting> {
  const { ports, signal, redact } = scene.context;
  const name = `${scene.project.project}-boot-${randomBytes(4).toString('hex')}`;
  const env = Object.entries({ ...(await givenTo(scene, seen)), ...request.env }).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  const stop = new AbortController();
  const began = ports.clock.monotonicMs();
  const passed = (): number => ports.clock.monotonicMs() - began;
  let ready: number | undefined;
  const look = async (): Promise<void> => {
    while (!stop.signal.aborted && passed() < request.withinMs) {
      const askedMs = passed();
      if (await isHealthy(scene, name, seen)) {
        ready = passed();
        if (request.visit) await visit(scene, name, request).catch(() => undefined);
        break;
      }
      // Every look is a process in the container: where that takes long, half of the time is left to the service.
      await ports.clock.sleep(Math.max(LOOK_MS, passed() - askedMs), stop.signal).catch(() => undefined);
    }
    stop.abort();
  };
  const looking = look();
  try {
    const { outcome, tail } = await ports.exec.run(
      {
        type: 'argv',
        argv: [
          'docker',
          'run',
          ...argumentsOf(seen, { name, project: scene.project.project, keys: env.map(([key]) => key), without: request.without ?? [] }),
        ],
      },
      {
        // Values go by the environment: arguments can be read by everybody on the machine.
        env: { ...Object.fromEntries(env), ...engineOf(scene.project.env) },
        signal: AbortSignal.any([signal, stop.signal]),
        timeoutMs: request.withinMs + (request.visit ? VISIT_MS : 1_000),
        graceMs: 2_000,
        captureBytes: 20_000,
        redact,
      },
    );
    const afterMs = ready ?? passed();
    const said = { afterMs, tail: tail.slice(-TAIL) };
    if (ready !== undefined) return { ended: 'ready', ...said };
    if (outcome.ended === 'not-found') return impossible('docker: program not found');
    // 125: the engine refused, so the service was never asked.
    if (outcome.ended === 'exit' && outcome.code === 125) return impossible(tail.at(-1) ?? 'the engine refused the container');
    if (outcome.ended === 'exit') return { ended: 'exited', code: outcome.code, ...said };
    return signal.aborted ? impossible('interrupted') : { ended: 'silent', ...said };
  } finally {
    stop.abort();
    await looking;
    await docker(scene, ['rm', '-f', '-v', name]).catch(() => undefined);
  }
}

function argumentsOf(
  { Image, Config, HostConfig, Mounts, NetworkSettings }: Seen,
  { name, project, keys, without }: { name: string; project: string; keys: readonly string[]; without: readonly string[] },
): string[] {
  const [network = 'none'] = Object.keys(NetworkSettings.Networks);
  const [program, ...words] = Config.Entrypoint ?? [];
  const mounts = (Mounts ?? []).flatMap(({ Type, Name, Source, Destination, RW }) =>
    RW || without.includes(Destination)
      ? []
      : ['--mount', `type=${Type},src=${Type === 'volume' ? (Name ?? '') : Source},dst=${Destination},readonly`],
  );
  return [
    '--name',
    name,
    // As `docker compose run` says it: of the project, so that it goes with it, and no service's own.
    ...[`${PROJECT_LABEL}=${project}`, 'com.docker.compose.oneoff=True', 'gauntlet.boot=true'].flatMap((label) => ['--label', label]),
    '--network',
    network,
    ...keys.flatMap((key) => ['--env', key]),
    ...(Config.User === '' ? [] : ['--user', Config.User]),
    ...(Config.WorkingDir === '' ? [] : ['--workdir', Config.WorkingDir]),
    ...(HostConfig.Init === true ? ['--init'] : []),
    ...(HostConfig.ReadonlyRootfs ? ['--read-only'] : []),
    ...(HostConfig.Memory > 0 ? ['--memory', String(HostConfig.Memory)] : []),
    ...((HostConfig.PidsLimit ?? 0) > 0 ? ['--pids-limit', String(HostConfig.PidsLimit)] : []),
    ...(HostConfig.CapDrop ?? []).flatMap((cap) => ['--cap-drop', cap]),
    ...(HostConfig.CapAdd ?? []).flatMap((cap) => ['--cap-add', cap]),
    ...(HostConfig.SecurityOpt ?? []).flatMap((option) => ['--security-opt', option]),
    ...Object.entries(HostConfig.Tmpfs ?? {}).flatMap(([path, options]) => ['--tmpfs', options === '' ? path : `${path}:${options}`]),
    ...mounts,
    '--no-healthcheck',
    ...(program === undefined ? [] : ['--entrypoint', program]),
    Image,
    ...words,
    ...(Config.Cmd ?? []),
  ];
}

/** Its own health check, asked here: the engine would ask as seldom as the compose file says. */
async function isHealthy(scene: Scene, name: string, { Config }: Seen): Promise<boolean> {
  const [kind, ...words] = Config.Healthcheck?.Test ?? [];
  const test = kind === 'CMD-SHELL' ? ['sh', '-c', words.join(' ')] : words;
  return docker(scene, ['exec', name, ...test]).then(
    () => true,
    () => false,
  );
}

/** At its address in the network, on the port that the target of the service has. */
async function visit(scene: Scene, name: string, request: BootRequest): Promise<void> {
  const { manifest } = scene;
  const target = manifest.targets.find(({ service }) => service === request.service);
  const own = manifest.services.find((service) => service.name === request.service)?.ports ?? [];
  const port = own.find((published) => published.port === target?.port)?.container ?? own[0]?.container;
  const address = (await docker(scene, ['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', name]))
    .trim()
    .split(' ')[0];
  if (address !== undefined && address !== '' && port !== undefined) await request.visit?.(`http://${address}:${String(port)}`);
}

/** @throws Error with what the engine said. */
async function docker({ context: { ports, signal }, project }: Scene, args: readonly string[]): Promise<string> {
  const { outcome, stdout, stderr } = await ports.exec.run(
    { type: 'argv', argv: ['docker', ...args] },
    { env: project.env, timeoutMs: DOCKER_MS, captureBytes: 4_000_000, ...(args[0] === 'rm' ? {} : { signal }) },
  );
  if (outcome.ended === 'exit' && outcome.code === 0) return stdout;
  throw new Error(stderr.trim().slice(0, 200) || outcome.ended);
}

/** What the client needs to find its engine. */
function engineOf(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name === 'PATH' || name === 'HOME' || name.startsWith('DOCKER_')));
}

function variables(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]));
}

function impossible(why: string): Booting {
  return { ended: 'impossible', afterMs: 0, tail: [why] };
}
