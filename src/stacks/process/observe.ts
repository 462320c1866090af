import { errorMessage } from '../../model/errors.ts';
import type { Readiness, ResolvedTarget, Service } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import type { Launch, Probe, ReplicaState, ServiceNode, Snapshot } from '../observation.ts';
import { judgeReadiness, remember, type ReadinessOptions } from '../readiness.ts';
import { isSame } from './identity.ts';
import { readTail } from './logs.ts';
import { HOST } from './resolve.ts';
import { SupervisorState, type Identity, type ServiceState, type SupervisorSpec } from './spec.ts';
import { probeTarget } from './targets.ts';

const LOOK_MS = 50;
const TAIL_LINES = 20;

export interface ObserveScene {
  readonly ports: Ports;
  readonly spec: SupervisorSpec;
  readonly targets: readonly ResolvedTarget[];
  readonly supervisor: Identity | undefined;
  readonly supervisorLog: string;
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
}

export interface Observation {
  readonly readiness: Readiness;
  readonly services: readonly Service[];
}

/** Looks until the verdict is in; with `readyMs: 0` it looks once. @throws the signal's reason when aborted. */
export async function observe(scene: ObserveScene, options: ReadinessOptions): Promise<Observation> {
  const { ports, spec, signal } = scene;
  const graph = spec.services.map((service): ServiceNode => ({
    name: service.name,
    kind: service.oneShot ? 'one-shot' : 'long-running',
    replicas: 1,
    dependsOn: service.dependsOn.map(({ name }) => name),
  }));
  const began = ports.clock.monotonicMs();
  let history: Snapshot[] = [];
  let answered: readonly Answered[] = [];
  for (;;) {
    signal.throwIfAborted();
    const state = seenAlive(await readState(spec.stateFile, ports), ports);
    const launch = await launchOf(state, scene);
    answered = await probesOf(state, answered, scene);
    const services = Object.fromEntries((state?.services ?? []).map((service) => [service.name, [replicaOf(service)]]));
    const atMs = ports.clock.monotonicMs() - began;
    history = remember(history, { atMs, at: ports.clock.now(), launch, services, probes: answered.map(({ probe }) => probe) });
    const verdict = judgeReadiness(history, graph, options);
    if (verdict.state === 'ready') return { readiness: { state: 'ready', afterMs: verdict.afterMs }, services: servicesOf(spec, state) };
    if (verdict.state === 'not-ready') {
      const causes = await Promise.all(
        verdict.causes.map(async (cause) => ({
          ...cause,
          blocked: [...cause.blocked],
          logTail: await tailFor(cause.service, state, scene),
        })),
      );
      return { readiness: { state: 'not-ready', afterMs: verdict.afterMs, causes }, services: servicesOf(spec, state) };
    }
    ports.progress.update(`waiting for ${verdict.for.join(', ')}`);
    await ports.clock.sleep(LOOK_MS, signal);
  }
}

/** The state as the supervisor wrote it last; `undefined` when it has not yet. */
export async function readState(path: string, { files }: Pick<Ports, 'files'>): Promise<SupervisorState | undefined> {
  const text = await files.readText(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : SupervisorState.parse(JSON.parse(text));
}

async function launchOf(state: SupervisorState | undefined, { ports, supervisor, supervisorLog }: ObserveScene): Promise<Launch> {
  const known = state?.supervisor ?? supervisor;
  if (state?.phase === 'stopping' || state?.phase === 'stopped')
    return { state: 'failed', message: `the supervisor ended: ${state.reason ?? 'nobody knows why'}` };
  if (known !== undefined && !(await isSame(ports, known))) {
    const said = (await ports.files.readText(supervisorLog).catch((error: unknown) => errorMessage(error)))
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n');
    return { state: 'failed', message: `the supervisor is gone${said === '' ? '' : `: ${said}`}` };
  }
  return state === undefined || state.phase === 'starting' ? { state: 'starting' } : { state: 'done' };
}

interface Answered {
  readonly probe: Probe;
  /** The life of the service in which it answered. */
  readonly life: string;
}

/** Targets are asked only while their service runs and is not known to be unwell; an answer counts until it restarts. */
async function probesOf(
  state: SupervisorState | undefined,
  before: readonly Answered[],
  { targets, ports, signal }: ObserveScene,
): Promise<Answered[]> {
  const probes = await Promise.all(
    targets.map(async (target) => {
      const service = state?.services.find(({ name }) => name === target.service);
      if (service?.state !== 'running' || (service.health !== 'healthy' && service.health !== 'none')) return undefined;
      const life = service.startedAt ?? '';
      const known = before.find(({ probe, life: then }) => probe.target === target.name && probe.state === 'ok' && then === life);
      if (known !== undefined) return known;
      const probe = await probeTarget(target, ports, signal);
      return probe === undefined ? undefined : { probe, life };
    }),
  );
  return probes.filter((one) => one !== undefined);
}

/** The state file says what the supervisor knew; whether the processes are there is asked. */
function seenAlive(state: SupervisorState | undefined, { exec }: Pick<Ports, 'exec'>): SupervisorState | undefined {
  const services = state?.services.map((service): ServiceState => {
    const gone = service.state === 'running' && service.process !== undefined && !exec.isAlive(service.process.pid);
    return gone ? { ...service, state: 'missing', health: 'none' } : service;
  });
  return state && services && { ...state, services };
}

function replicaOf(service: ServiceState): ReplicaState {
  const { name, state, health, restarts, exitCode, startedAt, finishedAt, healthOutput, error } = service;
  return {
    // The process changes with every restart, the replica does not.
    id: name,
    name,
    state,
    health,
    restarts,
    oomKilled: false,
    ...(service.process === undefined ? {} : { pid: service.process.pid }),
    ...(exitCode === undefined || state === 'running' ? {} : { exitCode }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined || state === 'running' ? {} : { finishedAt }),
    ...(healthOutput === undefined ? {} : { healthOutput }),
    ...(error === undefined ? {} : { error }),
  };
}

function servicesOf(spec: SupervisorSpec, state: SupervisorState | undefined): Service[] {
  return spec.services.map((service) => {
    const seen = state?.services.find(({ name }) => name === service.name);
    const { error: _, ...replica } =
      seen === undefined ? { error: undefined, ...NOTHING, id: service.name, name: service.name } : replicaOf(seen);
    const healthyMs =
      seen?.healthyAt === undefined || seen.startedAt === undefined
        ? undefined
        : Math.max(0, Date.parse(seen.healthyAt) - Date.parse(seen.startedAt));
    return {
      name: service.name,
      kind: service.oneShot ? 'one-shot' : 'long-running',
      dependsOn: service.dependsOn.map(({ name }) => name),
      hasHealthcheck: service.health !== undefined,
      restartPolicy: service.restart,
      replicas: [replica],
      ports: Object.values(service.ports).map((port) => ({ container: port, host: HOST, port })),
      phases: healthyMs === undefined ? {} : { healthyMs },
    };
  });
}

const NOTHING = { state: 'missing', health: 'none', restarts: 0, oomKilled: false } as const;

async function tailFor(name: string, state: SupervisorState | undefined, { ports, redact }: ObserveScene): Promise<string[]> {
  const log = state?.services.find((service) => service.name === name)?.logs.at(-1);
  return log === undefined ? [] : readTail(log, TAIL_LINES, { files: ports.files, redact });
}
