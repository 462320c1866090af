import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { StageRun } from '../../model/stage.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';

/** Stages ran in their order, one after the other, and nothing was started after a stage that fails fast (TST-22). */
export const timeline: JudgeRule = {
  name: 'timeline',
  judge: (context) => {
    // Legs of a matrix run on machines of their own, in the order that their workflow gives them.
    if (context.run.legs) return { drafts: [] };
    return { drafts: [...outOfOrder(context), ...afterFailFast(context), ...besideEachOther(context)] };
  },
};

function outOfOrder({ plan, stageRuns }: Context): Drafted[] {
  const ran = plan.stages.flatMap(({ name }) => started(stageRuns).filter(({ stage }) => stage === name));
  return ran.flatMap((run, index) => {
    const before = ran[index - 1];
    if (!before || run.window.from >= before.window.to) return [];
    return [
      finding(run, {
        what: 'order',
        how: `${run.stage} began at ${run.window.from}, before ${before.stage} had ended at ${before.window.to}`,
        expected: `${before.stage}, then ${run.stage}`,
      }),
    ];
  });
}

function afterFailFast({ plan, stageRuns, evidence }: Context): Drafted[] {
  const failed = plan.stages.findIndex(({ name, failFast }) => failFast && hasFailed(evidence, name));
  const [stage, later] = [plan.stages[failed], plan.stages.slice(failed + 1)];
  if (failed === -1 || !stage) return [];
  return started(stageRuns)
    .filter((run) => later.some(({ name }) => name === run.stage))
    .map((run) =>
      finding(run, {
        what: 'fail_fast',
        how: `${run.stage} was run although ${stage.name} failed and fails fast`,
        expected: `nothing after ${stage.name}`,
      }),
    );
}

/** Commands of a stage that is not parallel never overlap. */
function besideEachOther({ plan, stageRuns, evidence }: Context): Drafted[] {
  return plan.stages
    .filter(({ parallel, commands }) => !parallel && commands.length > 1)
    .flatMap(({ name }) => {
      const exits = ofKind(evidence, 'exit').filter(({ stage, leg }) => stage === name && leg === undefined);
      const sorted = exits.toSorted((a, b) => (a.window.from < b.window.from ? -1 : 1));
      const overlap = sorted.findIndex((piece, index) => index > 0 && piece.window.from < (sorted[index - 1]?.window.to ?? ''));
      const [run, one, other] = [stageRuns.find(({ stage }) => stage === name), sorted[overlap - 1], sorted[overlap]];
      if (!run || !one || !other) return [];
      return [
        finding(run, {
          what: 'parallel',
          how: `${other.command} began before ${one.command} had ended, and ${name} is not parallel`,
          expected: 'one command after the other',
        }),
      ];
    });
}

function hasFailed(evidence: Context['evidence'], stage: PlannedStage['name']): boolean {
  const last = new Map<string, EvidenceOf<'exit'>>();
  for (const piece of ofKind(evidence, 'exit')) {
    const other = last.get(piece.command);
    if (piece.stage === stage && (!other || other.attempt <= piece.attempt)) last.set(piece.command, piece);
  }
  return [...last.values()].some(({ outcome }) => outcome.ended !== 'exit' || outcome.code !== 0);
}

function started(runs: readonly StageRun[]): StageRun[] {
  return runs.filter(({ status, durationMs }) => status !== 'skipped' && durationMs > 0);
}

function finding({ stage, window }: StageRun, { what, how, expected }: { what: string; how: string; expected: string }): Drafted {
  return draft('TST-22', {
    stage,
    subject: `${what} of ${stage}`,
    title: how,
    summary: `${how}. What a stage shows depends on what ran before it and beside it.`,
    evidence: [{ id: `stages/${stage}`, shows: `${window.from} to ${window.to}` }],
    measured: how,
    expected,
  });
}
