import { z } from 'zod';

import { Priority } from './finding.ts';
import { Limit } from './limit.ts';
import { Location, Source } from './source.ts';
import { StageName } from './stage.ts';
import { CaseIdentity, CaseStatus } from './tests.ts';

/** What an outcome of a test says about the claim that it is mapped to. `nothing`: the outcome bears on it neither way. */
export const ClaimMeaning = z.enum(['confirmed', 'refuted', 'inconclusive', 'not_tested', 'nothing']);
export type ClaimMeaning = z.output<typeof ClaimMeaning>;

/** Tests of a claim, and what each of their outcomes means. Without `pass` nothing is read out of a pass. */
export const ClaimTests = z.object({
  /** Name of the tests, `*` for any part of it. */
  pattern: z.string(),
  pass: ClaimMeaning.optional(),
  fail: ClaimMeaning,
  race: ClaimMeaning.optional(),
  skip: ClaimMeaning,
  /** The change under judgement wrote it: the base branch's claims file gives these outcomes no such meaning. */
  isNew: z.literal(true).optional(),
});
export type ClaimTests = z.output<typeof ClaimTests>;

/** A journey whose end, or whose totals, decide a claim. Bytes and milliseconds are those of the whole journey. */
export const ClaimCheck = z.object({
  journey: z.string(),
  tokens: Limit.optional(),
  bytes: Limit.optional(),
  duration: Limit.optional(),
});
export type ClaimCheck = z.output<typeof ClaimCheck>;

/** Where a document says it. */
export const ClaimSource = z.object({ document: z.string().optional(), section: z.string().optional(), line: z.number().optional() });
export type ClaimSource = z.output<typeof ClaimSource>;

/**
 * A sentence of a review or of the documentation. A `defect` is bad when it is confirmed; a `statement` ("uses 220
 * tokens") when it is refuted; `documentation` is a defect whose repair is to write something down.
 */
export const Claim = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string().optional(),
  kind: z.enum(['defect', 'documentation', 'statement']),
  priority: Priority,
  source: ClaimSource,
  location: Location.optional(),
  impact: z.string().optional(),
  recommendation: z.string().optional(),
  rows: z.array(z.string()),
  stage: StageName.optional(),
  /** Empty: nobody has written a test for it. */
  tests: z.array(ClaimTests),
  check: ClaimCheck.optional(),
  /** The place of the claim in the claims file. */
  at: Location,
});
export type Claim = z.output<typeof Claim>;

/** What a tally can count. `tested` are the claims with any verdict but not tested. */
export const TallyOf = z.enum(['claims', 'tested', 'not_tested', 'confirmed', 'refuted', 'documentation', 'inconclusive', 'tests']);
export type TallyOf = z.output<typeof TallyOf>;

/** A number, or a list of claims, that a document states about the outcome. */
export const Tally = z.object({
  text: z.string(),
  of: TallyOf,
  says: z.number().optional(),
  claims: z.array(z.string()).optional(),
  source: ClaimSource,
  at: Location,
});
export type Tally = z.output<typeof Tally>;

/** The claims file as it was read. `issues` links tests to claims by their name: its first group is the id. */
export const ClaimLedger = z.object({
  file: z.string(),
  issues: z.string(),
  claims: z.array(Claim),
  tallies: z.array(Tally),
});
export type ClaimLedger = z.output<typeof ClaimLedger>;

/** A test that belongs to a claim, kept also when it passed. */
export const LinkedTest = CaseIdentity.extend({
  /** Of each attempt, the newest last. */
  attempts: z.array(CaseStatus).min(1),
  message: z.string().optional(),
  location: Location.optional(),
  /** Lines that the test printed, without the marks of its runner: bounded and redacted. */
  output: z.array(z.string()),
  source: Source.shape.file,
});
export type LinkedTest = z.output<typeof LinkedTest>;

export const ClaimVerdict = z.enum(['confirmed', 'refuted', 'documentation', 'inconclusive', 'not_tested']);
export type ClaimVerdict = z.output<typeof ClaimVerdict>;

/** How a claim ends in the report, with the tests and numbers that show it. */
export const ClaimReport = z.object({
  id: z.string(),
  title: z.string(),
  kind: Claim.shape.kind,
  priority: Priority,
  verdict: ClaimVerdict,
  because: z.string(),
  tests: z.array(z.object({ name: z.string(), outcome: z.string(), means: ClaimMeaning.optional(), numbers: z.array(z.string()) })),
  source: ClaimSource,
  location: Location.optional(),
});
export type ClaimReport = z.output<typeof ClaimReport>;

/** The claims of a report: verdicts, tallies that are computed from them, and the ones that documents state. */
export const ClaimsReport = z.object({
  file: z.string(),
  claims: z.array(ClaimReport),
  tally: z.record(TallyOf, z.number()),
  stated: z.array(
    z.object({ text: z.string(), of: TallyOf, says: z.string(), computed: z.string(), holds: z.boolean(), source: ClaimSource }),
  ),
});
export type ClaimsReport = z.output<typeof ClaimsReport>;

/** Names as the mission writes them: `TestProductionIssue01_SessionCleanup` belongs to claim 1. */
export const ISSUE_PATTERN = 'TestProductionIssue0*(\\d+)_';

/**
 * Does a pattern match the whole of a name? `*` stands for any part of it; `issue:7` for every name that `issues` links to 7.
 */
function matchesName(pattern: string, name: string, issues: string): boolean {
  if (pattern.startsWith('issue:')) return issueOf(name, issues) === pattern.slice('issue:'.length);
  return compiled(pattern, () => {
    const source = pattern
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*');
    return new RegExp(`^${source}$`);
  }).test(name);
}

/** The claim that a test's name links it to; `undefined` for most tests. */
export function issueOf(name: string, issues: string): string | undefined {
  return compiled(`issues:${issues}`, () => new RegExp(`^(?:${issues})`)).exec(name)?.[1];
}

/** Patterns are asked for every line that a test prints: each is compiled once. */
const COMPILED = new Map<string, RegExp>();
const MOST_COMPILED = 10_000;

function compiled(key: string, compile: () => RegExp): RegExp {
  const known = COMPILED.get(key);
  if (known !== undefined) return known;
  if (COMPILED.size >= MOST_COMPILED) COMPILED.clear();
  const pattern = compile();
  COMPILED.set(key, pattern);
  return pattern;
}

/** Is this test meant by the pattern: by its name alone, or with its class or suite before it? */
export function isTestOf(
  pattern: string,
  { name, class: owner, suite }: Pick<CaseIdentity, 'name' | 'class' | 'suite'>,
  issues: string,
): boolean {
  if (name.includes('/') && pattern.startsWith('issue:')) return false;
  return [name, ...[owner, suite].flatMap((scope) => (scope === undefined ? [] : [`${scope}.${name}`]))].some((full) =>
    matchesName(pattern, full, issues),
  );
}
