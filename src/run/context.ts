import type { GapEvidence, SeriesEvidence } from '../model/evidence.ts';
import type { GapReason } from '../model/gap.ts';
import type { Owed, Plan } from '../model/plan.ts';
import type { ThresholdOutcome } from '../model/report-performance.ts';
import type { RunInfo } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { StageName, Window } from '../model/stage.ts';
import type { Threshold } from '../model/threshold.ts';
import type { Ports } from '../ports/index.ts';
import type { PrintedLines } from '../stacks/contract.ts';
import type { RunDirectory } from './run-directory.ts';

/** What every part of a run works with. */
export interface RunContext {
  readonly ports: Ports;
  /** Repository root, absolute. */
  readonly root: string;
  readonly directory: RunDirectory;
  readonly plan: Plan;
  readonly info: RunInfo;
  /** Aborted when somebody stops the run. */
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  /** Only while a stage runs whose services are watched. */
  readonly resources?: ResourcesSeen | undefined;
  /** Only while a stage runs. */
  readonly loadResults?: LoadResultsSeen | undefined;
  /** What samples show of a threshold, by the judge's own rules. Only to stop a load early: nothing that is stored comes of it. */
  readonly outcomeOf: (threshold: Threshold, series: ThresholdSamples) => Pick<ThresholdOutcome, 'outcome' | 'measured'>;
}

/** What the results of other load tools in a stage have answered, for whoever says what is left open. */
export interface LoadResultsSeen {
  readonly metrics: Set<string>;
  /** Commands whose results say themselves why something is missing. */
  readonly explained: Set<string>;
  readonly labels: Set<string>;
}

/** What the services of the stack use while a stage runs. */
export interface ResourcesSeen {
  /** What was seen of a metric since a moment (ISO 8601), as evidence would say it. */
  readonly soFar: (metric: string, from: string) => ThresholdSamples | undefined;
  /** The last values of the busiest services, in a few words. */
  readonly line: () => string;
  /** What they printed between two moments (milliseconds since 1970). */
  readonly printed: (fromMs: number, toMs: number) => Promise<readonly PrintedLines[]>;
}

/** So far, of one metric. */
export type ThresholdSamples = Pick<SeriesEvidence, 'metric' | 'unit' | 'samples' | 'histogram' | 'rate' | 'points' | 'slices'>;

export interface Gap {
  readonly reason: GapReason;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly source?: Source | undefined;
}

/** Stores the evidence that something did not arrive. `name` makes the id unique in its stage. */
export async function addGap(
  context: RunContext,
  place: { stage: StageName; name: string; owed: readonly string[] },
  gap: Gap,
): Promise<void> {
  const now = context.ports.clock.now();
  const evidence: GapEvidence = {
    id: `${place.stage}/gap-${place.name}`,
    kind: 'gap',
    stage: place.stage,
    window: { from: now, to: now },
    owed: [...place.owed],
    reason: gap.reason,
    message: context.redact(gap.message),
    ...(gap.fix === undefined ? {} : { fix: gap.fix }),
    ...(gap.source === undefined ? {} : { source: gap.source }),
  };
  await context.directory.addEvidence(evidence);
}

/** Ids of what the plan owes for one kind and name in a stage. */
export function owedIds(plan: Plan, { stage, kind, name }: Pick<Owed, 'stage' | 'kind' | 'name'>): string[] {
  return plan.owed.filter((owed) => owed.stage === stage && owed.kind === kind && owed.name === name).map(({ id }) => id);
}

/** Everything that a stage owes. */
export function owedByStage(plan: Plan, stage: StageName): string[] {
  return plan.owed.filter((owed) => owed.stage === stage).map(({ id }) => id);
}

/** Measures the time that `body` takes, on both clocks. */
export async function timed<Value>(
  clock: Ports['clock'],
  body: () => Promise<Value>,
): Promise<{ value: Value; window: Window; durationMs: number }> {
  const from = clock.now();
  const start = clock.monotonicMs();
  const value = await body();
  return { value, window: { from, to: clock.now() }, durationMs: clock.monotonicMs() - start };
}
