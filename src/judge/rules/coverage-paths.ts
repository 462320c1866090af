import { posix } from 'node:path';

import { atMost, counted, quoted } from '../../lib/text.ts';
import type { FileCoverage } from '../../model/coverage.ts';
import type { CoverageGate } from '../../model/plan.ts';
import { formatRatio } from '../../model/units.ts';
import { byKey, type Drafted } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { missing, places, proof, ranges, ratioOf, sum, type Coverage } from './coverage-text.ts';

const SINGLE = 10;

/** Critical paths (TST-07): every matching file by itself. A file that no test loads is as uncovered as a file can be. */
export function critical(piece: Coverage, gate: CoverageGate): Drafted[] {
  const loaded = new Set(piece.files.map(({ path }) => path));
  const known = [...piece.files, ...neverLoaded(piece).filter(({ path }) => !loaded.has(path))];
  return Object.entries(gate.critical).flatMap(([glob, required]) => {
    const files = known.filter(({ path }) => posix.matchesGlob(path, glob));
    if (!files.some(({ lines }) => lines.total > 0)) return [unseen(piece, glob, files.length)];
    const bad = files.filter(({ lines, uncovered }) => (lines.total > 0 ? ratioOf(lines) < required : uncovered.length > 0));
    if (bad.length > SINGLE) return [manyFiles(piece, { code: 'TST-07', what: glob, required, files: bad })];
    return bad.map((file) => criticalFile(piece, file, { required, loaded: loaded.has(file.path) }));
  });
}

function neverLoaded(piece: Coverage): FileCoverage[] {
  return (piece.neverLoaded?.files ?? []).map(({ path, lines }) => ({ path, lines: { covered: 0, total: lines }, uncovered: [] }));
}

function criticalFile(piece: Coverage, file: FileCoverage, { required, loaded }: { required: number; loaded: boolean }): Drafted {
  const which = loaded ? `${counted(missing(file), 'line')} never ran: ${ranges(file.uncovered, file.omitted)}` : 'no test loads it at all';
  return draft('TST-07', {
    stage: piece.stage,
    subject: file.path,
    title: `critical path not covered: ${quoted(file.path)}`,
    summary: `${quoted(file.path)} is critical and ${formatRatio(ratioOf(file.lines))} covered; ${which}.`,
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
    piece.files.length === 0
      ? `the coverage tells totals and no single file, so nobody knows about ${quoted(glob)}`
      : matched > 0
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

/** Packages (TST-08): every folder of sources by itself. */
export function packages(piece: Coverage, { packages: required }: CoverageGate): Drafted[] {
  if (required === undefined) return [];
  const known = piece.files.filter(({ lines }) => lines.total > 0);
  if (known.length === 0) return [noFiles(piece, required)];
  const folders = byKey(known, ({ path }) => posix.dirname(path));
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

function noFiles(piece: Coverage, required: number): Drafted {
  return draft('TST-08', {
    stage: piece.stage,
    subject: `packages in the coverage of ${piece.command}`,
    title: 'nobody knows which packages are covered',
    result: notTested('the coverage tells totals and no single file, so no package can be judged'),
    summary: `Every package must be ${formatRatio(required)} covered, but the coverage names no file.`,
    evidence: proof(piece),
    measured: 'no files in the report',
    expected: `each >= ${formatRatio(required)}`,
    fix: 'Write a report with files and lines (lcov, Cobertura, JaCoCo, a Go profile) instead of a summary.',
    owed: true,
  });
}
