import type { PlannedTarget } from '../../model/plan.ts';
import type { Ports } from '../../ports/index.ts';
import type { Launch, Probe, ServiceNode, Snapshot } from '../observation.ts';
import { judgeReadiness, remember, type ReadinessOptions, type ReadinessVerdict } from '../readiness.ts';
import { inspect, listIds } from './engine.ts';
import { followEvents, type EngineEvent } from './events.ts';
import { dockerHostOf, readContainers, type Container } from './inspect.ts';
import type { Project } from './options.ts';
import { probeTargets, resolveTarget, type Resolution } from './targets.ts';

/** One look at everything that belongs to the project, dead or alive. */
export interface Look {
  readonly containers: readonly Container[];
  readonly resolutions: readonly Resolution[];
  readonly probes: readonly Probe[];
}

/** What a whole watch until the verdict leaves behind. */
export interface Observation {
  readonly verdict: Exclude<ReadinessVerdict, { state: 'waiting' }>;
  readonly look: Look;
  /** When the last look began (ISO 8601). */
  readonly seenAt: string;
  /** Wall-clock time (ISO 8601) at which a service was first seen settled by its health. */
  readonly healthyAt: ReadonlyMap<string, string>;
}

interface Scene {
  readonly ports: Ports;
  readonly project: Project;
  readonly graph: readonly ServiceNode[];
  readonly targets: readonly PlannedTarget[];
  readonly signal: AbortSignal;
}

/** Events say at once that something changed; this is for what they do not say, and for a stream that broke. */
const POLL_MS = 1_000;
/** What sends no events is asked: a target's health path. */
const ASK_MS = 100;
/** And the end of a stability window. */
const WINDOW_MS = 300;
const LOOK_TRIES = 5;

/**
 * Looks until the verdict is in. Woken by engine events, so that `healthy` is noticed within a few hundredths of a second where
 * Compose's own `--wait` polls twice a second, and the engine is not kept busy by our looking.
 * @throws the signal's reason when aborted.
 */
export async function observe(
  scene: Scene,
  launch: () => Launch,
  options: ReadinessOptions & { readonly wake: Wake },
): Promise<Observation> {
  const { ports, graph, signal } = scene;
  const { wake } = options;
  const began = ports.clock.monotonicMs();
  const healthyAt = new Map<string, string>();
  let history: Snapshot[] = [];
  await using cleanup = new AsyncDisposableStack();
  cleanup.use(eventStream(scene, wake));
  const tolerant = toleratingLooks(ports);
  let last: Look = { containers: [], resolutions: [], probes: [] };
  for (;;) {
    signal.throwIfAborted();
    wake.reset();
    const launched = launch();
    const seenAt = ports.clock.now();
    const left = began + options.readyMs - ports.clock.monotonicMs();
    const look = await withDeadline(
      tolerant(() => lookNow(scene, last)),
      left,
      scene,
    );
    signal.throwIfAborted();
    last = look ?? last;
    const atMs = Math.min(ports.clock.monotonicMs() - began, options.readyMs);
    history = remember(history, snapshotOf(last, { atMs, at: ports.clock.now(), launch: launched }));
    noteHealthy(last, healthyAt, ports.clock.now());
    const verdict = judgeReadiness(history, graph, options);
    if (verdict.state !== 'waiting') return { verdict, look: last, seenAt, healthyAt };
    ports.progress.update(`waiting for ${verdict.for.join(', ')}`);
    await wake.wait(
      Math.max(0, Math.min(patience(last, graph, verdict.for), began + options.readyMs - ports.clock.monotonicMs())),
      ports,
      signal,
    );
  }
}

