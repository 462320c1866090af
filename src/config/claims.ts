import { z } from 'zod';

import {
  Claim,
  ClaimMeaning,
  type ClaimLedger,
  type ClaimSource,
  type ClaimTests,
  ISSUE_PATTERN,
  type Tally,
  TallyOf,
} from '../model/claim.ts';
import { Priority } from '../model/finding.ts';
import type { Location } from '../model/source.ts';
import { StageName } from '../model/stage.ts';
import { expected, explain, phrase, sayIssue } from './explain.ts';
import { CODE, countLimit, defined, durationLimit, oneOrMore, sizeLimit, text, wholeNumber } from './fields.ts';
import { ConfigError, type Problem } from './problems.ts';
import { readYaml } from './yaml.ts';

const id = z.union([text, wholeNumber(0, 999_999).transform(String)], { error: expected('a name or a number') });

/** `internal/session/session.go:79` or `internal/router/router.go:85-98`. */
const place = text.transform((written): Location => {
  const [, path = written, line, endLine] = /^(.*?):(\d{1,7})(?:-(\d{1,7}))?$/.exec(written) ?? [];
  return { path, ...(line === undefined ? {} : { line: Number(line) }), ...(endLine === undefined ? {} : { endLine: Number(endLine) }) };
});

const sourceMap = z.strictObject({ document: text.optional(), section: text.optional(), line: wholeNumber(1, 9_999_999).optional() });
const source = z.union(
  [
    text.transform((written): ClaimSource => {
      const [, document = '', section] = /^([^#]*)#(.*)$/.exec(written) ?? [];
      if (section !== undefined) return { section, ...(document === '' ? {} : { document }) };
      const [, path = written, line] = /^(.*?):(\d{1,7})$/.exec(written) ?? [];
      return { document: path, ...(line === undefined ? {} : { line: Number(line) }) };
    }),
    sourceMap.transform((written): ClaimSource => defined(written)),
  ],
  { error: expected('a place such as docs/review.md:41 or docs/review.md#Issue 3, or a map with document, section and line') },
);

const means = {
  pass_means: ClaimMeaning.optional(),
  fail_means: ClaimMeaning.optional(),
  race_means: ClaimMeaning.optional(),
  skip_means: ClaimMeaning.optional(),
};

const mapped = z.union([text.transform((test) => ({ test })), z.strictObject({ test: text, ...means })], {
  error: expected('the name of a test, or a map with test and pass_means'),
});

const tests = z.union([z.literal('none').transform(() => []), oneOrMore(mapped, 'the names of its tests, or `none`')], {
  error: expected('the names of its tests, or `none`'),
});

const SEVERITY = { critical: 'P0', high: 'P1', medium: 'P2', low: 'P3', minor: 'P3' } as const;

const claim = z.strictObject({
  id,
  title: text,
  text: text.optional(),
  kind: Claim.shape.kind.default('defect'),
  severity: z.enum(['critical', 'high', 'medium', 'low', 'minor']).optional(),
  priority: Priority.optional(),
  source: source.optional(),
  location: place.optional(),
  impact: text.optional(),
  recommendation: text.optional(),
  rows: oneOrMore(text.regex(CODE, 'is not the code of a row, such as LEAK-01'), 'a list of codes').optional(),
  stage: StageName.optional(),
  tests: tests.optional(),
  ...means,
  check: z
    .strictObject({ journey: text, tokens: countLimit.optional(), bytes: sizeLimit.optional(), duration: durationLimit.optional() })
    .optional(),
});

const tally = z
  .strictObject({
    text,
    of: TallyOf,
    says: wholeNumber(0, 999_999).optional(),
    claims: z.array(id, { error: expected('a list of claims') }).optional(),
    source: source.optional(),
  })
  .refine(({ says, claims }) => says !== undefined || claims !== undefined, {
    error: phrase('states neither a number nor a list', 'write `says: 10`, or `claims: [1, 13]`'),
  });

const ClaimsFile = z.strictObject(
  {
    version: z.literal(1).default(1),
    source: source.optional(),
    stage: StageName.optional(),
    issues: text
      .refine(isIssuePattern, { error: phrase('is no regular expression with one group', 'write such as TestProductionIssue0*(\\d+)_') })
      .default(ISSUE_PATTERN),
    claims: z.array(claim, { error: expected('a list of claims') }).min(1, phrase('is an empty list', 'write at least one claim')),
    tallies: z.array(tally, { error: expected('a list of tallies') }).default([]),
  },
  {
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : expected('a map of settings that holds `claims:`')(issue)),
  },
);

type Written = z.output<typeof claim>;

/**
 * Reads a claims file. Variables are not filled in: what a test means does not depend on the environment.
 * @throws ConfigError with every problem and its place.
 */
export function parseClaims(content: string, file: string): ClaimLedger {
  const { value, places, problems } = readYaml(content.replaceAll('$', '$$$$'), { file, env: {} });
  if (problems.length > 0) throw new ConfigError(file, problems);
  const parsed = ClaimsFile.safeParse(value, { error: sayIssue, reportInput: true });
  if (!parsed.success) throw new ConfigError(file, explain(parsed.error.issues, places));
  const { claims, tallies, issues, stage, source: whole = {} } = parsed.data;
  const wrong = [...repeated(claims, places.problem.bind(places)), ...unknownClaims(parsed.data, places.problem.bind(places))];
  if (wrong.length > 0) throw new ConfigError(file, wrong);
  return {
    file,
    issues,
    claims: claims.map((written, index) => claimOf(written, { at: places.locate(['claims', index]), whole, stage })),
    tallies: tallies.map(({ source: own, ...rest }, index): Tally => ({
      ...defined(rest),
      source: { ...whole, ...own },
      at: places.locate(['tallies', index]),
    })),
  };
}

function claimOf(written: Written, { at, whole, stage }: { at: Location; whole: ClaimSource; stage: StageName | undefined }): Claim {
  const { severity, priority, source: own, rows, tests: listed, pass_means, fail_means, race_means, skip_means, ...rest } = written;
  const usual = written.kind === 'documentation' ? 'P3' : 'P1';
  const all = listed ?? (written.check === undefined && /^\d+$/.test(written.id) ? [{ test: byName(written.id) }] : []);
  return {
    ...defined({ ...rest, stage: written.stage ?? stage }),
    priority: priority ?? (severity === undefined ? usual : SEVERITY[severity]),
    source: { ...whole, ...own },
    rows: rows ?? [],
    tests: all.map((test) => testsOf(test, { pass_means, fail_means, race_means, skip_means })),
    at,
  };
}

/** A name in which `*` stands where the number is: how the tests of a claim are called when nobody lists them. */
function byName(number: string): string {
  return `issue:${number}`;
}

type Means = { readonly [K in keyof typeof means]?: ClaimMeaning | undefined };

function testsOf({ test, ...own }: { readonly test: string } & Means, common: Means): ClaimTests {
  const pass = own.pass_means ?? common.pass_means;
  const race = own.race_means ?? common.race_means;
  return {
    pattern: test,
    ...defined({ pass, race }),
    // A test that fails may be a repaired defect or a broken test: only its author knows.
    fail: own.fail_means ?? common.fail_means ?? 'inconclusive',
    skip: own.skip_means ?? common.skip_means ?? 'not_tested',
  };
}

type Complain = (path: readonly (string | number)[], what: string, options: { repair?: string }) => Problem;

function repeated(claims: readonly Written[], problem: Complain): Problem[] {
  return claims.flatMap((one, index) =>
    claims.findIndex((other) => other.id === one.id) === index
      ? []
      : [problem(['claims', index, 'id'], 'this id is used by an earlier claim', { repair: 'give every claim an id of its own' })],
  );
}

function unknownClaims({ claims, tallies }: z.output<typeof ClaimsFile>, problem: Complain): Problem[] {
  const known = new Set(claims.map((one) => one.id));
  return tallies.flatMap(({ claims: listed = [] }, index) =>
    listed.flatMap((name, at) =>
      known.has(name)
        ? []
        : [
            problem(['tallies', index, 'claims', at], `no claim has the id \`${name}\``, {
              repair: 'add it to `claims`, also when nobody has tested it',
            }),
          ],
    ),
  );
}

function isIssuePattern(written: string): boolean {
  try {
    return new RegExp(`^(?:${written})|()`).exec('')?.length === 3;
  } catch {
    return false;
  }
}
