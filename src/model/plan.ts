import { z } from 'zod';

import { ApiSettings } from './api.ts';
import { ClaimLedger } from './claim.ts';
import { PlannedEffect } from './effects.ts';
import { PlannedEvaluation } from './evaluation.ts';
import { PlannedExperiment } from './experiment.ts';
import { Journey } from './journey.ts';
import { PlannedComparison } from './comparison.ts';
import { PlannedLeaks } from './leaks.ts';
import { Limit } from './limit.ts';
import { LoadShape, LoadWorkers } from './load-shape.ts';
import { PlannedRollback } from './rollback.ts';
import { Location } from './source.ts';
import { Budget, StageName } from './stage.ts';
import { Threshold } from './threshold.ts';
import { PlannedWatch } from './watch.ts';

/** A program with its arguments, or a line for the user's shell. */
export const Command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('argv'), argv: z.array(z.string()).min(1) }),
  z.object({ type: z.literal('shell'), line: z.string() }),
]);
export type Command = z.output<typeof Command>;

/** What a stage's coverage must reach. Ratios are 0–1. */
export const CoverageGate = z.object({
  files: z.array(z.string()),
  min: z.number(),
  packages: z.number().optional(),
  changed: z.number().optional(),
  branches: z.number().optional(),
  functions: z.number().optional(),
  /** How far coverage may fall against the base branch, in total and in each file: 0.01 is one percentage point. */
  drop: z.object({ total: z.number().optional(), files: z.number().optional() }).optional(),
  /** Glob → ratio that each matching file must reach (`src/auth/**` → 1). */
  critical: z.record(z.string(), z.number()),
  /** Globs of the source files that tests should load: those that no report tells of count as never loaded. */
  include: z.array(z.string()).optional(),
  /** Globs of files that are no such source after all (generated code, migrations). */
  exclude: z.array(z.string()).optional(),
});
export type CoverageGate = z.output<typeof CoverageGate>;

export const PlannedCommand = z.object({
  name: z.string(),
  command: Command,
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  /** Globs, relative to the repository root, of the reports that this command owes. */
  results: z.array(z.string()),
  /** Globs of what another load tool writes; only where it owes some. */
  loadResults: z.array(z.string()).optional(),
  coverage: CoverageGate.optional(),
  /** A race detector is asked for: in words, or by an option of the command. */
  race: z.boolean().optional(),
});
export type PlannedCommand = z.output<typeof PlannedCommand>;

/** One piece of evidence that a stage has promised. What does not arrive is a gap, and a gap is never green. */
export const Owed = z.object({
  id: z.string(),
  stage: StageName,
  kind: z.enum([
    'exit',
    'tests',
    'coverage',
    'journey',
    'stack',
    'facts',
    'series',
    'leaks',
    'effect',
    'comparison',
    'rollback',
    'watch',
    'fault',
    'evaluation',
    'claims',
    'diagnostics',
  ]),
  /** The name that the evidence carries: command, journey, check, metric or experiment. */
  name: z.string(),
  /** One human line: "results of `npm run test:unit` at reports/unit/*.xml". */
  what: z.string(),
  /** Catalogue rows that the evidence answers. */
  rows: z.array(z.string()),
  /** The leg of a matrix that owes it, where several legs run one stage. */
  leg: z.string().optional(),
  /** The setting that promised it. */
  location: Location.optional(),
});
export type Owed = z.output<typeof Owed>;

/** One scenario of load on some journeys, with the time that it asks for and the time that it gets. */
export const PlannedLoad = z.object({
  name: z.string(),
  journeys: z.array(z.string()),
  users: z.number(),
  perUserPerMinute: z.number().optional(),
  connectWithinMs: z.number().optional(),
  /** A closed model: the time for which each user thinks before it asks again. */
  thinkMs: z.number().optional(),
  shape: LoadShape.optional(),
  workers: LoadWorkers.optional(),
  askedMs: z.number(),
  grantedMs: z.number(),
  /** The part of the granted time that is there only for the samples that a limit needs. */
  extendedMs: z.number().optional(),
});
export type PlannedLoad = z.output<typeof PlannedLoad>;

/**
 * Whether a load is held to a threshold: every load to those that name none. A load that climbs until the system is full breaks every
 * limit by design, and is held only to those that name it.
 */
export function holdsFor({ load: named }: Pick<Threshold, 'load'>, { name, shape }: Pick<PlannedLoad, 'name' | 'shape'>): boolean {
  return named === undefined ? shape !== 'step' : named === name;
}

/** A limit that the samples of a load cannot support in the time that it gets: known beforehand. */
export const PlannedShortage = z.object({
  /** The threshold as written. */
  threshold: z.string(),
  load: z.string(),
  /** Samples without a bad one that the limit needs, and those that the load brings. */
  needs: z.number(),
  brings: z.number(),
});
export type PlannedShortage = z.output<typeof PlannedShortage>;

