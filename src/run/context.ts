import type { GapEvidence, GapReason } from '../model/evidence.ts';
import type { Owed, Plan } from '../model/plan.ts';
import type { RunInfo } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { StageName, Window } from '../model/stage.ts';
import type { Ports } from '../ports/index.ts';
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
}

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
