import { posix } from 'node:path';

import { atMost, counted, quoted } from '../../lib/text.ts';
import type { FileCoverage, LineRange, Ratio } from '../../model/coverage.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { CoverageGate } from '../../model/plan.ts';
import type { Location } from '../../model/source.ts';
import { formatRatio } from '../../model/units.ts';
import { byKey, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';

type Coverage = EvidenceOf<'coverage'>;

const SINGLE = 10;

/** Coverage against the gate of its command: total, critical paths, packages. */
export const coverage: JudgeRule = {
  name: 'coverage',
  judge: ({ plan, evidence }) => ({
    drafts: plan.stages.flatMap((stage) =>
      stage.commands.flatMap(({ name, coverage: gate }) => {
        const pieces = ofKind(evidence, 'coverage').filter(
          (piece) => piece.stage === stage.name && piece.command === name && piece.lines.total > 0,
        );
        return gate
          ? pieces.flatMap((piece) => [
              ...total(piece, gate),
              ...changedLines(piece, gate),
              ...critical(piece, gate),
              ...packages(piece, gate),
            ])
          : [];
      }),
    ),
  }),
};

function total(piece: Coverage, { min }: CoverageGate): Drafted[] {
  const ratio = ratioOf(piece.lines);
  if (ratio >= min) return [];
  const worst = [...piece.files]
    .sort((a, b) => missing(b) - missing(a))
    .slice(0, 5)
    .filter((file) => missing(file) > 0);
  const needed = Math.ceil(min * piece.lines.total) - piece.lines.covered;
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject: `coverage of ${piece.command}`,
      title: `${formatRatio(ratio)} of lines covered, ${formatRatio(min)} asked`,
      summary: [
        `${piece.lines.covered} of ${counted(piece.lines.total, 'line')} are covered; ${counted(needed, 'more line')} would reach ${formatRatio(min)}.`,
        ...worst.map((file) => `- ${quoted(file.path)}: ${counted(missing(file), 'uncovered line')} (${ranges(file.uncovered)})`),
      ].join('\n'),
      evidence: proof(piece),
      measured: formatRatio(ratio),
      expected: `>= ${formatRatio(min)}`,
    }),
  ];
}

/** The lines of the change. A gate on them that could not be measured is open, never passed over. */
function changedLines(piece: Coverage, { changed: required }: CoverageGate): Drafted[] {
  if (required === undefined) return [];
  const subject = `changed lines in the coverage of ${piece.command}`;
  if (!piece.changed) {
    return [
      draft('TST-06', {
        stage: piece.stage,
        subject,
        title: 'nobody knows which lines the change touches',
        result: notTested('the commit that the change starts from is not in this clone, so its lines are unknown'),
        summary: `${formatRatio(required)} of the changed lines must be covered, but the base commit is not in this clone.`,
        evidence: proof(piece),
        measured: 'changed lines unknown',
        expected: `>= ${formatRatio(required)} of changed lines`,
        fix: 'In CI, check out with history (`fetch-depth: 0`); elsewhere fetch the base branch (origin/HEAD, origin/main, origin/master, main and master are tried); or leave `coverage.changed` out.',
        owed: true,
      }),
    ];
  }
  const { lines, files } = piece.changed;
  if (lines.total === 0 || ratioOf(lines) >= required) return [];
  const bad = files.filter(({ uncovered }) => uncovered.length > 0);
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject,
      title: `${formatRatio(ratioOf(lines))} of changed lines covered, ${formatRatio(required)} asked`,
      summary: [
        `${lines.covered} of ${counted(lines.total, 'changed line')} are covered. Never ran:`,
        ...bad.slice(0, 25).map((file) => `- ${quoted(file.path)}: ${ranges(file.uncovered)}`),
        bad.length > 25 ? `and ${bad.length - 25} more files.` : '',
      ]
        .filter(Boolean)
        .join('\n'),
      evidence: proof(piece),
      measured: `${formatRatio(ratioOf(lines))} of changed lines`,
      expected: `>= ${formatRatio(required)} of changed lines`,
      fix: 'Test the changed lines listed here; lower `coverage.changed` only if the old number was wrong.',
      locations: bad.flatMap((file) => places(file).slice(0, 3)),
    }),
  ];
}

function critical(piece: Coverage, gate: CoverageGate): Drafted[] {
  return Object.entries(gate.critical).flatMap(([glob, required]) => {
    const files = piece.files.filter(({ path }) => posix.matchesGlob(path, glob));
    if (!files.some(({ lines }) => lines.total > 0)) return [unseen(piece, glob, files.length)];
    const bad = files.filter(({ lines, uncovered }) => (lines.total > 0 ? ratioOf(lines) < required : uncovered.length > 0));
    if (bad.length > SINGLE) return [manyFiles(piece, { code: 'TST-07', what: glob, required, files: bad })];
    return bad.map((file) => criticalFile(piece, file, required));
  });
}

