import { posix } from 'node:path';

import { counted } from '../../lib/text.ts';
import type { FileCoverage, LineRange } from '../../model/coverage.ts';
import { ofKind } from '../../model/evidence.ts';
import type { MissingTest } from '../../model/report-v1.ts';
import type { StageName } from '../../model/stage.ts';
import { formatRatio } from '../../model/units.ts';
import { decideClaims, nameOfClaim } from '../claims.ts';
import type { Context, JudgeRule } from '../context.ts';
import { testPlace } from '../test-place.ts';
import { missing, ranges, ratioOf, type Coverage } from './coverage-text.ts';

/** Test files that are looked through for the place of a new test. */
const TEST_FILES = 5_000;
const FILES = 50;
const WORST = 5;

/** What no test runs, as work with a place: critical lines, changed lines, files that no test loads, stages without a test by name. */
export const missingTests: JudgeRule = {
  name: 'missing-tests',
  judge: (context) => {
    const place = placer(context);
    const told = new Set<string>();
    const pieces = ofKind(context.evidence, 'coverage');
    const work = [
      ...pieces.flatMap((piece) => critical(context, piece, place)),
      ...pieces.flatMap((piece) => changed(piece, place)),
      ...pieces.flatMap((piece) => unloaded(piece, place)),
      ...pieces.flatMap((piece) => worst(piece, place)),
    ];
    // One file is one piece of work, told for its best reason.
    const once = work.filter(({ what }) => {
      const [path = ''] = what.split(': ');
      return !told.has(path) && told.add(path);
    });
    return { drafts: [], missingTests: [...unclaimed(context, place), ...once, ...silentStages(context)] };
  },
};

type Place = (source: string) => string;

function placer({ cases = [] }: Context): Place {
  let files: string[] | undefined;
  return (source) => {
    files ??= [...new Set(cases.flatMap(({ file }) => file ?? []))].filter((file) => !file.startsWith('/')).slice(0, TEST_FILES);
    return testPlace(source, files);
  };
}

function critical({ plan }: Context, piece: Coverage, place: Place): MissingTest[] {
  const globs = plan.stages
    .filter(({ name }) => name === piece.stage)
    .flatMap(({ commands }) => commands.filter(({ name }) => name === piece.command))
    .flatMap(({ coverage }) => Object.entries(coverage?.critical ?? {}));
  if (globs.length === 0) return [];
  const loaded = piece.files.filter(({ lines }) => missing({ lines }) > 0);
  const never = (piece.neverLoaded?.files ?? []).map(({ path, lines }) => ({ path, lines: { covered: 0, total: lines }, uncovered: [] }));
  return [...loaded, ...never]
    .filter(({ path, lines }) => globs.some(([glob, required]) => posix.matchesGlob(path, glob) && ratioOf(lines) < required))
    .sort(byMissing)
    .slice(0, FILES)
    .map((file) => workOf(piece, { kind: 'critical-lines', file, why: 'critical, and no test runs it', place }));
}

function changed(piece: Coverage, place: Place): MissingTest[] {
  const never = (piece.changed?.neverLoaded ?? []).map(({ path, lines, uncovered }) => ({
    path,
    lines: { covered: 0, total: lines },
    uncovered,
  }));
  return [...(piece.changed?.files ?? []), ...never]
    .filter(({ uncovered }) => uncovered.length > 0)
    .sort(byMissing)
    .slice(0, FILES)
    .map((file) => workOf(piece, { kind: 'changed-lines', file, why: 'changed here, and no test runs it', place }));
}

function unloaded({ neverLoaded, stage }: Coverage, place: Place): MissingTest[] {
  return [...(neverLoaded?.files ?? [])]
    .sort((a, b) => b.lines - a.lines)
    .slice(0, FILES)
    .map(({ path, lines }) => ({
      kind: 'file',
      stage,
      what: `${path}: about ${counted(lines, 'line')}`,
      why:
        neverLoaded?.by === 'include'
          ? 'no test loads it'
          : 'no test loads it, as far as the reports tell; `coverage.include` says what is source',
      where: place(path),
    }));
}

/** Claims that no test has looked at; those that name a place in the code say where a test would go. */
function unclaimed(context: Context, place: Place): MissingTest[] {
  return decideClaims(context)
    .filter(({ verdict }) => verdict === 'not_tested')
    .sort((a, b) => (a.claim.priority < b.claim.priority ? -1 : 1))
    .map(({ claim: { id, title, location, at }, because, stage }) => ({
      kind: 'claim',
      stage,
      what: `claim ${nameOfClaim(id)}: ${title}`,
      why: because,
      where: location === undefined ? `the tests of ${stage}, named under the claim in ${at.path}` : place(location.path),
    }));
}

/** The few files with the most lines that never ran, where a coverage gate is missed. */
function worst(piece: Coverage, place: Place): MissingTest[] {
  return [...piece.files]
    .filter(({ lines }) => missing({ lines }) >= 10 && ratioOf(lines) < 0.5)
    .sort(byMissing)
    .slice(0, WORST)
    .map((file) => workOf(piece, { kind: 'file', file, why: `${formatRatio(ratioOf(file.lines))} covered`, place }));
}

interface Work {
  readonly kind: MissingTest['kind'];
  readonly file: Pick<FileCoverage, 'path' | 'lines'> & { readonly uncovered: readonly LineRange[] };
  readonly why: string;
  readonly place: Place;
}

function workOf({ stage }: Coverage, { kind, file, why, place }: Work): MissingTest {
  const lines = file.uncovered.length > 0 ? ranges(file.uncovered) : counted(missing(file), 'line');
  return { kind, stage, what: `${file.path}: ${lines}`, why, where: place(file.path) };
}

function byMissing(a: Pick<FileCoverage, 'lines'>, b: Pick<FileCoverage, 'lines'>): number {
  return missing(b) - missing(a);
}

/** Stages whose commands are tests, and nothing else. */
const TESTING: readonly StageName[] = ['unit', 'integration', 'e2e'];

/** A stage that runs commands of which nobody learns what they tested. */
function silentStages({ plan, stageRuns }: Context): MissingTest[] {
  return plan.stages
    .filter(({ name, commands, journeys, checks, loads, experiments }) => {
      const others = journeys.length + checks.length + loads.length + experiments.length;
      const done = stageRuns.some(({ stage, status }) => stage === name && status === 'completed');
      return done && TESTING.includes(name) && others === 0 && commands.length > 0 && commands.every(({ results }) => results.length === 0);
    })
    .map(({ name }) => ({
      kind: 'stage',
      stage: name,
      what: `${name}: its tests by name`,
      why: `${name} is judged by an exit code alone, and nobody knows what it tested`,
      where: `\`results\` of ${name} in ${plan.configPath}`,
    }));
}