/** What there is now. Targets are asked only once their service runs and is not known to be unwell; an answer counts until it restarts. */
export async function lookNow({ ports, project, targets, signal }: Scene, before?: Look): Promise<Look> {
  const ids = await listIds(ports, 'container', project);
  const containers = readContainers(await inspect(ports, ids, project.env), dockerHostOf(project.env));
  const up = containers.filter(({ replica }) => replica.state === 'running' && (replica.health === 'healthy' || replica.health === 'none'));
  const due = targets.filter(({ service }) => service === undefined || up.some((container) => container.service === service));
  const sameRun = before !== undefined && runs(before.containers) === runs(containers);
  const answered = sameRun ? before.probes.filter(({ state }) => state === 'ok') : [];
  const known = sameRun ? before.resolutions.filter(({ state }) => state === 'resolved') : [];
  const resolutions = await Promise.all(
    due.map(
      async (target) =>
        known.find((one) => one.state === 'resolved' && one.target.name === target.name) ?? resolveTarget(target, containers, ports),
    ),
  );
  const open = resolutions.filter(
    (one) => !answered.some(({ target }) => target === (one.state === 'resolved' ? one.target.name : one.name)),
  );
  const waiting = targets
    .filter((target) => !due.includes(target))
    .map(({ name, service }): Resolution => ({ state: 'waiting', name, service: service ?? '' }));
  return { containers, resolutions: [...resolutions, ...waiting], probes: [...answered, ...(await probeTargets(open, ports, signal))] };
}

export function snapshotOf({ containers, probes }: Look, moment: Pick<Snapshot, 'atMs' | 'at' | 'launch'>): Snapshot {
  const services: Record<string, Container['replica'][]> = {};
  for (const { service, replica } of containers) (services[service] ??= []).push(replica);
  return { ...moment, services, probes };
}

/** Something to wake up for: set from outside, waited for with a time-out. */
export class Wake {
  #set = false;
  #ring: () => void = () => undefined;

  ring(): void {
    this.#set = true;
    this.#ring();
  }

  reset(): void {
    this.#set = false;
  }

  async wait(ms: number, { clock }: Pick<Ports, 'clock'>, signal: AbortSignal): Promise<void> {
    if (this.#set || ms <= 0) return;
    const done = new AbortController();
    const rung = new Promise<void>((resolve) => (this.#ring = resolve));
    await Promise.race([rung, clock.sleep(ms, AbortSignal.any([signal, done.signal])).catch(() => undefined)]);
    done.abort();
  }
}

function eventStream({ ports, project, signal }: Scene, wake: Wake): AsyncDisposable {
  const stop = new AbortController();
  const onEvent = ({ action }: EngineEvent): void => {
    if (action !== 'create') wake.ring();
  };
  const over = followEvents(ports, project, { since: ports.clock.now(), signal: AbortSignal.any([signal, stop.signal]), onEvent });
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await over;
    },
  };
}

/** How long to wait for an event before looking again. Who waits for a healthy dependency or a running check sends one. */
function patience({ containers, probes }: Look, graph: readonly ServiceNode[], open: readonly string[]): number {
  if (probes.some(({ state }) => state !== 'ok')) return ASK_MS;
  const names = graph.filter(({ name, kind }) => kind !== 'one-shot' && open.includes(name)).map(({ name }) => name);
  const windowed = containers.some(
    ({ service, replica }) => names.includes(service) && replica.state === 'running' && replica.health === 'none',
  );
  return windowed ? WINDOW_MS : POLL_MS;
}

/** A busy machine can make one look fail or be late; several in a row are an engine in trouble, and that is thrown. */
function toleratingLooks({ clock }: Pick<Ports, 'clock'>): (look: () => Promise<Look>) => Promise<Look | undefined> {
  let failures = 0;
  return async (look) => {
    try {
      const seen = await look();
      failures = 0;
      return seen;
    } catch (error) {
      failures += 1;
      if (failures >= LOOK_TRIES) throw error;
      await clock.sleep(ASK_MS);
      return undefined;
    }
  };
}

/** `undefined` when time is up first: a hung engine must not stretch the deadline. */
async function withDeadline<T>(
  work: Promise<T>,
  ms: number,
  { ports: { clock }, signal }: Pick<Scene, 'ports' | 'signal'>,
): Promise<T | undefined> {
  const done = new AbortController();
  const late = clock.sleep(Math.max(ms, 0), AbortSignal.any([signal, done.signal])).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    work.catch(() => undefined);
  }
}

function noteHealthy({ containers }: Look, healthyAt: Map<string, string>, now: string): void {
  for (const service of new Set(containers.map((container) => container.service))) {
    const all = containers.filter((container) => container.service === service);
    if (!healthyAt.has(service) && all.every(({ replica }) => replica.health === 'healthy')) healthyAt.set(service, now);
  }
}

function runs(containers: readonly Container[]): string {
  return containers.map(({ replica }) => `${replica.id}@${replica.startedAt ?? ''}`).join();
}
