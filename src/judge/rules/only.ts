import type { Evidence } from '../../model/evidence.ts';
import type { Plan } from '../../model/plan.ts';
import { whyMissing, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { STAGE_ROWS } from './exits.ts';

/** `--only DB-11` passes when DB-11 was looked at and holds, not when nothing in the plan answers it. */
export const only: JudgeRule = {
  name: 'only',
  judge: ({ plan, evidence }) => ({
    drafts: plan.only
      // The gate's own family is about the run itself: whatever ran answers it.
      .filter((code) => !code.startsWith('GAT-') && !answered(plan, evidence, code))
      .map((code) =>
        draft('GAT-07', {
          stage: plan.stages[0]?.name ?? 'audit',
          subject: `only ${code}`,
          title: `nothing in this run answers ${code}`,
          result: notTested(`nothing in this run answers ${code}, which was asked for alone`, 'unsupported'),
          summary: `${code} was asked for alone, but no evidence of this run answers it: nothing judged is unknown, never a pass.`,
          evidence: [{ id: 'plan.json', shows: `only: ${plan.only.join(', ')}` }],
          measured: '0 pieces of evidence',
          expected: `at least 1 for ${code}`,
          fix: `Check the code, and that gauntlet.yml has what it needs: a stage, a journey or a target.`,
          repro: ['run', '--only', code],
          owed: true,
        }),
      ),
  }),
};

function answered(plan: Plan, evidence: readonly Evidence[], code: string): boolean {
  const owed = plan.owed.some(
    (piece) => (piece.rows.includes(code) || (piece.kind === 'fault' && piece.name === code)) && !whyMissing(piece, evidence),
  );
  return owed || evidence.some((piece) => implied(plan, piece).includes(code));
}

/** Rows that a piece of evidence answers by its nature. */
function implied(plan: Plan, piece: Evidence): readonly string[] {
  switch (piece.kind) {
    case 'exit':
      return piece.outcome.ended === 'exit' || piece.outcome.ended === 'signal' ? [STAGE_ROWS[piece.stage]] : [];
    case 'tests':
      return piece.counts.passed + piece.counts.failed + piece.counts.errors > 0 ? [STAGE_ROWS[piece.stage], 'TST-13', 'TST-14'] : [];
    case 'coverage':
      return piece.lines.total > 0 ? ['TST-06'] : [];
    case 'journey':
      return piece.outcome === 'passed' || piece.outcome === 'failed'
        ? ['REL-11', ...(plan.journeys.find(({ name }) => name === piece.journey)?.rows ?? [])]
        : [];
    case 'stack':
      return piece.readiness ? ['CFG-18', 'CFG-09', 'LEAK-12'] : [];
    case 'facts':
      return [piece.check];
    case 'diagnostics':
      return piece.detector?.state === 'on' ? ['CON-01', 'CON-02'] : [];
    case 'series':
    case 'leaks':
    case 'effect':
    case 'comparison':
    case 'rollback':
    case 'watch':
    case 'fault':
    case 'evaluation':
    case 'claims':
    case 'gap':
      return [];
  }
}
