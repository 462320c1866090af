import { errorMessage, GauntletError } from '../../model/errors.ts';
import type { StackManifest } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import type { StackContext } from '../contract.ts';
import { packageDown, packageFailure } from './adapter.ts';
import { docker, lines, listIds, PROJECT_LABEL } from './engine.ts';
import { projectFromHandle, type Project } from './options.ts';

/** Seconds that a container has between TERM and KILL. */
const GRACE_SECONDS = 5;
const DOWN_MS = 90_000;
const REMOVE_MS = 30_000;
/** A cancelled job has 7.5 s for everything. */
const HURRIED_MS = 1_000;
/**
 * A start that was cut off can still create something in the engine, a moment after we looked. Compose itself does not outlive a
 * killed gate: it dies of its closed pipes (SIGPIPE) with its next line of progress.
 */
const SWEEPS = 4;
const SETTLE_MS = 200;

type DownContext = Omit<StackContext, 'book' | 'targets'>;

/**
 * Takes down everything that carries the project's label: by Compose while its files are there, and whatever is left by label.
 * Needs the handle alone; a second call finds nothing to do. An aborted signal is no reason to stop but to hurry: everything is
 * killed at once, because a cancelled job has 7.5 seconds.
 * @returns what is still there afterwards; never throws for what Docker answers.
 */
export async function down(handle: StackManifest['handle'], { ports, signal }: DownContext): Promise<readonly string[]> {
  const project = projectFromHandle(handle, ports);
  try {
    if ((await leftovers(ports, project)).length > 0) await takeDown(project, { ports, signal });
    await sweep(ports, project);
    await removeImages(ports, project, signal);
    const leaks = await describeLeaks(ports, project);
    if (leaks.length === 0) return leaks;
    await sweep(ports, project);
    return await describeLeaks(ports, project);
  } catch (error) {
    // Nobody could look, so nobody can say that it is clean.
    return [`unknown: ${errorMessage(error)}`];
  }
}

/**
 * Ends and removes the containers and keeps the named volumes.
 * @throws GauntletError when a container is still there: another version must not be taken for it.
 */
export async function halt(handle: StackManifest['handle'], { ports, signal }: DownContext): Promise<void> {
  const project = projectFromHandle(handle, ports);
  const run = await packageDown(ports, project, { graceSeconds: GRACE_SECONDS, timeoutMs: DOWN_MS, keepVolumes: true, signal });
  const left = await listIds(ports, 'container', project);
  if (left.length === 0) return;
  throw new GauntletError(`${String(left.length)} containers could not be ended: ${packageFailure(run) ?? 'they are still there'}`, {
    kind: 'stack',
    hint: 'look at what keeps them: docker ps --filter label=com.docker.compose.project',
  });
}

async function takeDown(project: Project, { ports, signal }: Pick<DownContext, 'ports' | 'signal'>): Promise<void> {
  const hurry = (): void => void killAll(ports, project).catch(() => undefined);
  if (signal.aborted) return killAll(ports, project);
  signal.addEventListener('abort', hurry, { once: true });
  try {
    const there = await Promise.all(project.files.map((file) => ports.files.exists(file)));
    if (there.includes(false)) return;
    const run = await packageDown(ports, project, { graceSeconds: GRACE_SECONDS, timeoutMs: DOWN_MS });
    const failure = packageFailure(run);
    if (failure !== undefined) ports.progress.update(`docker compose down: ${failure}; removing by label`);
  } finally {
    signal.removeEventListener('abort', hurry);
  }
}

/** By label, until a look finds nothing or the tries are used up. */
async function sweep(ports: Ports, project: Project): Promise<void> {
  for (let tries = 0; tries < SWEEPS; tries += 1) {
    const [containers, networks, volumes] = await everything(ports, project);
    if (containers.length + networks.length + volumes.length === 0) return;
    const call = { env: project.env, timeoutMs: REMOVE_MS };
    if (containers.length > 0) {
      await docker(ports, ['container', 'stop', '--time', String(GRACE_SECONDS), ...containers], call);
      await docker(ports, ['container', 'rm', '--force', '--volumes', ...containers], call);
    }
    if (networks.length > 0) {
      await disconnectStrangers(ports, project, networks);
      await docker(ports, ['network', 'rm', ...networks], call);
    }
    if (volumes.length > 0) await docker(ports, ['volume', 'rm', '--force', ...volumes], call);
    await ports.clock.sleep(SETTLE_MS);
  }
}

/** Containers of nobody's project (a fault's helper) on our networks keep them from being removed. */
async function disconnectStrangers(ports: Ports, project: Project, networks: readonly string[]): Promise<void> {
  for (const network of networks) {
    const found = await docker(ports, ['network', 'inspect', '--format', '{{range $id, $c := .Containers}}{{$id}}\n{{end}}', network], {
      env: project.env,
    });
    for (const id of lines(found.stdout)) await docker(ports, ['network', 'disconnect', '--force', network, id], { env: project.env });
  }
}

/** Images that Compose built carry the run's own name: without this, every run on a self-hosted machine would leave some. */
async function removeImages(ports: Ports, project: Project, signal: AbortSignal): Promise<void> {
  const timeoutMs = signal.aborted ? HURRIED_MS : REMOVE_MS;
  const found = await docker(
    ports,
    ['image', 'ls', '--filter', `label=${PROJECT_LABEL}=${project.project}`, '--format', '{{.Repository}}:{{.Tag}}'],
    { env: project.env, timeoutMs },
  );
  const own = lines(found.stdout).filter((image) => image.startsWith(`${project.project}-`) || image.startsWith(`${project.project}_`));
  if (own.length > 0) await docker(ports, ['image', 'rm', '--no-prune', ...own], { env: project.env, timeoutMs });
}

async function killAll(ports: Ports, project: Project): Promise<void> {
  const containers = await listIds(ports, 'container', project);
  if (containers.length > 0)
    await docker(ports, ['container', 'rm', '--force', '--volumes', ...containers], { env: project.env, timeoutMs: REMOVE_MS });
}

async function everything(ports: Ports, project: Project): Promise<[string[], string[], string[]]> {
  return Promise.all([listIds(ports, 'container', project), listIds(ports, 'network', project), listIds(ports, 'volume', project)]);
}

async function leftovers(ports: Ports, project: Project): Promise<string[]> {
  return (await everything(ports, project)).flat();
}

async function describeLeaks(ports: Ports, project: Project): Promise<string[]> {
  const [containers, networks, volumes] = await everything(ports, project);
  const names = async (kind: 'container' | 'network', ids: readonly string[]): Promise<string[]> => {
    if (ids.length === 0) return [];
    const result = await docker(ports, [kind, 'inspect', '--format', '{{.Name}}', ...ids], { env: project.env });
    const found = lines(result.stdout);
    return (found.length < ids.length ? ids : found).map((name) => `${kind} ${name.replace(/^\//, '')}`);
  };
  return [...(await names('container', containers)), ...(await names('network', networks)), ...volumes.map((name) => `volume ${name}`)];
}
