import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import { errorMessage } from '../../model/errors.ts';
import { ruleOf } from '../../model/rules.ts';
import type { NotLooked } from '../../model/report-v1.ts';
import type { RowJudge, RowResult } from '../../model/row-judge.ts';
import { unlessCrashed, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';

type Facts = EvidenceOf<'facts'>;

/** Rows of the catalogue: their own pure judges over the facts that their checks collected. */
export const rows: JudgeRule = {
  name: 'rows',
  judge: (context) => {
    const rulings = ofKind(context.evidence, 'facts').map((piece) => judgeFacts(context, piece));
    return { drafts: rulings.flatMap(({ drafts }) => drafts), notApplicable: rulings.flatMap(({ notApplicable }) => notApplicable) };
  },
};

interface RowRuling {
  readonly drafts: readonly Drafted[];
  readonly notApplicable: readonly NotLooked[];
}

function judgeFacts(context: Context, piece: Facts): RowRuling {
  const row = context.rowJudges.find(({ code }) => code === piece.check);
  if (piece.notApplicable !== undefined) {
    const what = (row?.rule ?? ruleOf(piece.check)).title;
    return { drafts: [], notApplicable: [{ code: piece.check, what, because: piece.notApplicable, blocks: false }] };
  }
  if (!row) return unjudged(piece, `no judge of this version knows ${piece.check}`);
  const parsed = row.facts.safeParse(piece.facts);
  if (!parsed.success)
    return unjudged(
      piece,
      `the facts of ${piece.check} do not have the shape that its judge knows: ${parsed.error.issues[0]?.message ?? 'unknown'}`,
    );
  const outcome = unlessCrashed(() => row.evaluate(parsed.data));
  if ('crash' in outcome) return unjudged(piece, `the judge of ${piece.check} crashed: ${errorMessage(outcome.crash)}`);
  const results = outcome.value;
  // A row that says nothing about nobody has not been looked at: it should say not_applicable.
  if (results.length === 0) return unjudged(piece, `${piece.check} judged no subject`);
  return {
    drafts: results
      .filter(({ result }) => result.verdict !== 'refuted' && result.verdict !== 'not_applicable')
      .map((result) => fromRow(context, piece, { row, result })),
    notApplicable: results.flatMap(({ result, subject }) =>
      result.verdict === 'not_applicable' ? [{ code: piece.check, what: subject, because: result.because, blocks: false }] : [],
    ),
  };
}

function fromRow({ plan }: Context, piece: Facts, { row, result }: { row: RowJudge; result: RowResult }): Drafted {
  const rule = row.rule ?? ruleOf(row.code);
  return draft(row.code, {
    stage: piece.stage,
    subject: result.subject,
    title: rule.title,
    rule,
    result: result.result,
    summary: result.summary,
    evidence: [
      { id: piece.id, shows: `${result.subject}: ${result.measured}` },
      ...piece.sources.slice(0, 5).map(({ file }) => ({ id: piece.id, shows: file })),
    ],
    measured: result.measured,
    expected: result.expected,
    locations: result.locations ?? [],
    ...(result.priority === undefined ? {} : { priority: result.priority }),
    ...(result.fix === undefined ? {} : { fix: result.fix }),
    repro: ['run', '--only', row.code, '--seed', String(plan.seed)],
    owed: owes(plan, piece),
  });
}

function unjudged(piece: Facts, because: string): RowRuling {
  const finding = draft('GAT-08', {
    stage: piece.stage,
    subject: `row ${piece.check}`,
    title: `${piece.check} could not be judged`,
    result: { verdict: 'inconclusive', because },
    summary: `${because}.`,
    evidence: [{ id: piece.id, shows: `facts of ${piece.check}` }],
    measured: because,
    expected: 'a judgement of every row that is owed',
    repro: ['run', '--only', piece.check],
    owed: true,
  });
  return { drafts: [finding], notApplicable: [] };
}

function owes(plan: Context['plan'], piece: Facts): boolean {
  return plan.owed.some(
    ({ id, kind, stage, name, rows: codes }) =>
      id === piece.id || (kind === 'facts' && stage === piece.stage && name === piece.check) || codes.includes(piece.check),
  );
}
