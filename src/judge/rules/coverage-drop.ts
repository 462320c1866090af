import { counted, quoted } from '../../lib/text.ts';
import type { BaselineCoverage } from '../../model/baseline.ts';
import { ofKind } from '../../model/evidence.ts';
import type { PlannedStage } from '../../model/plan.ts';
import { formatRatio } from '../../model/units.ts';
import { stageCoverage } from '../baseline.ts';
import type { Context, Drafted } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { proof, ratioOf, type Coverage } from './coverage-text.ts';

const LISTED = 25;

/** Coverage against the base branch's stored run: in total, and file by file. */
export function drop(context: Context, { name, commands }: PlannedStage): Drafted[] {
  const gate = commands.map(({ coverage }) => coverage?.drop).find((limits) => limits !== undefined);
  const pieces = ofKind(context.evidence, 'coverage').filter(({ stage, lines }) => stage === name && lines.total > 0);
  const [first] = pieces;
  if (!gate || !first) return [];
  const before = context.baseline?.coverage[name];
  if (!before || ratioOf(before.lines) === 0) return [unknownBefore(context, first)];
  const now = stageCoverage(pieces);
  return [
    ...(gate.total === undefined ? [] : inTotal({ context, piece: first, before, now, most: gate.total })),
    ...(gate.files === undefined ? [] : byFile({ context, piece: first, before, now, most: gate.files })),
  ];
}

interface Comparison {
  readonly context: Context;
  readonly piece: Coverage;
  readonly before: BaselineCoverage;
  readonly now: BaselineCoverage;
  /** How far it may fall, as a ratio. */
  readonly most: number;
}

/** Ratios of whole numbers of lines differ in their last digits. */
const ROUNDING = 1e-9;

function inTotal({ context, piece, before, now, most }: Comparison): Drafted[] {
  const [was, is] = [ratioOf(before.lines), ratioOf(now.lines)];
  if (was - is <= most + ROUNDING) return [];
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject: `coverage of ${piece.stage} against the base branch`,
      title: `coverage fell from ${formatRatio(was)} to ${formatRatio(is)}`,
      summary: `${formatRatio(was)} of lines were covered on the base branch (${context.baseline?.sha.slice(0, 7)}), ${formatRatio(is)} are here: ${points(was - is)} less, of at most ${points(most)}.`,
      evidence: proof(piece),
      measured: formatRatio(is),
      expected: `>= ${formatRatio(Math.max(0, was - most))}`,
      fix: 'Test what the change adds: its lines without a test are listed where `coverage.changed` asks for them.',
    }),
  ];
}

function byFile({ context, piece, before, now, most }: Comparison): Drafted[] {
  const fallen = Object.entries(now.files).flatMap(([path, [covered, total]]) => {
    const [coveredBefore, totalBefore] = before.files[path] ?? [0, 0];
    const fell = totalBefore > 0 ? coveredBefore / totalBefore - covered / total : 0;
    // Less covered code is no loss: a file has fallen when more of it is uncovered.
    return fell > most + ROUNDING && total - covered > totalBefore - coveredBefore
      ? [{ path, was: coveredBefore / totalBefore, is: covered / total, fell }]
      : [];
  });
  if (fallen.length === 0) return [];
  const shown = fallen.sort((a, b) => b.fell - a.fell).slice(0, LISTED);
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject: `files of ${piece.stage} against the base branch`,
      title: `${counted(fallen.length, 'file')} covered less than on the base branch`,
      summary: [
        `At most ${points(most)} may be lost in a file, against the base branch (${context.baseline?.sha.slice(0, 7)}):`,
        ...shown.map(({ path, was, is }) => `- ${quoted(path)}: ${formatRatio(was)} → ${formatRatio(is)}`),
        ...(fallen.length > LISTED ? [`and ${fallen.length - LISTED} more.`] : []),
      ].join('\n'),
      evidence: proof(piece),
      measured: `${fallen.length} fell`,
      expected: `none by more than ${points(most)}`,
      fix: 'Test what was added to these files.',
      locations: shown.map(({ path }) => ({ path })),
      members: { list: fallen.map(({ path }) => ({ subject: path, path })), complete: true },
    }),
  ];
}

/** No baseline is said, and blocks a release: the first run of a base branch has none to hold against. */
function unknownBefore({ run, baseline }: Context, piece: Coverage): Drafted {
  const why = baseline ? `the base branch's stored run has no coverage of ${piece.stage}` : 'there is no stored run of the base branch';
  return draft('TST-06', {
    stage: piece.stage,
    subject: `coverage of ${piece.stage} against the base branch`,
    title: 'nobody knows whether coverage fell',
    result: notTested(`\`coverage.drop\` could not be held: ${why}`),
    summary: `Coverage may not fall against the base branch, but ${why}.`,
    evidence: proof(piece),
    measured: 'no coverage to compare with',
    expected: 'coverage of the base branch',
    fix: 'Keep the `baseline.json` of a run of the base branch (the input `baseline`, or `.gauntlet/baseline.json` in the repository).',
    owed: run.budget === 'release',
  });
}

/** `1.5 points`: a difference of two percentages. */
function points(ratio: number): string {
  const value = Math.round(ratio * 1_000) / 10;
  return `${value} ${value === 1 ? 'point' : 'points'}`;
}
