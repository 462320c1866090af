import { GauntletError } from '../../model/errors.ts';
import { Replica, type Readiness, type ResolvedTarget, type RootCause, type StackManifest } from '../../model/manifest.ts';
import type { StackContext, UpResult } from '../contract.ts';
import type { Launch } from '../observation.ts';
import { judgeReadiness, type Cause, type ReadinessVerdict } from '../readiness.ts';
import { assertStarted, packageFailure, packageUp } from './adapter.ts';
import { inspect, listIds } from './engine.ts';
import { prepareImages } from './images.ts';
import { dockerHostOf, readContainers, type Container } from './inspect.ts';
import { logTail } from './logs.ts';
import { graphOfManifest, manifestOf, withStartPhases } from './manifest.ts';
import { graphOf, resolveModelOnce } from './model.ts';
import { lookNow, observe, snapshotOf, Wake, type Look } from './observe.ts';
import { ComposeHandle, handleOf, projectFromHandle, projectOf, type ComposeOptions, type Project } from './options.ts';
import { resolveTarget } from './targets.ts';

/** Compose may take this much longer than the readiness deadline before its own call is ended. */
const UP_MARGIN_MS = 30_000;

/**
 * Pull, build, start, judge. The readiness deadline begins with the start: pull and build have deadlines of their own (`images.ts`).
 * @throws GauntletError (config) when the compose files are not valid; the signal's reason when aborted, with Compose's own process ended.
 */
export async function up(options: ComposeOptions, context: StackContext): Promise<UpResult> {
  const { ports, signal, instance, readyMs } = context;
  signal.throwIfAborted();
  const base = projectOf(options, context);
  const { model } = await resolveModelOnce(context, ports, base);
  const graph = graphOf(
    model,
    context.targets.flatMap(({ service }) => service ?? []),
  );
  const project = { ...base, undeclared: graph.filter(({ kind }) => kind === 'undeclared').map(({ name }) => name) };
  assertTargets(context, Object.keys(model.services));
  await context.book(handleOf(project));
  const parts = { project, instance, model, graph };

  const images = await prepareImages(model, project, context);
  if (images.failure) {
    const { service, message, tail } = images.failure;
    const verdict = judgeReadiness(
      [{ atMs: 0, at: ports.clock.now(), launch: { state: 'failed', message, service }, services: {}, probes: [] }],
      graph,
      { readyMs },
    );
    const look: Look = { containers: [], resolutions: [], probes: [] };
    return {
      manifest: manifestOf({ ...parts, look, seenAt: ports.clock.now(), phases: images.phases }),
      readiness: await readinessOf(verdict, look, { ...context, project, tail }),
    };
  }

  const launchedAt = ports.clock.now();
  const awaitLaunch = Object.values(model.services).some(({ post_start }) => (post_start ?? []).length > 0);
  const seen = await launchAndObserve(context, parts, { readyMs, awaitLaunch });
  const phases = withStartPhases(images.phases, seen.look, { launchedAt, healthyAt: seen.healthyAt });
  return {
    manifest: manifestOf({ ...parts, look: seen.look, seenAt: seen.seenAt, phases }),
    readiness: await readinessOf(seen.verdict, seen.look, { ...context, project }),
  };
}

/**
 * The state now, by the same state machine. Nothing is waited for: a service that only just came back is not ready yet.
 * Restarts before this look are history, which `watch` keeps.
 */
export async function look(manifest: StackManifest, context: StackContext): Promise<UpResult> {
  const { ports } = context;
  const project = projectFromHandle(manifest.handle, ports);
  const graph = graphOfManifest(manifest, ComposeHandle.parse(manifest.handle).undeclared);
  const now = await lookNow({ ...context, project, graph });
  const seen = { ...now, containers: [...now.containers, ...goneSince(manifest, now)] };
  const snapshot = snapshotOf(seen, { atMs: 0, at: ports.clock.now(), launch: { state: 'done' } });
  const verdict = judgeReadiness([snapshot], graph, { readyMs: 0, ignoreEarlierRestarts: true });
  const services = manifest.services.map((service) => {
    const containers = seen.containers.filter((container) => container.service === service.name);
    return {
      ...service,
      replicas: containers.map(({ replica }) => Replica.parse(replica)),
      ports: containers.flatMap((container) => container.ports),
    };
  });
  const resolved = seen.resolutions.flatMap((one) => (one.state === 'resolved' ? [one.target] : []));
  const targets = context.targets.length > 0 ? resolved : manifest.targets;
  return { manifest: { ...manifest, services, targets }, readiness: await readinessOf(verdict, seen, { ...context, project }) };
}

