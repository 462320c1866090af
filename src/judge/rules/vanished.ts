import { counted, cut, grouped, quoted } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { StageName } from '../../model/stage.ts';
import { openTests, whyBaseIsBlind } from '../against.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';

const LISTED = 25;

/** Tests of the base branch that are not here any more (TST-23). Claimed only when both runs looked. */
export const vanished: JudgeRule = {
  name: 'vanished',
  judge: (context) => ({ drafts: [...doubted(context), ...context.plan.stages.flatMap(({ name }) => ofStage(context, name))] }),
};

/** It is used all the same: what is compared with the wrong run is told, not hidden. */
function doubted({ baseline, plan }: Context): Drafted[] {
  if (baseline?.doubt === undefined) return [];
  return [
    draft('GAT-04', {
      stage: plan.stages[0]?.name ?? 'audit',
      subject: 'baseline',
      title: 'the baseline may be of something else',
      summary: `What is new, known, vanished or covered less is told against a run that may not be of the base branch: ${baseline.doubt}.`,
      evidence: [{ id: 'baseline', shows: `${baseline.sha.slice(0, 12)} of ${baseline.at}: ${baseline.doubt}` }],
      measured: baseline.doubt,
      expected: 'a run of the base branch of this repository',
      fix: 'Keep the `baseline.json` of a run of the base branch of this repository, and name that one.',
      priority: ['P2', 'de-escalate:baseline-in-use'],
      repro: ['judge', 'latest'],
    }),
  ];
}

function ofStage(context: Context, stage: StageName): Drafted[] {
  const { baseline, evidence, plan, against } = context;
  const pieces = ofKind(evidence, 'tests').filter((piece) => piece.stage === stage);
  const [first] = pieces;
  if (!baseline || !first || plan.only.length > 0 || whyBaseIsBlind(baseline, stage) || openTests(context, stage)) return [];
  const before = baseline.tests[stage] ?? 0;
  const now = pieces.reduce((sum, { counts }) => sum + counts.tests, 0);
  const compared = against?.stages.find((one) => one.stage === stage);
  const gone = compared?.vanished ?? 0;
  const collapsed = before - now >= 5 && now < before * 0.8;
  if (collapsed) return [collapse(context, { stage, first, before, now, gone })];
  return gone > 0 ? [few(context, { stage, first, before, now, gone })] : [];
}

interface Counts {
  readonly stage: StageName;
  readonly first: EvidenceOf<'tests'>;
  readonly before: number;
  readonly now: number;
  /** Named tests that are gone; zero when nobody knows the names. */
  readonly gone: number;
}

/** Far fewer tests: a filter, a glob or a crash ate them. */
function collapse(context: Context, counts: Counts): Drafted {
  const { stage, first, before, now } = counts;
  return draft('TST-23', {
    stage,
    subject: `stage ${stage}`,
    title: `${stage} ran ${counted(now, 'test')}; the base branch has ${grouped(before)}`,
    summary: [
      `${stage} ran ${counted(now, 'distinct test')}, ${grouped(before - now)} fewer than the base branch (${grouped(before)} at ${context.baseline?.sha.slice(0, 7)}).`,
      ...goneLines(context, counts),
    ].join('\n'),
    evidence: [{ id: first.id, shows: `${now} distinct tests` }],
    measured: grouped(now),
    expected: `>= ${grouped(Math.ceil(before * 0.8))}`,
  });
}

/** A few tests that are gone are often meant: said by name, and advice. */
function few(context: Context, counts: Counts): Drafted {
  const { stage, first, before, now, gone } = counts;
  return draft('TST-23', {
    stage,
    subject: `tests of ${stage}`,
    title: `${counted(gone, 'test')} of the base branch ${gone === 1 ? 'is' : 'are'} gone from ${stage}`,
    summary: [
      `${stage} ran ${counted(now, 'distinct test')}, the base branch ${grouped(before)} (at ${context.baseline?.sha.slice(0, 7)}). Tests that only moved to another file are not counted.`,
      ...goneLines(context, counts),
    ].join('\n'),
    evidence: [{ id: first.id, shows: `${now} distinct tests` }],
    measured: `${grouped(gone)} gone`,
    expected: 'every test of the base branch, or a reason to remove it',
    fix: 'Nothing, where they were removed or renamed on purpose; otherwise look for a filter, a glob or a file that is not loaded any more.',
    priority: ['P3', 'de-escalate:no-collapse'],
  });
}

function goneLines({ against }: Context, { stage, gone }: Counts): string[] {
  const names = (against?.tests ?? []).filter((test) => test.stage === stage && test.change === 'vanished').slice(0, LISTED);
  if (names.length === 0) return [];
  const rest = gone - names.length;
  return [
    'Gone:',
    ...names.map(({ test, path }) => `- ${quoted(cut(test, 160))}${path === undefined ? '' : ` (${cut(path, 160)})`}`),
    ...(rest > 0 ? [`and ${grouped(rest)} more.`] : []),
  ];
}