function criticalFile(piece: Coverage, file: FileCoverage, required: number): Drafted {
  return draft('TST-07', {
    stage: piece.stage,
    subject: file.path,
    title: `critical path not covered: ${quoted(file.path)}`,
    summary: `${quoted(file.path)} is critical and ${formatRatio(ratioOf(file.lines))} covered; ${counted(missing(file), 'line')} never ran: ${ranges(file.uncovered)}.`,
    evidence: proof(piece),
    measured: formatRatio(ratioOf(file.lines)),
    expected: formatRatio(required),
    locations: places(file),
  });
}

/** A critical glob that matches nothing is not "all covered". */
function unseen(piece: Coverage, glob: string, matched: number): Drafted {
  const unmapped =
    piece.unmapped.length > 0
      ? ` ${counted(piece.unmapped.length, 'path')} of the report could not be mapped to the repository: ${atMost(piece.unmapped, 5)}.`
      : '';
  const why =
    matched > 0
      ? `the ${matched} files that ${quoted(glob)} matches have no executable lines in the coverage`
      : `${quoted(glob)} matches none of the ${counted(piece.files.length, 'file')} in the coverage`;
  return draft('TST-07', {
    stage: piece.stage,
    subject: `critical ${glob}`,
    title: `critical path not in the coverage: ${quoted(glob)}`,
    result: notTested(why),
    summary: `${why}: code that no test loads is missing from most coverage reports, so this is not a pass.${unmapped}`,
    evidence: proof(piece),
    measured: 'not in the report',
    expected: 'every matching file covered',
    fix: 'Correct the glob under `coverage.critical`, or make the coverage tool report files that no test loads (`--coverage.include`, `--cov`, `-coverpkg=./...`).',
    owed: true,
  });
}

function packages(piece: Coverage, { packages: required }: CoverageGate): Drafted[] {
  if (required === undefined) return [];
  const folders = byKey(
    piece.files.filter(({ lines }) => lines.total > 0),
    ({ path }) => posix.dirname(path),
  );
  const merged = folders.map((files): FileCoverage => ({
    path: posix.dirname(files[0].path),
    lines: sum(files.map(({ lines }) => lines)),
    uncovered: [],
  }));
  const bad = merged.filter(({ lines }) => ratioOf(lines) < required);
  if (bad.length > SINGLE) return [manyFiles(piece, { code: 'TST-08', what: 'packages', required, files: bad })];
  return bad.map((folder) =>
    draft('TST-08', {
      stage: piece.stage,
      subject: folder.path,
      title: `package ${quoted(folder.path)} is ${formatRatio(ratioOf(folder.lines))} covered`,
      summary: `${folder.lines.covered} of ${counted(folder.lines.total, 'line')} of ${quoted(folder.path)} are covered.`,
      evidence: proof(piece),
      measured: formatRatio(ratioOf(folder.lines)),
      expected: `>= ${formatRatio(required)}`,
    }),
  );
}

function manyFiles(
  piece: Coverage,
  { code, what, required, files }: { code: string; what: string; required: number; files: readonly FileCoverage[] },
): Drafted {
  const shown = [...files].sort((a, b) => missing(b) - missing(a)).slice(0, 25);
  return draft(code, {
    stage: piece.stage,
    subject: `coverage of ${piece.command}: ${what}`,
    title: `${files.length} ${code === 'TST-08' ? 'packages' : 'critical files'} under ${formatRatio(required)}`,
    summary: [
      `${files.length} of ${what} are under ${formatRatio(required)}:`,
      ...shown.map(
        (file) =>
          `- ${quoted(file.path)}: ${formatRatio(ratioOf(file.lines))}${file.uncovered.length > 0 ? ` (${ranges(file.uncovered)})` : ''}`,
      ),
      files.length > shown.length ? `and ${files.length - shown.length} more.` : '',
    ]
      .filter(Boolean)
      .join('\n'),
    evidence: proof(piece),
    measured: `${files.length} under`,
    expected: `each >= ${formatRatio(required)}`,
    locations: shown.flatMap((file) => places(file).slice(0, 1)),
    members: { list: files.map(({ path }) => ({ subject: path, path })), complete: true },
  });
}

function proof(piece: Coverage): { id: string; shows: string }[] {
  const [first] = piece.sources;
  return [
    {
      id: piece.id,
      shows: `${first?.file ?? 'coverage'}: ${piece.lines.covered} of ${piece.lines.total} lines in ${counted(piece.files.length, 'file')}`,
    },
  ];
}

function places({ path, uncovered }: Pick<FileCoverage, 'path' | 'uncovered'>): Location[] {
  return uncovered.length === 0 ? [{ path }] : uncovered.slice(0, 10).map(([line, endLine]) => ({ path, line, endLine }));
}

function ranges(uncovered: readonly LineRange[]): string {
  if (uncovered.length === 0) return 'lines not named by the report';
  return atMost(
    uncovered.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)),
    12,
  );
}

function missing({ lines }: FileCoverage): number {
  return lines.total - lines.covered;
}

function ratioOf({ covered, total: all }: Ratio): number {
  return all > 0 ? covered / all : 0;
}

function sum(ratios: readonly Ratio[]): Ratio {
  return { covered: ratios.reduce((all, { covered }) => all + covered, 0), total: ratios.reduce((all, ratio) => all + ratio.total, 0) };
}
