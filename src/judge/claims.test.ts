import { describe, expect, it } from 'vitest';

import { fillCase } from '../../tests/cases/fill.ts';
import { parseClaims } from '../config/claims.ts';
import { sinceBase } from '../plan/claims.ts';
import { judge, type Judged } from './judge.ts';

interface Outcome {
  readonly name: string;
  readonly attempts?: readonly string[];
  readonly output?: readonly string[];
}

interface Given {
  readonly claims?: string;
  /** The claims file of the base branch; the same as `claims` unless it is named. */
  readonly base?: string;
  readonly tests?: readonly Outcome[];
  readonly failed?: readonly string[];
  readonly evidence?: readonly Record<string, unknown>[];
}

/** A run of one command whose tests belong to claims. */
function judged({ claims, base = claims, tests = [], failed = [], evidence = [] }: Given): Judged {
  const ledger =
    claims === undefined
      ? undefined
      : sinceBase(parseClaims(claims, 'claims.yml'), base === undefined ? undefined : parseClaims(base, 'claims.yml'));
  const counts = { tests: 20, runs: 20, passed: 20 - failed.length, failed: failed.length };
  const linked = {
    kind: 'claims',
    stage: 'unit',
    command: 'main',
    omitted: 0,
    tests: tests.map((test) => ({ attempts: ['passed'], output: [], source: 'reports/go.json', ...test })),
  };
  return judge(
    fillCase({
      plan: {
        stages: [{ name: 'unit', commands: [{ results: ['reports/go.json'] }] }],
        ...(ledger ? { claims: { ...ledger, claims: ledger.claims.map((claim) => ({ stage: 'unit', ...claim })) } } : {}),
      },
      run: {},
      stageRuns: undefined,
      evidence: [
        { kind: 'exit', outcome: { ended: 'exit', code: failed.length > 0 ? 1 : 0 } },
        { kind: 'tests', counts, failed: failed.map((name) => ({ name })) },
        ...(tests.length > 0 ? [linked] : []),
        ...evidence,
      ],
      baseline: undefined,
    }),
  );
}

const codes = ({ findings }: Judged): string[] =>
  findings.map(({ code, result, disposition }) => `${code} ${result.verdict} ${disposition}`);
const verdicts = ({ claims }: Judged): string[] => claims?.claims.map(({ verdict }) => verdict) ?? [];

const STORY = 'source: docs/r.md, location: a.go:1, impact: grows, recommendation: bound it';
const one = (means: string): string =>
  `claims:\n  - {id: 1, title: Grows, severity: critical, ${STORY}${means === '' ? '' : `, ${means}`}}\n`;
const PASSED = [{ name: 'TestProductionIssue01_Growth', output: ['a_test.go:7: 1000 of 1000 kept'] }];

it('lets no change excuse a failing test of its own', () => {
  const tests = [{ name: 'two', attempts: ['failed'] }];
  const claims = one('tests: [two], pass_means: confirmed, fail_means: refuted');
  expect(codes(judged({ claims, tests, failed: ['two'] }))).toEqual([]);
  const run = judged({ claims, base: one('pass_means: confirmed'), tests, failed: ['two'] });
  expect(codes(run)).toEqual(['TST-01 confirmed blocking']);
  expect(run.findings[0]?.summary).toContain('only in this change');
  expect(verdicts(run)).toEqual(['refuted']);
});

describe('a test that passes', () => {
  it('confirms a defect when the claims file says so, and the green run blocks', () => {
    const run = judged({ claims: one('pass_means: confirmed'), tests: PASSED });
    expect(codes(run)).toEqual(['TST-16 confirmed blocking']);
    expect(run.findings[0]).toMatchObject({
      priority: 'P0',
      measured: '1000 of 1000 kept',
      fix: 'bound it',
      locations: [{ path: 'a.go', line: 1 }],
    });
    expect(run.verdict.verdict).toBe('blocked');
  });

  it('refutes it when the claims file says so, and nothing is found', () => {
    const run = judged({ claims: one('pass_means: refuted'), tests: PASSED });
    expect([codes(run), verdicts(run), run.verdict.verdict]).toEqual([[], ['refuted'], 'pass']);
  });

  it('means nothing that nobody has written down: unknown, never a pass', () => {
    const run = judged({ claims: one(''), tests: PASSED });
    expect([codes(run), verdicts(run)]).toEqual([['TST-16 inconclusive blocking'], ['inconclusive']]);
    expect(run.findings[0]?.summary).toContain('does not say what it means that TestProductionIssue01_Growth passed');
  });

  it('shows no absence of races unless the detector was on', () => {
    const means = one('pass_means: refuted, race_means: confirmed');
    const on = { kind: 'diagnostics', command: 'main', detector: { state: 'on', shows: 'marker' }, reports: [], omitted: 0, sources: [] };
    expect(verdicts(judged({ claims: means, tests: PASSED }))).toEqual(['not_tested']);
    expect(codes(judged({ claims: means, tests: PASSED }))).toEqual(['TST-18 not_tested blocking']);
    expect(verdicts(judged({ claims: means, tests: PASSED, evidence: [on] }))).toEqual(['refuted']);
  });
});

