import { atMost, counted, quoted } from '../../lib/text.ts';
import type { CoverageGate } from '../../model/plan.ts';
import { formatRatio } from '../../model/units.ts';
import type { Drafted } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { places, proof, ranges, ratioOf, type Coverage } from './coverage-text.ts';

const LISTED = 25;

/** The lines of the change. A gate on them that could not be measured is open, never passed over. */
export function changedLines(piece: Coverage, { changed: required }: CoverageGate): Drafted[] {
  if (required === undefined) return [];
  return piece.changed
    ? [...measured(piece, piece.changed, required), ...unlisted(piece, piece.changed, required)]
    : [unknownBase(piece, required)];
}

type Changed = NonNullable<Coverage['changed']>;

function measured(piece: Coverage, changed: Changed, required: number): Drafted[] {
  // A new file that no test loads is in no report, and is the very thing that this gate is for.
  const unloaded = changed.neverLoaded ?? [];
  const lines = { covered: changed.lines.covered, total: changed.lines.total + unloaded.reduce((all, file) => all + file.lines, 0) };
  if (lines.total === 0 || ratioOf(lines) >= required) return [];
  const bad = changed.files.filter(({ uncovered }) => uncovered.length > 0);
  const told = [
    ...bad.map((file) => ({ ...file, how: ranges(file.uncovered) })),
    ...unloaded.map((file) => ({ ...file, how: `${ranges(file.uncovered)}; no test loads the file (its lines are estimated)` })),
  ];
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject: subjectOf(piece),
      title: `${formatRatio(ratioOf(lines))} of changed lines covered, ${formatRatio(required)} asked`,
      summary: [
        `${lines.covered} of ${counted(lines.total, 'changed line')} are covered. Never ran:`,
        ...told.slice(0, LISTED).map(({ path, how }) => `- ${quoted(path)}: ${how}`),
        told.length > LISTED ? `and ${told.length - LISTED} more files.` : '',
      ]
        .filter(Boolean)
        .join('\n'),
      evidence: proof(piece),
      measured: `${formatRatio(ratioOf(lines))} of changed lines`,
      expected: `>= ${formatRatio(required)} of changed lines`,
      fix: 'Test the changed lines listed here; lower `coverage.changed` only if the old number was wrong.',
      locations: told.flatMap((file) => places(file).slice(0, 3)),
    }),
  ];
}

function unlisted(piece: Coverage, { unlisted: files = [] }: Changed, required: number): Drafted[] {
  if (files.length === 0) return [];
  const why = `the report only tells totals of ${counted(files.length, 'changed file')}, so nobody knows whether their changed lines ran`;
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject: `${subjectOf(piece)}, by totals alone`,
      title: 'nobody knows whether the changed lines ran',
      result: notTested(why),
      summary: `${formatRatio(required)} of the changed lines must be covered, but ${why}: ${atMost(files.map(quoted), 12)}.`,
      evidence: proof(piece),
      measured: 'totals, no lines',
      expected: `>= ${formatRatio(required)} of changed lines`,
      fix: 'Write a report with lines (lcov, Cobertura, JaCoCo, a Go profile) instead of a summary, or leave `coverage.changed` out.',
      owed: true,
    }),
  ];
}

function unknownBase(piece: Coverage, required: number): Drafted {
  return draft('TST-06', {
    stage: piece.stage,
    subject: subjectOf(piece),
    title: 'nobody knows which lines the change touches',
    result: notTested('the commit that the change starts from is not in this clone, so its lines are unknown'),
    summary: `${formatRatio(required)} of the changed lines must be covered, but the base commit is not in this clone.`,
    evidence: proof(piece),
    measured: 'changed lines unknown',
    expected: `>= ${formatRatio(required)} of changed lines`,
    fix: 'In CI, check out with history (`fetch-depth: 0`); elsewhere fetch the base branch (origin/HEAD, origin/main, origin/master, main and master are tried); or leave `coverage.changed` out.',
    owed: true,
  });
}

function subjectOf(piece: Coverage): string {
  return `changed lines in the coverage of ${piece.command}`;
}
