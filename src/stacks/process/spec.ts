import { z } from 'zod';

import { Replica } from '../../model/manifest.ts';
import { Command } from '../../model/plan.ts';
import { Condition } from './options.ts';

/** The variable that hands the services' own environments to the supervisor: they can hold secrets, so they are never on disk. */
export const SERVICE_ENV = 'GAUNTLET_SERVICE_ENV';
/** In the environment of every process of a stack, so that what ran away from its group is found again. */
export const MARKER = 'GAUNTLET_STACK_MARK';
/** Set by an entry that owns its stacks: they end when this process is gone. */
export const OWNER_PID = 'GAUNTLET_OWNER_PID';

/** A pid and what tells it from a later process with the same number. */
export const Identity = z.object({ pid: z.number(), startedAt: z.string() });
export type Identity = z.output<typeof Identity>;

export const Health = z.object({
  check: z.discriminatedUnion('type', [
    z.object({ type: z.literal('http'), port: z.number(), path: z.string() }),
    z.object({ type: z.literal('tcp'), port: z.number() }),
    z.object({ type: z.literal('command'), command: Command }),
  ]),
  intervalMs: z.number(),
  timeoutMs: z.number(),
  retries: z.number(),
  startPeriodMs: z.number(),
});
export type Health = z.output<typeof Health>;

export const ServiceSpec = z.object({
  name: z.string(),
  command: Command,
  cwd: z.string(),
  oneShot: z.boolean(),
  restart: z.enum(['no', 'on-failure', 'always']),
  dependsOn: z.array(z.object({ name: z.string(), condition: Condition })),
  health: Health.optional(),
  /** Name → port; the main one is called `main`. */
  ports: z.record(z.string(), z.number()),
  /** Services whose place stands in its settings: it can be led to them another way. */
  reaches: z.array(z.string()).default([]),
});
export type ServiceSpec = z.output<typeof ServiceSpec>;

/** All that a supervisor needs, but for the environments. */
export const SupervisorSpec = z.object({
  schema: z.literal('gauntlet.process/1'),
  mark: z.string(),
  stateFile: z.string(),
  /** Folder of the services' own logs. */
  logs: z.string(),
  maxLogBytes: z.number(),
  graceMs: z.number(),
  lifetimeMs: z.number(),
  owner: Identity.optional(),
  services: z.array(ServiceSpec),
});
export type SupervisorSpec = z.output<typeof SupervisorSpec>;

/** Port of a service (`redis.main`) → another one that is handed over in its place: what a fault writes to stand in between. */
export const Route = z.record(z.string(), z.number());

/** Values still say `{{name.port}}`: where that is can be another place in the next life. */
export const ServiceEnvironments = z.record(z.string(), z.record(z.string(), z.string()));

export const ServiceState = z.object({
  name: z.string(),
  state: Replica.shape.state,
  health: Replica.shape.health,
  restarts: z.number(),
  process: Identity.optional(),
  exitCode: z.number().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  /** When it was healthy for the first time. */
  healthyAt: z.string().optional(),
  healthOutput: z.string().optional(),
  /** Why it could not be started. */
  error: z.string().optional(),
  /** One log per start that is kept: the first and the last ones. */
  logs: z.array(z.string()),
});
export type ServiceState = z.output<typeof ServiceState>;

export const SupervisorState = z.object({
  schema: z.literal('gauntlet.process-state/1'),
  supervisor: Identity,
  phase: z.enum(['starting', 'running', 'stopping', 'stopped']),
  since: z.string(),
  /** Why it stops. */
  reason: z.string().optional(),
  services: z.array(ServiceState),
  incidents: z.array(
    z.object({ at: z.string(), service: z.string(), what: z.enum(['died', 'restarted', 'unhealthy', 'oom-killed']), message: z.string() }),
  ),
});
export type SupervisorState = z.output<typeof SupervisorState>;

/** What another process needs to take the stack down. */
export const ProcessHandle = z.object({
  specFile: z.string(),
  stateFile: z.string(),
  mark: z.string(),
  /** Known once it runs; the state file knows it as well. */
  supervisor: Identity.optional(),
});
export type ProcessHandle = z.output<typeof ProcessHandle>;
