import { z } from 'zod';

/** What a service is for the readiness verdict. */
export const ServiceKind = z.enum(['long-running', 'one-shot']);
export type ServiceKind = z.output<typeof ServiceKind>;

/** One container or process of a service. `healthy` is `none` when nothing checks its health. */
export const Replica = z.object({
  /** Container id or process id. */
  id: z.string(),
  name: z.string(),
  state: z.enum(['created', 'running', 'restarting', 'paused', 'exited', 'dead', 'missing']),
  health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
  exitCode: z.number().optional(),
  restarts: z.number(),
  oomKilled: z.boolean(),
  /** Host pid of the main process, when known. */
  pid: z.number().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  /** Last output of the health check. */
  healthOutput: z.string().optional(),
});
export type Replica = z.output<typeof Replica>;

/** A port of a service that can be reached from here. */
export const PublishedPort = z.object({ container: z.number(), host: z.string(), port: z.number() });
export type PublishedPort = z.output<typeof PublishedPort>;

/** Milliseconds per phase of bringing one service up. */
export const Phases = z.object({
  pullMs: z.number().optional(),
  buildMs: z.number().optional(),
  startMs: z.number().optional(),
  healthyMs: z.number().optional(),
});
export type Phases = z.output<typeof Phases>;

export const Service = z.object({
  name: z.string(),
  kind: ServiceKind,
  image: z.string().optional(),
  dependsOn: z.array(z.string()),
  hasHealthcheck: z.boolean(),
  restartPolicy: z.string().optional(),
  replicas: z.array(Replica),
  ports: z.array(PublishedPort),
  phases: Phases,
});
export type Service = z.output<typeof Service>;

export const ResolvedTarget = z.object({
  name: z.string(),
  service: z.string().optional(),
  /** Absolute, without a trailing slash: `http://127.0.0.1:49153`, `ws://127.0.0.1:49153/ws`. */
  url: z.string(),
  host: z.string(),
  port: z.number(),
  health: z.string().optional(),
});
export type ResolvedTarget = z.output<typeof ResolvedTarget>;

/**
 * Several stacks can stand at once: the pull request's own, and the base branch's to compare with. `challenger` is a fresh stack of this
 * branch beside that of the base; `rollback` is this version and the one before it by turns, on the same data.
 */
export const StackInstance = z.enum(['head', 'base', 'challenger', 'rollback']);
export type StackInstance = z.output<typeof StackInstance>;

/** The handle on a running stack: all that a later step or another process needs to use it or take it down. */
export const StackManifest = z.object({
  schema: z.literal('gauntlet.stack/1'),
  kind: z.string(),
  instance: StackInstance,
  /** Compose project name, supervisor id, or the name of the external environment. */
  project: z.string(),
  services: z.array(Service),
  targets: z.array(ResolvedTarget),
  /** What the stack plugin itself needs to find its things again (files, pids): opaque to everyone else. */
  handle: z.record(z.string(), z.json()),
});
export type StackManifest = z.output<typeof StackManifest>;

/** Why a stack is not ready: the first thing that failed, and who waits for it. */
export const RootCause = z.object({
  service: z.string(),
  reason: z.enum([
    'exited',
    'restart-loop',
    'unhealthy',
    'never-healthy',
    'oom-killed',
    'one-shot-failed',
    'missing',
    'unreachable',
    'up-failed',
  ]),
  message: z.string(),
  exitCode: z.number().optional(),
  healthOutput: z.string().optional(),
  logTail: z.array(z.string()),
  blocked: z.array(z.string()),
});
export type RootCause = z.output<typeof RootCause>;

export const Readiness = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), afterMs: z.number() }),
  z.object({ state: z.literal('not-ready'), afterMs: z.number(), causes: z.array(RootCause).min(1) }),
]);
export type Readiness = z.output<typeof Readiness>;

/** Something wrong or risky that can be said before anything is started. `error` stops the run. */
export const Preflight = z.object({
  level: z.enum(['error', 'warning']),
  what: z.string(),
  message: z.string(),
  fix: z.string(),
  service: z.string().optional(),
});
export type Preflight = z.output<typeof Preflight>;