export const PlannedStage = z.object({
  name: StageName,
  commands: z.array(PlannedCommand),
  journeys: z.array(z.string()),
  checks: z.array(z.string()),
  loads: z.array(PlannedLoad),
  experiments: z.array(PlannedExperiment),
  thresholds: z.array(Threshold),
  /** Only where there are some. */
  evaluations: z.array(PlannedEvaluation).optional(),
  /** Searches for leaks; only where there are some. */
  leaks: z.array(PlannedLeaks).optional(),
  /** What walks must do to the system, and not do; only where there are some. */
  effects: z.array(PlannedEffect).optional(),
  /** Head against base; only where it is asked for. */
  compare: PlannedComparison.optional(),
  /** Back to the version before and forward again; only where a release asks for it. */
  rollback: PlannedRollback.optional(),
  /** Health, logs and alerts while the stage works; only where it is asked for. */
  watch: PlannedWatch.optional(),
  /** Only where there are some. */
  shortages: z.array(PlannedShortage).optional(),
  parallel: z.boolean(),
  failFast: z.boolean(),
  /** Mission-critical tests: each of these must match tests that ran, all of them. */
  mustPass: z.array(z.string()).optional(),
  /** Legs of a matrix that run the stage, each its part: every one of them owes what the stage owes. */
  legs: z.array(z.string()).optional(),
  /** Further attempts after a failed one. */
  retries: z.number(),
  /** Services that must be up, with their dependencies; `all` by default, none when the stage speaks to no stack. */
  services: z.union([z.literal('all'), z.array(z.string())]),
  environment: z.string().optional(),
  users: z.enum(['none', 'synthetic']),
  timeoutMs: z.number(),
  askedMs: z.number().optional(),
  grantedMs: z.number().optional(),
  successRate: z.number().optional(),
  recovery: Limit.optional(),
  /** Share of the services that others depend on which an experiment must have been done to; only where it is asked for. */
  faultCoverage: Limit.optional(),
});
export type PlannedStage = z.output<typeof PlannedStage>;

/** Where a target is: in the stack, or anywhere. */
export const PlannedTarget = z.object({
  name: z.string(),
  environment: z.string(),
  service: z.string().optional(),
  port: z.number().optional(),
  url: z.string().optional(),
  scheme: z.enum(['http', 'https', 'ws', 'wss', 'tcp']),
  path: z.string(),
  health: z.string().optional(),
  /** Path of its metrics in the text format of Prometheus. */
  metrics: z.string().optional(),
});
export type PlannedTarget = z.output<typeof PlannedTarget>;

/** The stack to bring up: a plugin's name and its own options, already parsed. */
export const PlannedStack = z.object({ kind: z.string(), options: z.json(), readyMs: z.number() });
export type PlannedStack = z.output<typeof PlannedStack>;

export const PriorityRule = z.enum(['P0', 'P1', 'P2', 'P3', 'new P0', 'new P1', 'new P2', 'new P3']);
export type PriorityRule = z.output<typeof PriorityRule>;

/** An exception with a date: read from the base branch, shown and counted, void when it expires. */
export const Waiver = z.object({
  id: z.string(),
  match: z.union([
    z.object({ fingerprint: z.string() }),
    z.object({ code: z.string(), service: z.string() }),
    z.object({ code: z.string(), path: z.string() }),
    /** Text that the test's file, class or name contains; `*` stands for anything. */
    z.object({ code: z.string(), test: z.string() }),
    /** The same, of what the test says: the reason of a skip. */
    z.object({ code: z.string(), message: z.string() }),
  ]),
  reason: z.string().min(20, 'a waiver needs a reason of at least 20 characters'),
  approved_by: z.string().min(1),
  ticket: z.string().optional(),
  /** What the measured number may be, such as `measured <= 50`: worse than that, the waiver is void. */
  only_while: z
    .string()
    .regex(/^measured (?:<=|<|>=|>|==) \d+(?:\.\d+)?$/, 'only_while is written as `measured <= 50`')
    .optional(),
  expires: z.iso.date(),
});
export type Waiver = z.output<typeof Waiver>;

export const Policy = z.object({
  block: z.array(PriorityRule),
  waivers: z.array(Waiver),
});
export type Policy = z.output<typeof Policy>;

/** A setting that had no effect, or that this version reads without acting on it. */
export const PlanNote = z.object({
  kind: z.enum(['matched-nothing', 'no-effect', 'suggested']),
  message: z.string(),
  fix: z.string(),
  location: Location.optional(),
});
export type PlanNote = z.output<typeof PlanNote>;

/** What will be done, and every piece of evidence that is owed for it. Pure data: printable, storable, comparable. */
export const Plan = z.object({
  schema: z.literal('gauntlet.plan/1'),
  budget: Budget,
  /** Seeds everything random, so that a run can be repeated. */
  seed: z.number(),
  configPath: z.string(),
  stack: PlannedStack.optional(),
  targets: z.array(PlannedTarget),
  stages: z.array(PlannedStage),
  journeys: z.array(Journey),
  /** The claims that this run is to decide. */
  claims: ClaimLedger.optional(),
  owed: z.array(Owed),
  policy: Policy,
  /** Where the API is described and how it is called, where somebody says so. */
  api: ApiSettings.optional(),
  /** Code of a check → its options; only where there are some. */
  checkOptions: z.record(z.string(), z.json()).optional(),
  /** How to go back after a deployment that the smoke stage does not pass; only where that stage is planned. */
  undo: z.object({ command: z.string(), automatic: z.boolean() }).optional(),
  /** Component → the words that name it in tests and services, for the component × stage matrix. */
  components: z.record(z.string(), z.array(z.string())),
  /** Stages in which a component must be tested; only where somebody asks for it. */
  componentStages: z.record(z.string(), z.array(StageName)).optional(),
  /** Catalogue rows to look at alone (`--only DB-11`); empty means all. */
  only: z.array(z.string()),
  notes: z.array(PlanNote),
  /** Regular expressions of further secrets, beside the ones that the environment gives away. */
  redact: z.array(z.string()),
});
export type Plan = z.output<typeof Plan>;
