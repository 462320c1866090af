import { packCases } from '../lib/packed-cases.ts';
import type { Baseline, BaselineCoverage } from '../model/baseline.ts';
import type { FileCoverage, Ratio } from '../model/coverage.ts';
import { ofKind } from '../model/evidence.ts';
import { openTests, packable } from './against.ts';
import { whyMissing, type JudgeInput } from './context.ts';
import { storedTimes } from './regressions/stored.ts';

/** Bounds of what a baseline keeps: a file that every later run reads. */
const FINDINGS = 50_000;
const FILES = 20_000;
const FIXED = 5_000;

/** Code and fingerprint of a finding, or of one subject gathered in one. */
export type Known = Omit<Baseline['findings'][number], 'firstSeen'>;

/** What a judged run knows, and what it knows to be gone. */
interface Outcome {
  readonly known: readonly Known[];
  readonly fixed?: readonly Pick<Known, 'code' | 'fingerprint'>[] | undefined;
}

/** What to keep of a judged run of the base branch, so that a later run can tell new from known. */
export function makeBaseline(input: JudgeInput, judged: Outcome, at: string): Baseline {
  const { plan, evidence } = input;
  const before = new Map((input.baseline?.findings ?? []).map((entry) => [entry.fingerprint, entry.firstSeen]));
  const sha = input.run.git.head ?? 'unknown';
  const unique = [...new Map(judged.known.map((entry) => [entry.fingerprint, entry])).values()].slice(0, FINDINGS);
  const tests: Record<string, number> = {};
  for (const { stage, counts } of ofKind(evidence, 'tests')) tests[stage] = (tests[stage] ?? 0) + counts.tests;
  return {
    schema: 'gauntlet.baseline/2',
    sha,
    at,
    ...(input.run.forge.repository === undefined ? {} : { repository: input.run.forge.repository }),
    findings: unique.map((entry) => ({ ...entry, firstSeen: before.get(entry.fingerprint) ?? { sha, at } })),
    ...relapsesOf(input.baseline, judged, { sha, at }),
    tests,
    cases: casesOf(input),
    coverage: coverageOf(input),
    ...performanceOf(input),
    stages: plan.stages.map(({ name }) => name),
    only: [...plan.only],
    notLooked: notLookedOf(input),
  };
}

/** What is gone now or was gone before, newest first, without what stands here again. */
function relapsesOf(
  before: Baseline | undefined,
  { known, fixed = [] }: Outcome,
  fixedAt: { readonly sha: string; readonly at: string },
): Pick<Baseline, 'fixed'> {
  const here = new Set(known.map((entry) => entry.fingerprint));
  const now = fixed.map(({ fingerprint, code }) => ({ fingerprint, code, fixedAt }));
  const all = [...now, ...(before?.fixed ?? [])].filter((entry) => !here.has(entry.fingerprint));
  return all.length === 0 ? {} : { fixed: [...new Map(all.map((entry) => [entry.fingerprint, entry])).values()].slice(0, FIXED) };
}

function casesOf(input: JudgeInput): Baseline['cases'] {
  const entries = input.plan.stages.flatMap(({ name }) => {
    // A list that is known to have holes would make the next run's tests look new.
    if (!input.cases?.some(({ stage }) => stage === name) || openTests(input, name) !== undefined) return [];
    const packed = packCases(packable(input, name));
    return packed === undefined ? [] : [[name, packed] as const];
  });
  return Object.fromEntries(entries);
}

/** Ids of what was owed and could not be looked at, also in part. */
function notLookedOf({ plan, evidence }: JudgeInput): string[] {
  const told = new Set(ofKind(evidence, 'gap').flatMap(({ owed }) => owed));
  return plan.owed.filter((piece) => told.has(piece.id) || whyMissing(piece, evidence)).map(({ id }) => id);
}

function coverageOf({ plan, evidence }: JudgeInput): Baseline['coverage'] {
  const entries = plan.stages.flatMap(({ name }) => {
    const pieces = ofKind(evidence, 'coverage').filter(({ stage, lines }) => stage === name && lines.total > 0);
    return pieces.length === 0 ? [] : [[name, stageCoverage(pieces)] as const];
  });
  return Object.fromEntries(entries);
}

function performanceOf(input: JudgeInput): Pick<Baseline, 'performance'> {
  const performance = storedTimes(input);
  return performance === undefined ? {} : { performance };
}

/** What the commands of a stage cover together; a file that two of them cover counts with the better one. */
export function stageCoverage(pieces: readonly Totals[]): BaselineCoverage {
  const files = new Map<string, [number, number]>();
  for (const { path, lines } of pieces.flatMap((piece) => piece.files)) {
    const other = files.get(path);
    if (lines.total > 0 && (!other || lines.covered / lines.total > other[0] / other[1])) files.set(path, [lines.covered, lines.total]);
  }
  const branches = sum(pieces.flatMap((piece) => piece.branches ?? []));
  const functions = sum(pieces.flatMap((piece) => piece.functions ?? []));
  return {
    lines: sum(pieces.map(({ lines }) => lines)) ?? { covered: 0, total: 0 },
    ...(branches ? { branches } : {}),
    ...(functions ? { functions } : {}),
    files: Object.fromEntries([...files].slice(0, FILES)),
  };
}

interface Totals {
  readonly lines: Ratio;
  readonly branches?: Ratio | undefined;
  readonly functions?: Ratio | undefined;
  readonly files: readonly FileCoverage[];
}

function sum(ratios: readonly Ratio[]): Ratio | undefined {
  if (ratios.length === 0) return undefined;
  return { covered: ratios.reduce((all, { covered }) => all + covered, 0), total: ratios.reduce((all, { total }) => all + total, 0) };
}
