import { counted, grouped, quoted } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import { LEARNING_ROW, NEEDS_REAL_MODEL, rowOf, type PlannedEvaluation } from '../../model/evaluation.ts';
import { formatLimit, keeps } from '../../model/limit.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { NotLooked } from '../../model/report-v1.ts';
import { formatRatio } from '../../model/units.ts';
import type { Context, Drafted, JudgeRule, Measured } from '../context.ts';
import { draft, type DraftParts } from '../draft.ts';
import type { Scored } from './answered.ts';
import { mixedUp } from './confusion.ts';
import { scored } from './score.ts';

const NAMED = 5;

/** Cases with what is right for each: so many of them were answered right. */
export const evaluations: JudgeRule = {
  name: 'evaluations',
  judge: (context) => {
    const found = context.plan.stages.flatMap((stage) =>
      (stage.evaluations ?? []).flatMap((evaluation) => outcomesOf(context, stage, evaluation)),
    );
    return {
      drafts: [...found.flatMap((outcome) => judged(context, outcome)), ...undeclared(found)],
      notApplicable: found.flatMap(byStub),
      measured: linesOf(found),
    };
  },
};

interface Outcome {
  readonly stage: PlannedStage;
  readonly evaluation: PlannedEvaluation;
  readonly piece: EvidenceOf<'evaluation'>;
  readonly first: readonly Scored[];
  readonly second: readonly Scored[] | undefined;
}

/** What never arrived is a gap, and told as such. */
function outcomesOf({ evidence }: Context, stage: PlannedStage, evaluation: PlannedEvaluation): Outcome[] {
  return ofKind(evidence, 'evaluation')
    .filter((piece) => piece.stage === stage.name && piece.evaluation === evaluation.name)
    .flatMap((piece) => {
      const [one, other] = piece.passes;
      if (one === undefined || one.cases.length === 0) return [];
      const first = scored(evaluation.score, one, other);
      const second = evaluation.learn && other ? scored(evaluation.score, other, one) : undefined;
      return [{ stage, evaluation, piece, first, second }];
    });
}

function judged(context: Context, outcome: Outcome): Drafted[] {
  return [...enough(context, outcome), ...better(context, outcome)];
}

/** Is the share of right cases what is asked? After learning, it is the second pass that must be so good. */
function enough(context: Context, outcome: Outcome): Drafted[] {
  const { evaluation } = outcome;
  const cases = outcome.second ?? outcome.first;
  if (keeps(shareOf(cases), evaluation.limit)) return [];
  const wrong = cases.filter(({ right }) => !right);
  const shown = `${rightOf(cases)} right, ${formatRatio(shareOf(cases))}`;
  const asked = `${formatLimit(evaluation.limit)} asked`;
  return [
    draft(rowOf(evaluation), {
      ...common(context, outcome, rowOf(evaluation)),
      title: `${evaluation.name}: ${rightOf(cases)} right, ${asked}`,
      summary: `Of ${counted(cases.length, 'case')} of ${evaluation.name}, ${shown}; ${asked}.${listOf(evaluation, wrong)}`,
      measured: shown,
      expected: formatLimit(evaluation.limit),
    }),
  ];
}

function listOf({ score }: PlannedEvaluation, wrong: readonly Scored[]): string {
  const lines = wrong.slice(0, NAMED).map(({ name, measured, expected }) => `- ${quoted(name)}: ${measured}; ${expected} asked`);
  const more = wrong.length > lines.length ? [`- and ${counted(wrong.length - lines.length, 'case')} more`] : [];
  const pairs = score.kind === 'choice' && wrong.length > 1 ? ['', 'Mixed up:', ...mixedUp(wrong)] : [];
  return lines.length === 0 ? '' : `\n${[...lines, ...more, ...pairs].join('\n')}`;
}

/** What was right before anything was learned cannot become better. */
function better(context: Context, outcome: Outcome): Drafted[] {
  const { evaluation, first, second } = outcome;
  if (evaluation.learn === undefined || second === undefined) return [];
  const [before, after] = [shareOf(first), shareOf(second)];
  if (after - before > evaluation.learn.by || (before === 1 && after === 1)) return [];
  const shown = `${rightOf(first)} right before, ${rightOf(second)} after`;
  const asked = evaluation.learn.by === 0 ? 'more right than before' : `more than ${formatRatio(evaluation.learn.by)} better`;
  return [
    draft(LEARNING_ROW, {
      ...common(context, outcome, LEARNING_ROW),
      title: `${evaluation.name}: ${shown} it learned`,
      summary: `The same ${counted(first.length, 'case')} were asked before and after learning: ${shown}; ${asked} is asked.${listOf(
        evaluation,
        second.filter(({ right }) => !right),
      )}`,
      measured: shown,
      expected: asked,
    }),
  ];
}

/** Rows about answers say nothing unless it is known who answered. Said once. */
function undeclared(outcomes: readonly Outcome[]): Drafted[] {
  const [one] = outcomes.filter(({ evaluation }) => evaluation.model === undefined && aboutAnswers(evaluation).length > 0);
  if (one === undefined) return [];
  return [
    draft('AGT-26', {
      stage: one.stage.name,
      subject: 'model',
      summary: `${one.evaluation.name} scores what a language model answers, and the configuration does not say whether a real one is behind the system or a stub.`,
      evidence: [{ id: one.piece.id, shows: counted(one.first.length, 'case') }],
      measured: 'not said',
      expected: '`model: real` or `model: stub`',
      repro: ['plan'],
    }),
  ];
}

/** A stub's good answers clear no row about answers; its bad ones are findings all the same. */
function byStub({ evaluation, first, second }: Outcome): NotLooked[] {
  if (evaluation.model !== 'stub' || !keeps(shareOf(second ?? first), evaluation.limit)) return [];
  return aboutAnswers(evaluation).map((code) => ({
    code,
    what: `evaluation ${evaluation.name}`,
    because: 'a stub answered (`model: stub`): that its answers are right shows nothing of a real model',
    blocks: false,
  }));
}

function aboutAnswers(evaluation: PlannedEvaluation): string[] {
  return [...new Set([rowOf(evaluation), ...evaluation.rows])].filter((row) => NEEDS_REAL_MODEL.includes(row));
}

/** One line for all evaluations of a stage. */
function linesOf(outcomes: readonly Outcome[]): Measured[] {
  return [...Map.groupBy(outcomes, ({ stage }) => stage.name)].map(([stage, own]) => {
    const cases = own.flatMap(({ first, second }) => second ?? first);
    return { stage, text: `${counted(own.length, 'evaluation')}, ${rightOf(cases)} cases right` };
  });
}

function common(
  { plan }: Context,
  { stage, evaluation, piece, first }: Outcome,
  code: string,
): Pick<DraftParts, 'stage' | 'subject' | 'evidence' | 'repro'> {
  return {
    stage: stage.name,
    subject: `evaluation ${evaluation.name}`,
    evidence: [
      { id: piece.id, shows: `${counted(first.length, 'case')}${evaluation.cases === undefined ? '' : ` of ${evaluation.cases}`}` },
    ],
    repro: ['run', '--only', code, '--seed', String(plan.seed)],
  };
}

function rightOf(cases: readonly Scored[]): string {
  return `${grouped(cases.filter(({ right }) => right).length)} of ${grouped(cases.length)}`;
}

function shareOf(cases: readonly Scored[]): number {
  return cases.filter(({ right }) => right).length / cases.length;
}
