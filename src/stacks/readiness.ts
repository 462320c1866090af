import type { RootCause, ServiceKind } from '../model/manifest.ts';
import { formatDuration } from '../model/units.ts';
import type { ReplicaState, ServiceNode, Snapshot } from './observation.ts';
import { standingOf, type Standing } from './readiness-service.ts';

export interface ReadinessOptions {
  /** Hard deadline, in ms since the launch. 0 asks for the state now. */
  readonly readyMs: number;
  /** How long a service without a health check must run without a restart. Doubles with its first restart, up to fourfold. */
  readonly windowMs?: number;
  /** How long an unhealthy replica may take to recover. Nobody waits for it once the launch has failed. */
  readonly unhealthyGraceMs?: number;
  /** From the first restart on, how long a restarting service (3 or more times) may take to come right. */
  readonly loopMs?: number;
  /** Everything settled is not enough, the launch must be through as well (start hooks). */
  readonly awaitLaunch?: boolean;
  /** Restarts that a replica had before the history began do not count. */
  readonly ignoreEarlierRestarts?: boolean;
}

/** Not yet a `RootCause`: its log tail is for whoever can read logs. */
export type Cause = Omit<RootCause, 'logTail'>;

export type ReadinessVerdict =
  | { readonly state: 'waiting'; readonly for: readonly string[] }
  | { readonly state: 'ready'; readonly afterMs: number }
  | { readonly state: 'not-ready'; readonly afterMs: number; readonly causes: readonly Cause[] };

export const READINESS_DEFAULTS = { windowMs: 3_000, unhealthyGraceMs: 20_000, loopMs: 10_000 } as const;

/**
 * When is a stack ready? A pure function of what was seen, shared by every stack plugin, and used for "recovered" as well.
 *
 * A service is *settled* when all of its replicas are: healthy; or running for a stability window when nothing checks their health
 * (an answered target probe counts as a check); or exited with 0 when it is a one-shot. Everything settled is `ready`.
 *
 * Root cause before symptom: only services whose dependencies are all settled can be a cause; what depends on a cause is `blocked`.
 * So a service that died while its dependency is still starting waits for that dependency's fate before anyone is blamed.
 *
 * The verdict is over everything seen so far; the last snapshot is now.
 */
export function judgeReadiness(history: readonly Snapshot[], graph: readonly ServiceNode[], options: ReadinessOptions): ReadinessVerdict {
  const now = history.at(-1);
  if (graph.length === 0) return emptyStack(now);
  if (now === undefined) return { state: 'waiting', for: graph.map(({ name }) => name) };
  const standings = new Map(graph.map((node) => [node.name, standingOf(node, history, { ...READINESS_DEFAULTS, ...options })]));
  const open = graph.filter(({ name }) => standings.get(name)?.state !== 'settled');
  const launched = now.launch.state === 'done' || !(options.awaitLaunch ?? false);
  if (open.length === 0 && now.launch.state !== 'failed' && launched) return { state: 'ready', afterMs: Math.round(now.atMs) };

  const roots = rootsOf(open, graph);
  const failed = roots.filter(({ name }) => standings.get(name)?.state === 'failed');
  const late = now.atMs >= options.readyMs;
  if (now.launch.state === 'failed' && failed.length === 0)
    return launchFailed(now, { message: now.launch.message, service: now.launch.service ?? roots[0]?.name }, graph);
  const blamed = failed.length > 0 && !late ? failed : late || roots.every(({ name }) => isLost(standings.get(name))) ? roots : [];
  if (blamed.length > 0) {
    return {
      state: 'not-ready',
      afterMs: Math.round(now.atMs),
      causes: blamed.map((node) => causeOf(node, standings, { open, graph, late, now })),
    };
  }
  if (late) return launchFailed(now, { message: `the start did not finish within ${formatDuration(options.readyMs)}` }, graph);
  return { state: 'waiting', for: open.map(({ name }) => name) };
}

/** Adds a snapshot; a run of equal ones keeps its first and its last, so that the history stays small over minutes. */
export function remember(history: readonly Snapshot[], snapshot: Snapshot): Snapshot[] {
  const [before, last] = history.slice(-2);
  if (before && last && sameState(before, last) && sameState(last, snapshot)) return [...history.slice(0, -1), snapshot];
  return [...history, snapshot];
}