describe('a test that does not pass', () => {
  const name = 'TestProductionIssue01_Growth';
  const failing = (attempts: readonly string[]) => [{ name, attempts }];

  it('is told by its claim when its failure has a meaning, and as a failed test otherwise', () => {
    expect(
      codes(judged({ claims: one('pass_means: refuted, fail_means: confirmed'), tests: failing(['failed']), failed: [name] })),
    ).toEqual(['TST-16 confirmed blocking']);
    expect(codes(judged({ claims: one('pass_means: confirmed'), tests: failing(['failed']), failed: [name] }))).toEqual([
      'TST-01 confirmed blocking',
      'TST-16 inconclusive blocking',
    ]);
    expect(
      codes(judged({ claims: one('pass_means: confirmed, fail_means: nothing'), tests: failing(['failed']), failed: [name] })),
    ).toContain('TST-01 confirmed blocking');
  });

  it.each([
    ['ended with an error', ['error'], 'inconclusive'],
    ['passed and failed', ['failed', 'passed'], 'inconclusive'],
    ['was skipped', ['skipped'], 'not_tested'],
  ])('decides nothing when it %s', (_, attempts, verdict) => {
    expect(verdicts(judged({ claims: one('pass_means: confirmed, fail_means: refuted'), tests: failing(attempts) }))).toEqual([verdict]);
  });

  it('leaves the claim open when it did not run at all', () => {
    const run = judged({ claims: one('pass_means: confirmed') });
    expect([codes(run), run.verdict.verdict]).toEqual([['TST-18 not_tested blocking'], 'unknown']);
  });
});

it('several tests: a defect that one confirms stays confirmed, contradictions decide nothing, and `nothing` bears on neither', () => {
  const claim = (a: string, b: string) =>
    `claims:\n  - {id: c, title: t, ${STORY}, tests: [{test: TestA, pass_means: ${a}}, {test: TestB, pass_means: ${b}}]}\n`;
  const both = [{ name: 'TestA' }, { name: 'TestB' }];
  expect(verdicts(judged({ claims: claim('confirmed', 'nothing'), tests: both }))).toEqual(['confirmed']);
  expect(verdicts(judged({ claims: claim('confirmed', 'refuted'), tests: both }))).toEqual(['inconclusive']);
  expect(verdicts(judged({ claims: claim('nothing', 'nothing'), tests: both }))).toEqual(['inconclusive']);
  expect(verdicts(judged({ claims: claim('confirmed', 'confirmed'), tests: [{ name: 'TestA' }] }))).toEqual(['confirmed']);
  expect(verdicts(judged({ claims: claim('refuted', 'refuted'), tests: [{ name: 'TestA' }] }))).toEqual(['inconclusive']);
});

describe.each(['CON-03', 'CON-04', 'CON-05'])('a claim that names %s', (row) => {
  const claim = one(`race_means: confirmed, pass_means: refuted, rows: ${row}`);
  const of = (reports: readonly unknown[]) => ({
    kind: 'diagnostics',
    command: 'main',
    detector: { state: 'on', shows: 'marker' },
    reports,
    omitted: 0,
    sources: [],
  });
  const race = {
    kind: 'data-race',
    tool: 'Go race detector',
    message: 'data race',
    fingerprint: 'f',
    stacks: [],
    text: 'WARNING',
    count: 1,
    seen: [{ source: 'reports/go.json', test: PASSED[0]?.name, count: 1 }],
  };

  it('is told under its code when its test races, beside the race', () => {
    expect(codes(judged({ claims: claim, tests: PASSED, evidence: [of([race])] }))).toEqual([
      `${row} confirmed blocking`,
      'CON-01 confirmed blocking',
    ]);
  });

  it('is silent when its test passes under a detector that was on', () => {
    expect(codes(judged({ claims: claim, tests: PASSED, evidence: [of([])] }))).toEqual([]);
  });
});

