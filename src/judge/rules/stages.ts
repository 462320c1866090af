import { atMost } from '../../lib/text.ts';
import type { EvidenceRef } from '../../model/finding.ts';
import { ofKind } from '../../model/evidence.ts';
import type { Owed, PlannedStage } from '../../model/plan.ts';
import type { StageName, StageRun } from '../../model/stage.ts';
import { formatDuration } from '../../model/units.ts';
import { stackGroup, whyMissing, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';

/** Every planned stage came to its end and ran as long as it was asked to; nothing judged is unknown. */
export const stages: JudgeRule = {
  name: 'stages',
  judge: (context) => ({
    drafts: [
      ...context.plan.stages.flatMap((stage) => [...ending(context, stage), ...exposure(context, stage)]),
      ...activity(context),
      ...vacuous(context),
    ],
  }),
};

/** Did somebody stop the whole run? */
export function stopped({ run }: Context): boolean {
  return run.ended === 'interrupted';
}

/** Did the stage not come to its end? Then what it left open is said once, with the reason. */
export function troubled(context: Context, stage: StageName): boolean {
  if (!context.plan.stages.some(({ name }) => name === stage)) return false;
  const runs = context.stageRuns.filter((run) => run.stage === stage);
  return runs.length === 0 || runs.some(({ status }) => status !== 'completed');
}

function ending(context: Context, { name }: PlannedStage): Drafted[] {
  const owed = context.plan.owed.filter(({ stage }) => stage === name);
  const runs = context.stageRuns.filter((run) => run.stage === name);
  if (!troubled(context, name)) {
    const judged = owed.length > 0 || context.evidence.some((piece) => piece.stage === name && piece.kind !== 'gap');
    return judged ? [] : [nothing(name, runs)];
  }
  const open = owed.filter((piece) => whyMissing(piece, context.evidence));
  if (explained(context, name, open) && runs.every(({ status }) => status === 'skipped' || status === 'completed')) return [];
  const bad = runs.find(({ status }) => status !== 'completed');
  // One Ctrl-C is one finding: it says what every stage left open.
  if (stopped(context) && (!bad || bad.status === 'interrupted')) return [];
  const how = bad ? `${STATUS[bad.status]}${bad.because ? `: ${bad.because}` : ''}` : 'never started';
  const left =
    open.length > 0
      ? ` Left open: ${atMost(
          open.map(({ what }) => what),
          8,
        )}.`
      : '';
  const waits = !bad || bad.status === 'skipped' ? stackGroup(context.evidence) : undefined;
  return [
    draft('GAT-05', {
      stage: name,
      subject: `stage ${name}`,
      title: `stage ${name} ${bad ? STATUS[bad.status] : 'never started'}`,
      result: notTested(`stage ${name} ${how}`),
      summary: `Stage ${name} is planned, but ${how}.${left}`,
      evidence: [bad ? stageRef(bad) : { id: 'plan.json', shows: `plans stage ${name}; the run holds no trace of it` }],
      measured: how,
      expected: 'completed',
      group: waits,
      owed: true,
    }),
  ];
}

/** A gap for every piece that a skipped stage left open says it better; a budget's gap does not, because it may not block. */
function explained({ evidence }: Context, name: StageName, open: readonly Owed[]): boolean {
  const gaps = ofKind(evidence, 'gap');
  const told = new Set(gaps.flatMap(({ reason, owed }) => (reason === 'budget' ? [] : owed)));
  // A stage without its stack may still have looked at all that needs none: its gap blocks, and says why it was skipped.
  if (open.length === 0) return gaps.some(({ stage, reason }) => stage === name && reason === 'stack-not-ready');
  return open.every(({ id }) => told.has(id));
}

const STATUS: Record<StageRun['status'], string> = {
  completed: 'completed',
  timedout: 'did not end in its time',
  interrupted: 'was interrupted',
  crashed: 'crashed',
  skipped: 'was skipped',
};

function nothing(name: StageName, runs: readonly StageRun[]): Drafted {
  return draft('GAT-07', {
    stage: name,
    subject: `stage ${name}`,
    title: `stage ${name} has nothing to judge`,
    result: notTested(`stage ${name} ran nothing that could be judged`),
    summary: `Stage ${name} is planned but owes no evidence, and none arrived: a stage that proves nothing is not a pass.`,
    evidence: runs
      .map(stageRef)
      .concat({ id: 'plan.json', shows: `stage ${name} owes nothing` })
      .slice(0, 1),
    measured: '0 pieces of evidence',
    expected: 'at least 1',
    owed: true,
  });
}

/** A stage that was asked to last and was cut to fit the budget (TST-21; of chaos, CHA-11). */
function exposure(context: Context, { name, askedMs }: PlannedStage): Drafted[] {
  if (troubled(context, name)) return [];
  const [run] = context.stageRuns.filter(({ stage }) => stage === name);
  const asked = run?.askedMs ?? askedMs;
  // 5 % are left for the ends of a stage, where nothing new is started.
  if (!run || asked === undefined || run.durationMs >= asked * 0.95) return [];
  const [ran, wanted] = [formatDuration(run.durationMs), formatDuration(asked)];
  const cut = run.durationMs >= (run.grantedMs ?? 0) * 0.95;
  const because = cut
    ? `the ${context.run.budget} budget let ${name} run ${ran} of the ${wanted} it asks for`
    : `${name} asks for ${wanted}, and all that it does was done after ${ran}`;
  return [
    draft(name === 'chaos' ? 'CHA-11' : 'TST-21', {
      stage: name,
      subject: `stage ${name}`,
      title: `${name} ran ${ran} of ${wanted}`,
      result: notTested(because, 'budget'),
      summary: `${name} asks for ${wanted} and ran ${ran} under the ${context.run.budget} budget${cut ? '' : ': nothing more of it was there to be done'}. What only shows after longer was not looked at.`,
      evidence: [stageRef(run)],
      measured: ran,
      expected: wanted,
      repro: ['run', '--stage', name, '--budget', 'release'],
      owed: true,
    }),
  ];
}

/** The run as a whole came to its end. */
function activity(context: Context): Drafted[] {
  const { run, plan } = context;
  if (run.ended !== 'interrupted' && run.ended !== 'crashed') return [];
  const open = plan.owed.filter((piece) => whyMissing(piece, context.evidence));
  const left =
    open.length > 0
      ? ` Left open: ${atMost(
          open.map(({ what }) => what),
          8,
        )}.`
      : '';
  return [
    draft('GAT-05', {
      stage: (plan.stages.find(({ name }) => troubled(context, name)) ?? plan.stages.at(-1))?.name ?? 'audit',
      subject: 'run',
      title: `the run ${run.ended === 'interrupted' ? 'was interrupted' : 'crashed'}`,
      result: notTested(`the run ${run.ended === 'interrupted' ? 'was interrupted' : 'crashed'}`),
      summary: `The run did not come to its end: this report holds what was known by then.${left}`,
      evidence: [{ id: 'run.json', shows: `ended: ${run.ended}` }],
      measured: run.ended,
      expected: 'completed',
      fix: 'Run again; nothing has to be changed unless it stops at the same place.',
      repro: ['run'],
      owed: true,
    }),
  ];
}

/** A plan that owes nothing, or that answers nothing of what was asked for with `--only`, cannot pass. */
function vacuous(context: Context): Drafted[] {
  const { plan } = context;
  if (plan.owed.length > 0 && plan.stages.length > 0) return nothingApplies(context);
  return [
    draft('GAT-07', {
      stage: plan.stages[0]?.name ?? 'audit',
      subject: 'plan',
      title: 'the plan owes no evidence at all',
      result: notTested('the plan owes no evidence, so nothing was judged'),
      summary: `The plan has ${plan.stages.length} stages and owes ${plan.owed.length} pieces of evidence. Nothing judged is unknown, never a pass.`,
      evidence: [{ id: 'plan.json', shows: `stages: ${plan.stages.length}, owed: ${plan.owed.length}` }],
      measured: `${plan.owed.length} pieces owed`,
      expected: 'at least 1',
      repro: ['plan'],
      owed: true,
    }),
  ];
}

/** All that arrived says that its subject does not exist here: true, and yet nothing was looked at. */
function nothingApplies({ plan, evidence }: Context): Drafted[] {
  const arrived = evidence.filter(({ kind }) => kind !== 'gap');
  const [first] = arrived;
  if (!first || arrived.some((piece) => piece.kind !== 'facts' || piece.notApplicable === undefined)) return [];
  return [
    draft('GAT-07', {
      stage: plan.stages[0]?.name ?? 'audit',
      subject: 'evidence',
      title: 'nothing that was asked for applies here',
      result: notTested('every row that was looked at is not applicable here, so nothing was judged'),
      summary: 'Every row that was looked at has no subject in this repository or stack. Nothing judged is unknown, never a pass.',
      evidence: arrived.slice(0, 5).map(({ id }) => ({ id, shows: 'not applicable' })),
      measured: 'nothing judged',
      expected: 'at least one row, test or journey that applies',
      fix: 'Plan at least one stage, journey or check whose subject exists here, or name the stack that the checks are about.',
      repro: ['plan'],
      owed: true,
    }),
  ];
}

function stageRef(run: StageRun): EvidenceRef {
  return {
    id: `stages/${run.stage}`,
    shows: `${run.status} after ${formatDuration(run.durationMs)}${run.because ? `: ${run.because}` : ''}`,
  };
}
