import type { FileCoverage, LineRange, Ratio } from '../model/coverage.ts';
import type { CoverageEvidence } from '../model/evidence.ts';

/**
 * The coverage of all legs as one: a line never ran when it ran in no leg. Branches and functions cannot be put together from their
 * totals, so they are left out: a gate on them then says that it does not know.
 */
export function mergedCoverage(pieces: readonly [CoverageEvidence, ...CoverageEvidence[]]): CoverageEvidence {
  const [{ branches: _, functions: __, changed: ___, neverLoaded: ____, leg: _____, disagreements: ______, ...first }] = pieces;
  const files = mergedFiles(pieces.map((piece) => piece.files));
  const neverLoaded = mergedNeverLoaded(pieces, new Set(files.map(({ path }) => path)));
  const changed = mergedChanged(pieces);
  const disagreements = pieces.flatMap((piece) => piece.disagreements ?? []);
  return {
    ...first,
    legs: pieces.flatMap(({ leg }) => leg ?? []),
    sources: pieces.flatMap(({ sources }) => sources),
    lines: files.length > 0 ? sum(files.map(({ lines }) => lines)) : best(pieces.map(({ lines }) => lines)),
    files,
    unmapped: [...new Set(pieces.flatMap(({ unmapped }) => unmapped))],
    ...(changed ? { changed } : {}),
    ...(disagreements.length > 0 ? { disagreements } : {}),
    ...(neverLoaded ? { neverLoaded } : {}),
  };
}

type Lines = Pick<FileCoverage, 'path' | 'lines' | 'uncovered' | 'omitted' | 'detail'>;

function mergedFiles(legs: readonly (readonly Lines[])[]): FileCoverage[] {
  const files = new Map<string, FileCoverage>();
  for (const { path, lines, uncovered, omitted, detail } of legs.flat()) {
    const known = files.get(path);
    const file = { path, lines, uncovered, ...(omitted === undefined ? {} : { omitted }), ...(detail === undefined ? {} : { detail }) };
    files.set(path, known ? both(known, file) : file);
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Of one file in two legs. Where not every line is named, the better of the two numbers is all that is certain. */
function both(one: FileCoverage, other: FileCoverage): FileCoverage {
  const [better, worse] = one.lines.covered >= other.lines.covered ? [one, other] : [other, one];
  const vague = [one, other].some(({ omitted = 0, detail }) => omitted > 0 || detail !== undefined);
  if (vague || one.lines.total !== other.lines.total) return better;
  const uncovered = intersection(better.uncovered, worse.uncovered);
  return { path: one.path, lines: { covered: one.lines.total - lengthOf(uncovered), total: one.lines.total }, uncovered };
}

/** Both lists ascend. */
function intersection(one: readonly LineRange[], other: readonly LineRange[]): LineRange[] {
  const found: LineRange[] = [];
  for (let left = 0, right = 0; left < one.length && right < other.length;) {
    const a: LineRange = one[left] ?? [0, 0];
    const b: LineRange = other[right] ?? [0, 0];
    const [from, to] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
    if (from <= to) found.push([from, to]);
    if (a[1] < b[1]) left += 1;
    else right += 1;
  }
  return found;
}

function lengthOf(ranges: readonly LineRange[]): number {
  return ranges.reduce((all, [from, to]) => all + to - from + 1, 0);
}

/** Only where every leg knows the change. */
function mergedChanged(pieces: readonly CoverageEvidence[]): CoverageEvidence['changed'] {
  const all = pieces.flatMap(({ changed }) => changed ?? []);
  const [first] = all;
  if (!first || all.length < pieces.length) return undefined;
  const files = mergedFiles(all.map((changed) => changed.files));
  const loaded = new Set(files.map(({ path }) => path));
  const never = new Map(all.flatMap(({ neverLoaded = [] }) => neverLoaded).map((file) => [file.path, file]));
  const unlisted = [...new Set(all.flatMap((changed) => changed.unlisted ?? []))].filter((path) => !loaded.has(path));
  const neverLoaded = [...never.values()].filter(({ path }) => !loaded.has(path));
  return {
    base: first.base,
    lines: sum(files.map(({ lines }) => lines)),
    files: files.map(({ path, lines, uncovered }) => ({ path, lines, uncovered })),
    ...(unlisted.length > 0 ? { unlisted } : {}),
    ...(neverLoaded.length > 0 ? { neverLoaded } : {}),
  };
}

/** What no leg loaded. */
function mergedNeverLoaded(pieces: readonly CoverageEvidence[], loaded: ReadonlySet<string>): CoverageEvidence['neverLoaded'] {
  const all = pieces.flatMap(({ neverLoaded }) => neverLoaded ?? []);
  const [first] = all;
  if (!first || all.length < pieces.length) return undefined;
  const files = first.files.filter(({ path }) => !loaded.has(path) && all.every((other) => other.files.some((file) => file.path === path)));
  if (files.length === 0) return undefined;
  return { by: first.by, files, total: files.length, lines: files.reduce((sum_, { lines }) => sum_ + lines, 0) };
}

function best(ratios: readonly Ratio[]): Ratio {
  return ratios.reduce((one, other) => (other.covered > one.covered ? other : one), { covered: 0, total: 0 });
}

function sum(ratios: readonly Ratio[]): Ratio {
  return { covered: ratios.reduce((all, { covered }) => all + covered, 0), total: ratios.reduce((all, { total }) => all + total, 0) };
}
