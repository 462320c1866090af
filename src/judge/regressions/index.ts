import { grouped, quoted } from '../../lib/text.ts';
import type { BlockPair, PlannedComparison } from '../../model/comparison.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { FindingVerdict } from '../../model/finding.ts';
import type { PlannedStage } from '../../model/plan.ts';
import { formatRatio } from '../../model/units.ts';
import { byKey, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { CONFIRMED, draft, notTested } from '../draft.ts';
import { compared, type Compared, type Effect } from './effect.ts';
import { cpuAnswer, timeAnswer } from './verdict.ts';

type Comparison = EvidenceOf<'comparison'>;

/** Walks that may go wrong on one side before its times are no times of the journey. */
const MAY_FAIL = 0.05;

/** This branch is not slower than the base branch, and takes no more CPU (LOAD-14). */
export const regressions: JudgeRule = {
  name: 'regressions',
  judge: (context) => {
    const all = context.plan.stages.flatMap((stage) => {
      const pieces = ofKind(context.evidence, 'comparison').filter((piece) => piece.stage === stage.name);
      return stage.compare === undefined ? [] : pieces.map((piece): About => ({ context, stage, piece }));
    });
    return {
      drafts: all.flatMap(judgeComparison),
      measured: all.map(({ stage, piece }) => ({ stage: stage.name, text: inShort(piece) })),
    };
  },
};

/** `chat against base −0.4 % (−1.9 to +1.1 %), A/A +0.3 %` */
function inShort({ against, lives }: Comparison): string {
  if (against.state === 'none') return 'no baseline';
  return byKey(lives, ({ journey }) => journey)
    .map((own) => {
      const { p50, itself } = compared(own.map(({ pairs }) => pairs));
      const same = itself ? `, A/A ${signed(itself.value)}` : '';
      return `${own[0].journey} against base ${p50 ? shown(p50) : 'not known'}${same}`;
    })
    .join(', ');
}

interface About {
  readonly context: Context;
  readonly stage: PlannedStage;
  readonly piece: Comparison;
}

function judgeComparison(about: About): Drafted[] {
  const { piece, stage } = about;
  if (piece.against.state === 'none') return [withoutBase(about, piece.against.why)];
  const lives = byKey(piece.lives, ({ journey }) => journey);
  const missing = (stage.compare?.journeys ?? []).filter((name) => !piece.lives.some(({ journey }) => journey === name));
  return [
    ...missing.map((journey) => open(about, journey, { because: `nothing of ${journey} was measured` })),
    ...lives.flatMap((own) =>
      judgeJourney(
        about,
        own[0].journey,
        own.map(({ pairs }) => pairs),
      ),
    ),
  ];
}

function judgeJourney(about: About, journey: string, lives: readonly (readonly BlockPair[])[]): Drafted[] {
  const { tolerance } = about.stage.compare ?? TOLERANT;
  const wrong = (['base', 'head'] as const).flatMap((side, index) => {
    const blocks = lives.flat().flatMap((pair) => pair[index] ?? []);
    const [walks, failed] = [sum(blocks.map((block) => block.walks)), sum(blocks.map((block) => block.failed))];
    return failed > MAY_FAIL * walks ? [`${grouped(failed)} of ${grouped(walks)} walks went wrong on ${side}`] : [];
  });
  if (wrong.length > 0) return [open(about, journey, { because: wrong.join(', ') })];
  const found = compared(lives);
  const drafts = [...judgeTime(about, journey, { found, tolerance }), ...judgeCpu(about, journey, { found, tolerance })];
  return drafts;
}

const TOLERANT: Pick<PlannedComparison, 'tolerance'> = { tolerance: 0.05 };

interface Found {
  readonly found: Compared;
  readonly tolerance: number;
}

function judgeTime(about: About, journey: string, { found, tolerance }: Found): Drafted[] {
  const answer = timeAnswer(found, tolerance);
  if (answer.state === 'kept') return [];
  if (answer.state === 'open') return [open(about, journey, { because: answer.because, found })];
  return [slower(about, journey, { found, effect: answer.effect, limit: answer.limit, what: 'at p(50)' })];
}

function judgeCpu(about: About, journey: string, { found, tolerance }: Found): Drafted[] {
  const answer = cpuAnswer(found, tolerance);
  if (answer.state !== 'slower') return [];
  return [slower(about, journey, { found, effect: answer.effect, limit: answer.limit, what: 'CPU a walk' })];
}

interface Slower {
  readonly found: Compared;
  readonly effect: Effect;
  readonly what: string;
  readonly limit: number;
}

function slower(about: About, journey: string, { found, effect, what, limit }: Slower): Drafted {
  return finding(about, {
    journey,
    result: CONFIRMED,
    subject: `${journey} ${what}`,
    title: `${journey} takes ${formatRatio(effect.value)} more ${what} than on the base branch`,
    summary: `${quoted(journey)} takes ${shown(effect)} more ${what} than on the base branch (${shaOf(about.piece)}). ${whatElse(found)}`,
    measured: `${shown(effect)} more ${what}`,
    expected: `at most ${formatRatio(limit)} more`,
  });
}

function open(about: About, journey: string, { because, found }: { because: string; found?: Compared }): Drafted {
  return finding(about, {
    journey,
    result: { verdict: 'inconclusive', because },
    subject: `${journey} against base`,
    title: `whether ${journey} became slower is not known`,
    summary: `Whether ${quoted(journey)} is slower than on the base branch (${shaOf(about.piece)}) cannot be said: ${because}. ${found ? whatElse(found) : ''}`,
    measured: because,
    expected: 'a comparison that decides',
    fix: 'Repeat the run on a machine that does nothing else, or give the comparison more starts and pairs (`compare: {restarts: 5, pairs: 16}`).',
  });
}

/** Nothing to compare with is said aloud. It blocks a release, as everything does that nobody looked at. */
function withoutBase(about: About, why: string): Drafted {
  return finding(about, {
    journey: '',
    result: notTested(`no baseline: ${why}`),
    subject: 'no base to compare with',
    title: `no baseline: ${why}`,
    summary: `Whether something became slower was asked, and there is no baseline: ${why}.`,
    measured: 'no baseline',
    expected: 'the base branch, side by side',
    fix: 'Let the checkout hold the commit where the branch left the base (`fetch-depth: 0` of actions/checkout). On the base branch itself there is nothing to compare.',
    owed: about.context.run.budget === 'release' && !why.startsWith('nothing differs'),
  });
}

interface Said {
  readonly journey: string;
  readonly result: FindingVerdict;
  readonly subject: string;
  readonly title: string;
  readonly summary: string;
  readonly measured: string;
  readonly expected: string;
  readonly fix?: string;
  readonly owed?: boolean;
}

function finding({ context: { plan, run }, stage, piece }: About, { journey: _, owed, ...said }: Said): Drafted {
  const pairs = sum(piece.lives.map((life) => life.pairs.length));
  return draft('LOAD-14', {
    stage: stage.name,
    ...said,
    evidence: [{ id: piece.id, shows: pairs === 0 ? said.measured : `${grouped(pairs)} pairs of blocks: ${said.measured}` }],
    repro: ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)],
    owed: owed ?? said.result.verdict === 'inconclusive',
  });
}

/** The medians, the CPU, and what the machine finds where nothing differs. */
function whatElse({ p50, medians, cpu, itself }: Compared): string {
  return [
    `p(50) ${medians.base.toFixed(2)} ms on the base branch, ${medians.head.toFixed(2)} ms here${p50 ? ` (${shown(p50)}, ${grouped(p50.pairs)} quiet pairs)` : ''}.`,
    cpu ? `CPU a walk: ${shown(cpu)}.` : 'CPU could not be seen.',
    itself ? `A/A: the base branch against itself differs by ${shown(itself)}.` : '',
  ]
    .filter(Boolean)
    .join('\n');
}

/** `+10.2 % (+8.1 to +12 %)` */
function shown({ value, low, high }: Effect): string {
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

function signed(ratio: number): string {
  return `${ratio < 0 ? '−' : '+'}${formatRatio(Math.abs(ratio))}`;
}

function shaOf({ against }: Comparison): string {
  return against.state === 'base' ? against.sha.slice(0, 12) : 'unknown';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