/** Where each target is whose service runs. Containers that are started anew get other ports and addresses. */
export async function places(manifest: StackManifest, { ports, targets }: StackContext): Promise<readonly ResolvedTarget[]> {
  const project = projectFromHandle(manifest.handle, ports);
  const ids = await listIds(ports, 'container', project);
  const containers = readContainers(await inspect(ports, ids, project.env), dockerHostOf(project.env));
  const resolutions = await Promise.all(targets.map((target) => resolveTarget(target, containers, ports)));
  return resolutions.flatMap((one) => (one.state === 'resolved' ? [one.target] : []));
}

/** Containers of the manifest that nothing has taken the place of: they were removed, which is not the same as never started. */
function goneSince({ services }: StackManifest, { containers }: Look): Container[] {
  return services.flatMap(({ name, replicas, image = '', restartPolicy = 'no' }) => {
    const there = containers.filter(({ service }) => service === name);
    const gone = replicas
      .filter(({ id }) => !there.some(({ replica }) => replica.id === id))
      .slice(0, Math.max(0, replicas.length - there.length));
    return gone.map(({ pid: _, ...replica }): Container => ({
      service: name,
      // Whatever had ended well by then did its work, and its container may be swept away.
      replica: replica.state === 'exited' && replica.exitCode === 0 ? replica : { ...replica, state: 'missing', health: 'none' },
      image,
      restartPolicy,
      ports: [],
      addresses: [],
      cores: undefined,
      memoryLimitBytes: undefined,
    }));
  });
}

type Scene = Pick<StackContext, 'ports' | 'redact'> & { readonly project: Project; readonly tail?: readonly string[] };
type Parts = Pick<Parameters<typeof manifestOf>[0], 'project' | 'graph'>;

async function launchAndObserve(
  context: StackContext,
  { project, graph }: Parts,
  options: { readonly readyMs: number; readonly awaitLaunch: boolean },
): ReturnType<typeof observe> {
  const { ports, signal, readyMs } = context;
  const wake = new Wake();
  const stop = new AbortController();
  let launch: Launch = { state: 'starting' };
  const running = packageUp(ports, project, { signal: AbortSignal.any([signal, stop.signal]), timeoutMs: readyMs + UP_MARGIN_MS }).then(
    (run) => {
      const failure = packageFailure(run);
      launch =
        failure === undefined
          ? { state: 'done' }
          : {
              state: 'failed',
              message: context.redact(failure),
              service: namedService(
                failure,
                graph.map(({ name }) => name),
                project.project,
              ),
            };
      wake.ring();
      return run;
    },
  );
  try {
    const seen = await observe({ ...context, project, graph }, () => launch, { ...options, wake });
    if (seen.verdict.state === 'not-ready') {
      // Nothing may be started any more behind the back of `logs` and `down`.
      stop.abort();
      assertStarted(await running);
    }
    return seen;
  } catch (error) {
    stop.abort();
    await running;
    throw error;
  }
}

async function readinessOf(verdict: ReadinessVerdict, seen: Look, scene: Scene): Promise<Readiness> {
  if (verdict.state === 'ready') return verdict;
  const found =
    verdict.state === 'waiting'
      ? verdict.for.map((service): Cause => ({ service, reason: 'never-healthy', message: 'is not ready yet', blocked: [] }))
      : verdict.causes;
  const causes = await Promise.all(found.map((cause) => withLog(cause, seen, scene)));
  return { state: 'not-ready', afterMs: verdict.state === 'waiting' ? 0 : verdict.afterMs, causes };
}

async function withLog(cause: Cause, { containers }: Look, { ports, redact, project, tail: known }: Scene): Promise<RootCause> {
  const mine = containers.filter(({ service }) => service === cause.service);
  const worst = mine.find(({ replica }) => replica.state !== 'running' || replica.health === 'unhealthy') ?? mine[0];
  const tail = worst && worst.replica.state !== 'missing' ? await logTail(ports, project, worst.replica.id) : (known ?? []);
  const { healthOutput } = cause;
  return {
    ...cause,
    message: redact(cause.message),
    ...(healthOutput === undefined ? {} : { healthOutput: redact(healthOutput) }),
    logTail: redact(tail.join('\n'))
      .split('\n')
      .filter((line) => line !== ''),
  };
}

/** The service that a message of Compose speaks of: by container name, or as `service "x"`. */
function namedService(message: string, services: readonly string[], project: string): string | undefined {
  const byLength = services.toSorted((a, b) => b.length - a.length);
  return byLength.find((name) =>
    new RegExp(`(?:${escaped(project)}[-_]${escaped(name)}[-_]\\d+)|service "?${escaped(name)}"?(?![\\w-])`).test(message),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function assertTargets({ targets }: StackContext, services: readonly string[]): void {
  for (const { name, service } of targets) {
    if (service === undefined || services.includes(service)) continue;
    throw new GauntletError(`target ${name} speaks of the service ${service}, which is not in the compose files`, {
      kind: 'config',
      hint: `name one of: ${services.join(', ')}`,
    });
  }
}