/** The kind of every service once its behaviour is known: an undeclared one that ended well was a one-shot. */
export function settledKind(node: ServiceNode, replicas: readonly ReplicaState[]): ServiceKind {
  if (node.kind !== 'undeclared') return node.kind;
  return replicas.length > 0 && replicas.every(({ state, exitCode }) => state === 'exited' && exitCode === 0) ? 'one-shot' : 'long-running';
}

function emptyStack(now: Snapshot | undefined): ReadinessVerdict {
  const message = 'there is no service to start, so nothing can be said about readiness';
  return { state: 'not-ready', afterMs: now?.atMs ?? 0, causes: [{ service: '(stack)', reason: 'missing', message, blocked: [] }] };
}

function launchFailed(
  now: Snapshot,
  launch: { message: string; service?: string | undefined },
  graph: readonly ServiceNode[],
): ReadinessVerdict {
  const service = launch.service ?? '(stack)';
  const blocked = dependents(service, graph);
  return {
    state: 'not-ready',
    afterMs: Math.round(now.atMs),
    causes: [{ service, reason: 'up-failed', message: launch.message, blocked }],
  };
}

/** Unsettled services whose dependencies, near and far, are settled. In a circle everyone is a root. */
function rootsOf(open: readonly ServiceNode[], graph: readonly ServiceNode[]): readonly ServiceNode[] {
  const unsettled = new Set(open.map(({ name }) => name));
  const byName = new Map(graph.map((node) => [node.name, node]));
  const roots = open.filter(
    (node) => ![...reach(node.name, (name) => byName.get(name)?.dependsOn ?? [])].some((name) => unsettled.has(name)),
  );
  return roots.length > 0 ? roots : open;
}

/** Nothing that this service does by itself will change it any more. */
function isLost(standing: Standing | undefined): boolean {
  return standing?.state === 'failed' || (standing?.state === 'waiting' && standing.lost);
}

interface Scene {
  readonly open: readonly ServiceNode[];
  readonly graph: readonly ServiceNode[];
  readonly late: boolean;
  readonly now: Snapshot;
}

function causeOf(node: ServiceNode, standings: ReadonlyMap<string, Standing>, { open, graph, late, now }: Scene): Cause {
  const standing = standings.get(node.name);
  const waiting = new Set(open.map(({ name }) => name));
  const blocked = dependents(node.name, graph).filter((name) => waiting.has(name));
  if (!standing || standing.state === 'settled') return { service: node.name, reason: 'missing', message: 'was not seen', blocked };
  const { reason, message, exitCode, healthOutput } = standing.why;
  const after =
    late && standing.state === 'waiting' && now.atMs > 0 ? `; the time to be ready was over after ${formatDuration(now.atMs)}` : '';
  return {
    service: node.name,
    reason,
    message: `${message}${after}`,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(healthOutput === undefined ? {} : { healthOutput }),
    blocked,
  };
}

/** Everyone who waits for a service, near and far, in the graph's order. */
function dependents(service: string, graph: readonly ServiceNode[]): string[] {
  const found = reach(service, (name) => graph.filter(({ dependsOn }) => dependsOn.includes(name)).map((node) => node.name));
  return graph.map(({ name }) => name).filter((name) => found.has(name));
}

function reach(start: string, next: (name: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = [...next(start)];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name) || name === start) continue;
    seen.add(name);
    queue.push(...next(name));
  }
  return seen;
}

function sameState(a: Snapshot, b: Snapshot): boolean {
  return fingerprint(a) === fingerprint(b);
}

function fingerprint({ launch, services, probes }: Snapshot): string {
  const replicas = Object.entries(services).map(([name, list]) => [
    name,
    list.map(({ id, state, health, exitCode, restarts, oomKilled, startedAt }) => [
      id,
      state,
      health,
      exitCode,
      restarts,
      oomKilled,
      startedAt,
    ]),
  ]);
  return JSON.stringify([launch, replicas, probes.map(({ target, state }) => [target, state])]);
}
