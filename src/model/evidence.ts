import { z } from 'zod';

import { LinkedTest } from './claim.ts';
import { Against, ComparedLife } from './comparison.ts';
import { ChangedCoverage, FileCoverage, NeverLoaded, Ratio } from './coverage.ts';
import { DiagnosticsFields } from './diagnostic.ts';
import { EffectFields } from './effects.ts';
import { Pass } from './evaluation.ts';
import { FaultFields } from './experiment.ts';
import { GapReason } from './gap.ts';
import { JourneyStepRun, Miss } from './journey.ts';
import { Return, ServiceAtRest } from './leaks.ts';
import { LoadTool, Reported } from './load-results.ts';
import { Delivery, Histogram, Moment, Rate, Slice } from './load.ts';
import { Preflight, Readiness, Service, StackInstance } from './manifest.ts';
import { Completion, Messages } from './messages.ts';
import { RollbackFields } from './rollback.ts';
import { Source } from './source.ts';
import { StageName, Window } from './stage.ts';
import { CaseDetail, CaseResult, Disagreement, ResultFile, TestCounts } from './tests.ts';
import { WatchFields } from './watch.ts';

const base = {
  /** Unique in the run: `unit/tests`, `integration/exit/main-1`. */
  id: z.string(),
  stage: StageName,
  window: Window,
  /** The leg of a matrix that it comes from, where several legs run one stage. */
  leg: z.string().optional(),
};

/** How a command ended. */
export const CommandOutcome = z.discriminatedUnion('ended', [
  z.object({ ended: z.literal('exit'), code: z.number() }),
  z.object({ ended: z.literal('signal'), signal: z.string() }),
  z.object({ ended: z.literal('timeout'), afterMs: z.number() }),
  z.object({ ended: z.literal('interrupted') }),
  z.object({ ended: z.literal('not-found'), program: z.string() }),
]);
export type CommandOutcome = z.output<typeof CommandOutcome>;

export const ExitEvidence = z.object({
  ...base,
  kind: z.literal('exit'),
  /** Name of the command within its stage. */
  command: z.string(),
  /** What was run, redacted. */
  line: z.string(),
  attempt: z.number(),
  outcome: CommandOutcome,
  durationMs: z.number(),
  log: Source,
  /** Bytes of output that were not kept. */
  dropped: z.number(),
  tail: z.array(z.string()),
});
export type ExitEvidence = z.output<typeof ExitEvidence>;

/** All results of one command of a stage (every file, every attempt), merged by identity. */
export const TestsEvidence = z.object({
  ...base,
  kind: z.literal('tests'),
  command: z.string(),
  counts: TestCounts,
  files: z.array(ResultFile),
  failed: z.array(CaseDetail),
  skipped: z.array(CaseDetail),
  flaky: z.array(CaseDetail),
  slowest: z.array(CaseResult.pick({ name: true, class: true, file: true, durationMs: true })),
  /** How many of the lists above were left out because of their bound. */
  omitted: z.object({ failed: z.number(), skipped: z.number(), flaky: z.number() }),
  /** One line per test (`{id, status, durationMs}`), for baselines. */
  cases: Source.optional(),
});
export type TestsEvidence = z.output<typeof TestsEvidence>;

export const CoverageEvidence = z.object({
  ...base,
  kind: z.literal('coverage'),
  command: z.string(),
  /** Legs of a matrix whose coverage is merged here, line by line. */
  legs: z.array(z.string()).optional(),
  sources: z.array(Source),
  lines: Ratio,
  branches: Ratio.optional(),
  functions: Ratio.optional(),
  files: z.array(FileCoverage),
  /** Only when the gate asks for changed lines and the base is known. */
  changed: ChangedCoverage.optional(),
  /** Paths of the report that no file of the repository answers to. */
  unmapped: z.array(z.string()),
  neverLoaded: NeverLoaded.optional(),
  /** Numbers that the reports state and that their own lines do not bear out. Bounded. */
  disagreements: z.array(Disagreement.extend({ file: z.string() })).optional(),
  /** What is odd about the reports and changes no count: totals that their own lines do not bear out, ambiguous paths. Bounded. */
  notes: z.array(z.string()).optional(),
});
export type CoverageEvidence = z.output<typeof CoverageEvidence>;

