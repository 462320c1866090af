import { counted } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { Journey } from '../../model/journey.ts';
import { formatLimit, keeps } from '../../model/limit.ts';
import type { PlannedStage } from '../../model/plan.ts';
import { formatRatio } from '../../model/units.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';

type Saves = NonNullable<Journey['saves']>;

/** A journey takes so many tokens less than another one to the same end; both are measured. */
export const saving: JudgeRule = {
  name: 'saving',
  judge: (context) => ({
    drafts: context.plan.stages.flatMap((stage) =>
      context.plan.journeys.flatMap(({ name, saves }) =>
        saves && stage.journeys.includes(name) ? savedBy(context, { stage, name, saves }) : [],
      ),
    ),
  }),
};

function savedBy(context: Context, { stage, name, saves }: { stage: PlannedStage; name: string; saves: Saves }): Drafted[] {
  const [own, other] = [lastWalk(context, stage, name), lastWalk(context, stage, saves.against)];
  // What was never walked, or broke, is told by itself.
  if (own?.outcome !== 'passed' || other?.outcome !== 'passed') return [];
  const [tokens, against] = [own.totals.tokens, other.totals.tokens];
  const subject = `journey ${name} against ${saves.against}`;
  const parts = { stage: stage.name, subject, repro: ['run', '--only', 'AGT-05', '--seed', String(context.plan.seed)] };
  if (tokens === undefined || against === undefined || against === 0) {
    const because =
      against === 0 ? `${saves.against} answers with nothing` : `the tokens of ${name} and ${saves.against} were not both counted`;
    return [
      draft('AGT-05', {
        ...parts,
        result: notTested(because),
        owed: true,
        summary: `${because}.`,
        evidence: [{ id: own.id, shows: because }],
        measured: 'not counted',
        expected: formatLimit(saves.limit),
      }),
    ];
  }
  const saved = 1 - tokens / against;
  if (keeps(saved, saves.limit)) return [];
  const less = saved < 0 ? `${formatRatio(-saved)} more` : `${formatRatio(saved)} saved`;
  return [
    draft('AGT-05', {
      ...parts,
      title: `journey ${name}: ${less} against ${saves.against}, ${formatLimit(saves.limit)} asked`,
      summary: `${name} answers with ${counted(tokens, 'token')}, ${saves.against} with ${counted(against, 'token')}: ${less}; ${formatLimit(saves.limit)} is asked. Counted with ${own.totals.tokenizer ?? 'a tokenizer that is not named'}.`,
      evidence: [own, other].map(({ id, journey, totals }) => ({ id, shows: `${journey}: ${counted(totals.tokens ?? 0, 'token')}` })),
      measured: less,
      expected: formatLimit(saves.limit),
    }),
  ];
}

function lastWalk({ evidence }: Context, { name: stage }: PlannedStage, journey: string): EvidenceOf<'journey'> | undefined {
  return ofKind(evidence, 'journey')
    .filter((piece) => piece.stage === stage && piece.journey === journey)
    .toSorted((one, other) => one.attempt - other.attempt)
    .at(-1);
}