describe.each(['CON-06', 'LEAK-06'])('a claim about a mapped test that names %s', (row) => {
  it('is told under its code when the test shows the defect', () => {
    expect(codes(judged({ claims: one(`pass_means: confirmed, rows: ${row}`), tests: PASSED }))).toEqual([`${row} confirmed blocking`]);
  });

  it('says nothing when the test shows that there is none', () => {
    expect(codes(judged({ claims: one(`pass_means: refuted, rows: ${row}`), tests: PASSED }))).toEqual([]);
  });
});

describe('names link tests to issues', () => {
  it('and a test that no claim maps is said, with or without a claims file', () => {
    expect(codes(judged({ tests: PASSED }))).toEqual(['TST-17 confirmed advisory']);
    const other = `claims:\n  - {id: 2, title: t, ${STORY}, pass_means: refuted, tests: [TestOther]}\n`;
    expect(codes(judged({ claims: other, tests: [...PASSED, { name: 'TestOther' }] }))).toEqual(['TST-17 confirmed advisory']);
  });

  it('and a mapped one is not', () => {
    expect(codes(judged({ claims: one('pass_means: refuted'), tests: PASSED }))).not.toContain('TST-17 confirmed advisory');
  });
});

it('an issue without a test is named, at P1', () => {
  const run = judged({ claims: `${one('pass_means: refuted')}  - {id: 5, title: Nothing starts, tests: none}\n`, tests: PASSED });
  expect(run.findings).toMatchObject([
    { code: 'TST-18', priority: 'P1', disposition: 'release-blocking', title: '1 of 2 claims has no test: #5' },
  ]);
});

it('a claim without source, place, impact or recommendation says which are missing', () => {
  const bare = 'claims:\n  - {id: 1, title: Grows, pass_means: refuted, location: a.go:1}\n';
  expect(judged({ claims: bare, tests: PASSED }).findings).toMatchObject([
    { code: 'TST-19', summary: '- #1 Grows: no source, impact and recommendation' },
  ]);
});

describe('numbers that a document states', () => {
  const tally = (text: string) => `${one('pass_means: confirmed')}tallies:\n  - {text: Confirmed, of: confirmed, ${text}}\n`;

  it('are contradicted with both numbers', () => {
    const { findings } = judged({ claims: tally('says: 4'), tests: PASSED });
    expect(findings.find(({ code }) => code === 'RPT-01')).toMatchObject({ measured: '1', expected: '4', priority: 'P1' });
  });

  it('and lists by what they leave out', () => {
    const { findings } = judged({ claims: tally('claims: []'), tests: PASSED });
    expect(findings.find(({ code }) => code === 'RPT-01')?.measured).toBe('1: #1 not in the list');
  });

  it('are silent when they are right', () => {
    expect(codes(judged({ claims: tally('says: 1, claims: [1]'), tests: PASSED }))).toEqual(['TST-16 confirmed blocking']);
  });
});

describe('a statement of the documentation', () => {
  const says = (limit: string) =>
    `claims:\n  - {id: tokens, title: Uses 220 tokens, kind: statement, source: README.md:3, check: {journey: cold-start${limit}}}\n`;
  const journey = (tokens: number | undefined, outcome = 'passed') => ({
    kind: 'journey',
    journey: 'cold-start',
    outcome,
    totals: { bytes: 900, ...(tokens === undefined ? {} : { tokens }) },
  });

  it('is found when the journey measures something else', () => {
    const run = judged({ claims: says(', tokens: <= 220'), evidence: [journey(241)] });
    expect(run.findings).toMatchObject([{ code: 'RPT-09', priority: 'P1' }]);
    expect(run.findings[0]?.summary).toContain('241 tokens (claimed <= 220)');
  });

  it('is silent when it holds', () => {
    expect([
      codes(judged({ claims: says(', tokens: <= 220'), evidence: [journey(214)] })),
      verdicts(judged({ claims: says(''), evidence: [journey(1)] })),
    ]).toEqual([[], ['confirmed']]);
  });

  it('is open when nobody counted, and not tested when the journey did not run', () => {
    expect(verdicts(judged({ claims: says(', tokens: <= 220'), evidence: [journey(undefined)] }))).toEqual(['inconclusive']);
    expect(codes(judged({ claims: says(', tokens: <= 220') }))).toEqual(['TST-18 not_tested blocking']);
  });
});