export const JourneyEvidence = z.object({
  ...base,
  kind: z.literal('journey'),
  journey: z.string(),
  attempt: z.number(),
  user: z.string().optional(),
  outcome: z.enum(['passed', 'failed', 'unreachable', 'interrupted']),
  durationMs: z.number(),
  steps: z.array(JourneyStepRun),
  /** Sums over the steps; tokens only when a step or the journey has a token budget. */
  totals: z.object({ bytes: z.number(), tokens: z.number().optional(), tokenizer: z.string().optional() }),
  /** Where messages with a nonce were sent over a WebSocket. */
  messages: Messages.optional(),
});
export type JourneyEvidence = z.output<typeof JourneyEvidence>;

/** What became of a stack: brought up, watched while stages ran, taken down. */
export const StackEvidence = z.object({
  ...base,
  kind: z.literal('stack'),
  instance: StackInstance,
  stack: z.string(),
  phase: z.enum(['up', 'watch', 'down']),
  readiness: Readiness.optional(),
  services: z.array(Service),
  preflight: z.array(Preflight),
  /** Containers that died, restarted or turned unhealthy while a stage ran. */
  incidents: z.array(
    z.object({ at: z.string(), service: z.string(), what: z.enum(['died', 'restarted', 'unhealthy', 'oom-killed']), message: z.string() }),
  ),
  /** Bytes that services received from outside their container while a stage ran, where that can be seen. */
  traffic: z.array(z.object({ service: z.string(), receivedBytes: z.number() })).optional(),
  /** What is still there after `down`: containers, networks, volumes, processes. */
  leaks: z.array(z.string()),
  logs: z.array(Source),
});
export type StackEvidence = z.output<typeof StackEvidence>;

/** Facts that a check collected; its own `judge.ts` says what they show. */
export const FactsEvidence = z.object({
  ...base,
  kind: z.literal('facts'),
  check: z.string(),
  /** Why the row's subject does not exist here; then `facts` is null, and the row is answered. */
  notApplicable: z.string().optional(),
  facts: z.json(),
  sources: z.array(Source),
});
export type FactsEvidence = z.output<typeof FactsEvidence>;

/**
 * Samples of one metric, from a load engine or a sampler. Of a load there is one for each metric, and one that is called as the load:
 * what was asked and what was delivered.
 */
export const SeriesEvidence = z.object({
  ...base,
  kind: z.literal('series'),
  /** As thresholds name it: `chat.latency`, `errors`, `service.api.memory`; or the name of the load. */
  metric: z.string(),
  /** The load during which it was measured. */
  load: z.string().optional(),
  /** Legs of a matrix whose shards of the load are merged here, sample by sample. */
  legs: z.array(z.string()).optional(),
  journey: z.string().optional(),
  unit: z.enum(['milliseconds', 'bytes', 'ratio', 'count']),
  samples: z.number(),
  /** Milliseconds are counted in microseconds, ratios and counts that are not whole in millionths. */
  histogram: Histogram.optional(),
  /** In place of a histogram, where a tool keeps its samples to itself. */
  reported: Reported.optional(),
  /** Of the unit `ratio`, where it is a share of events. */
  rate: Rate.optional(),
  slices: z.array(Slice).optional(),
  /** `[milliseconds since the window began, value in the unit]`. */
  points: z.array(z.tuple([z.number(), z.number()])).optional(),
  /** Only of a load's own series, as what follows. */
  delivery: Delivery.optional(),
  /** Where its users sent messages with a nonce over a WebSocket. */
  messages: Messages.optional(),
  completion: Completion.optional(),
  /** In place of `delivery`, of a load that another tool made. */
  tool: LoadTool.optional(),
  moments: z.array(Moment).optional(),
  source: Source.optional(),
});
export type SeriesEvidence = z.output<typeof SeriesEvidence>;

/** What services held while a journey was walked in rounds, each time when nobody used them any more. */
export const LeaksEvidence = z.object({
  ...base,
  kind: z.literal('leaks'),
  journey: z.string(),
  users: z.union([z.literal('new'), z.number()]),
  waitMs: z.number(),
  cycles: z.number(),
  /** How all walks ended, and the first thing that one missed. */
  walks: z.object({ kept: z.number(), missed: z.number(), cut: z.number(), miss: Miss.extend({ step: z.string() }).optional() }),
  services: z.array(ServiceAtRest),
  returned: Return.optional(),
});
export type LeaksEvidence = z.output<typeof LeaksEvidence>;

/** What walking a journey many times did to the system. */
export const EffectEvidence = z.object({ ...base, kind: z.literal('effect'), ...EffectFields });
export type EffectEvidence = z.output<typeof EffectEvidence>;

/** Head and base side by side: what the same journeys took on both, block by block. */
export const ComparisonEvidence = z.object({
  ...base,
  kind: z.literal('comparison'),
  against: Against,
  lives: z.array(ComparedLife),
});
export type ComparisonEvidence = z.output<typeof ComparisonEvidence>;

/** The version before this one, tried on the data of this one, and this one again. */
export const RollbackEvidence = z.object({ ...base, kind: z.literal('rollback'), ...RollbackFields });
export type RollbackEvidence = z.output<typeof RollbackEvidence>;

/** What a deployed system did over a time: answers of its health paths, critical lines of its log, alerts that fire. */
export const WatchEvidence = z.object({ ...base, kind: z.literal('watch'), ...WatchFields });
export type WatchEvidence = z.output<typeof WatchEvidence>;

/** One fault: booked, injected, proved, healed, and what was experienced meanwhile. */
export const FaultEvidence = z.object({ ...base, kind: z.literal('fault'), ...FaultFields });
export type FaultEvidence = z.output<typeof FaultEvidence>;

/** Cases with what came back for each. The second pass asks the same again, after something was learned. */
export const EvaluationEvidence = z.object({
  ...base,
  kind: z.literal('evaluation'),
  evaluation: z.string(),
  passes: z.array(Pass).min(1),
});
export type EvaluationEvidence = z.output<typeof EvaluationEvidence>;

/** The tests of one command that belong to a claim, by the claims file or by their name: kept also when they passed. */
export const ClaimsEvidence = z.object({
  ...base,
  kind: z.literal('claims'),
  command: z.string(),
  tests: z.array(LinkedTest),
  /** How many more there were than are kept. */
  omitted: z.number(),
});
export type ClaimsEvidence = z.output<typeof ClaimsEvidence>;

/** Reports of runtimes and sanitizers in what a command, its tests or a service printed. */
export const DiagnosticsEvidence = z.object({ ...base, kind: z.literal('diagnostics'), ...DiagnosticsFields });
export type DiagnosticsEvidence = z.output<typeof DiagnosticsEvidence>;

/** Evidence that something owed did not arrive, or cannot be trusted. Never a pass. */
export const GapEvidence = z.object({
  ...base,
  kind: z.literal('gap'),
  /** Ids of the owed pieces that this leaves open. */
  owed: z.array(z.string()),
  reason: GapReason,
  message: z.string(),
  fix: z.string().optional(),
  source: Source.optional(),
});
export type GapEvidence = z.output<typeof GapEvidence>;

/** A fact on disk. Never a conclusion. */
export const Evidence = z.discriminatedUnion('kind', [
  ExitEvidence,
  TestsEvidence,
  CoverageEvidence,
  JourneyEvidence,
  StackEvidence,
  FactsEvidence,
  SeriesEvidence,
  LeaksEvidence,
  EffectEvidence,
  ComparisonEvidence,
  RollbackEvidence,
  WatchEvidence,
  FaultEvidence,
  EvaluationEvidence,
  ClaimsEvidence,
  DiagnosticsEvidence,
  GapEvidence,
]);
export type Evidence = z.output<typeof Evidence>;
export type EvidenceKind = Evidence['kind'];
export type EvidenceOf<Kind extends EvidenceKind> = Extract<Evidence, { kind: Kind }>;

/** The evidence of one kind. */
export function ofKind<Kind extends EvidenceKind>(evidence: readonly Evidence[], kind: Kind): EvidenceOf<Kind>[] {
  return evidence.filter((piece): piece is EvidenceOf<Kind> => piece.kind === kind);
}