it('documentation is confirmed as documentation and does not block', () => {
  const run = judged({ claims: one('kind: documentation, pass_means: confirmed').replace('severity: critical, ', ''), tests: PASSED });
  expect([codes(run), verdicts(run), run.verdict.verdict]).toEqual([['TST-16 confirmed advisory'], ['documentation'], 'pass']);
});

describe('reports of runtimes', () => {
  const report = (kind: string) => ({
    kind,
    tool: 'Go runtime',
    message: 'found',
    fingerprint: 'f1',
    stacks: [{ title: 'at', frames: [{ function: 'a.B', location: { path: 'a.go', line: 3 } }] }],
    text: '',
    count: 2,
    seen: [{ source: 'logs/head/api.log', service: 'api', count: 2 }],
  });
  const piece = (kind: string, more = {}) => ({ kind: 'diagnostics', reports: [report(kind)], omitted: 0, sources: [], ...more });

  it.each([
    ['data-race', 'CON-01 confirmed blocking'],
    ['concurrent-map', 'CON-07 confirmed blocking'],
    ['deadlock', 'CON-07 confirmed blocking'],
    ['goroutine-leak', 'LEAK-07 confirmed release-blocking'],
    ['memory-leak', 'LEAK-07 confirmed release-blocking'],
  ])('%s', (kind, code) => {
    const run = judged({ evidence: [piece(kind)] });
    expect(codes(run)).toEqual([code]);
    expect(run.findings[0]).toMatchObject({ measured: '2 reports', locations: [{ path: 'a.go', line: 3 }] });
  });

  it('are silent where a detector was on and printed nothing', () => {
    const none = { kind: 'diagnostics', command: 'main', detector: { state: 'on', shows: 'marker' }, reports: [], omitted: 0, sources: [] };
    expect(codes(judged({ evidence: [none] }))).toEqual([]);
  });

  it('and a detector that was off, unknown, or whose output was not kept has seen nothing', () => {
    for (const [state, incomplete] of [
      ['off', undefined],
      ['unknown', undefined],
      ['on', '9 bytes of the output were not kept'],
    ] as const) {
      const none = {
        kind: 'diagnostics',
        command: 'main',
        detector: { state, shows: state },
        reports: [],
        omitted: 0,
        sources: [],
        ...(incomplete === undefined ? {} : { incomplete }),
      };
      const run = judged({ evidence: [none] });
      expect([codes(run), run.verdict.verdict]).toEqual([['CON-02 not_tested blocking'], 'unknown']);
    }
  });
});

it('a data race keeps its title and its place whichever of its two accesses came first', () => {
  const access = (title: string, name: string, line: number) => ({
    title,
    frames: [{ function: `app.(*Gate).${name}`, location: { path: 'gate.go', line } }],
  });
  const of = (...stacks: readonly unknown[]) => ({
    kind: 'diagnostics',
    command: 'main',
    reports: [
      {
        kind: 'data-race',
        tool: 'Go race detector',
        message: 'data race',
        fingerprint: 'f',
        stacks,
        text: '',
        count: 1,
        seen: [{ source: 'r', count: 1 }],
      },
    ],
    omitted: 0,
    sources: [],
  });
  const found = (evidence: Record<string, unknown>) =>
    judged({ claims: one('pass_means: refuted'), tests: PASSED, evidence: [evidence] })
      .findings.filter(({ code }) => code === 'CON-01')
      .map(({ title, locations }) => [title, locations]);
  const first = found(of(access('Read', 'allow', 12), access('Previous write', 'Set', 20)));
  expect(first).toEqual([
    [
      'data race: `app.(*Gate).Set` and `app.(*Gate).allow`',
      [
        { path: 'gate.go', line: 20 },
        { path: 'gate.go', line: 12 },
      ],
    ],
  ]);
  expect(found(of(access('Write', 'Set', 20), access('Previous read', 'allow', 12)))).toEqual(first);
});
