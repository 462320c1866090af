import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { fillCase, fillEvidence } from '../../tests/cases/fill.ts';
import { type Evidence } from '../model/evidence.ts';
import { GapReason } from '../model/gap.ts';
import { fingerprint } from '../model/finding.ts';
import { defineJudge, type RowJudge } from '../model/row-judge.ts';
import { makeBaseline } from './baseline.ts';
import { whyMissing, type JudgeInput } from './context.ts';
import { judge } from './judge.ts';

const PLAN = {
  stages: [
    { name: 'unit', commands: [{ results: ['r.xml'], coverage: { min: 0.5, critical: { 'src/a/**': 1 } } }] },
    { name: 'integration', commands: [{ name: 'int' }], services: ['db'] },
    { name: 'e2e', journeys: ['buy'], askedMs: 60_000 },
  ],
  journeys: [{ name: 'buy', steps: [{ title: 'GET /health' }] }],
};

const stages = fc.constantFrom('unit', 'integration', 'e2e', 'chaos');
const small = fc.integer({ min: 0, max: 3 });
const names = fc.constantFrom('main', 'int', 'buy', 'other');
/** Any piece of evidence, whether the plan knows it or not. */
const piece: fc.Arbitrary<Evidence> = fc.oneof(
  fc
    .record({
      kind: fc.constant('exit'),
      stage: stages,
      command: names,
      attempt: fc.integer({ min: 1, max: 3 }),
      outcome: fc.oneof(
        fc.record({ ended: fc.constant('exit'), code: small }),
        fc.record({ ended: fc.constant('signal'), signal: fc.string() }),
        fc.record({ ended: fc.constant('timeout'), afterMs: fc.nat() }),
        fc.constant({ ended: 'interrupted' }),
        fc.record({ ended: fc.constant('not-found'), program: fc.string() }),
      ),
      tail: fc.array(fc.string()),
    })
    .map(fillEvidence),
  fc
    .record({
      kind: fc.constant('tests'),
      stage: stages,
      command: names,
      counts: fc.record({ tests: small, runs: small, passed: small, failed: small, errors: small, skipped: small, flaky: small }),
      failed: fc.array(fc.record({ name: fc.string(), class: fc.string(), message: fc.string() }), { maxLength: 12 }),
    })
    .map(fillEvidence),
  fc
    .record({
      kind: fc.constant('coverage'),
      stage: stages,
      command: names,
      lines: fc.record({ covered: small, total: small }),
      files: fc.array(
        fc.record({
          path: fc.constantFrom('src/a/x.ts', 'src/b.ts', ''),
          lines: fc.record({ covered: small, total: small }),
          uncovered: fc.array(fc.tuple(small, small)),
        }),
      ),
    })
    .map(fillEvidence),
  fc
    .record({
      kind: fc.constant('journey'),
      stage: stages,
      journey: names,
      outcome: fc.constantFrom('passed', 'failed', 'unreachable', 'interrupted'),
      steps: fc.array(
        fc.record({
          title: fc.string(),
          type: fc.constantFrom('http', 'websocket'),
          durationMs: fc.nat(),
          misses: fc.array(
            fc.record({ what: fc.constantFrom('status', 'within', 'tokens', 'reply'), measured: fc.string(), expected: fc.string() }),
          ),
        }),
      ),
    })
    .map(fillEvidence),
  fc
    .record({
      kind: fc.constant('gap'),
      stage: stages,
      reason: fc.constantFrom(...GapReason.options.filter((reason) => reason !== 'budget')),
      message: fc.string(),
      owed: fc.array(fc.constantFrom('unit/exit/main', 'unit/tests/main', 'e2e/journey/buy', 'nobody/owes/this')),
    })
    .map(fillEvidence),
  fc
    .record({
      kind: fc.constant('facts'),
      stage: stages,
      check: fc.constantFrom('CFG-11', 'XX-01'),
      facts: fc.jsonValue(),
    })
    .map(fillEvidence),
);
const run: fc.Arbitrary<JudgeInput> = fc
  .record({
    evidence: fc.array(piece, { maxLength: 12 }),
    budget: fc.constantFrom('pr', 'nightly', 'release'),
    stageRuns: fc.array(
      fc.record({ stage: stages, status: fc.constantFrom('completed', 'timedout', 'interrupted', 'crashed', 'skipped') }),
    ),
    ended: fc.constantFrom('running', 'completed', 'interrupted', 'crashed'),
    baseline: fc.option(fc.constant({ tests: { unit: 100 } }), { nil: undefined }),
    only: fc.array(fc.constantFrom('TST-01', 'DB-11')),
  })
  .map(({ evidence, budget, stageRuns, ended, baseline, only }) => ({
    ...fillCase({ plan: { ...PLAN, budget, only }, run: { ended }, stageRuns, evidence: [], baseline }),
    evidence,
  }));

const RANK = { pass: 0, unknown: 1, blocked: 2 };

describe('for any evidence', () => {
  test('a run with an owed piece missing never passes', () => {
    fc.assert(
      fc.property(run, (input) => {
        fc.pre(input.plan.owed.some((owed) => whyMissing(owed, input.evidence)));
        expect(judge(input).verdict.verdict).not.toBe('pass');
      }),
      { numRuns: 300 },
    );
  });

  test('one gap more never makes the verdict better', () => {
    fc.assert(
      fc.property(
        run,
        piece.filter(({ kind }) => kind === 'gap'),
        (input, gap) => {
          const [before, after] = [judge(input), judge({ ...input, evidence: [...input.evidence, gap] })];
          expect(RANK[after.verdict.verdict]).toBeGreaterThanOrEqual(RANK[before.verdict.verdict]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('the order of the evidence changes no verdict, and every finding is whole', () => {
    fc.assert(
      fc.property(run, (input) => {
        const [one, other] = [judge(input), judge({ ...input, evidence: [...input.evidence].reverse() })];
        expect(other.verdict.verdict).toBe(one.verdict.verdict);
        for (const finding of one.findings)
          expect(
            [finding.summary, finding.fix, finding.measured, finding.expected].every((text) => text.length > 0 && text.length <= 3_000),
          ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('rows', () => {
  const facts = (value: unknown) =>
    fillCase({
      plan: { stages: [{ name: 'audit', checks: ['XX-01'] }] },
      run: {},
      evidence: [{ kind: 'facts', stage: 'audit', check: 'XX-01', facts: value }],
    });
  const row = (evaluate: RowJudge<{ n: number }>['evaluate']) => [
    defineJudge({ code: 'XX-01', facts: z.object({ n: z.number() }), evaluate }),
  ];
  const result = (verdict: 'confirmed' | 'refuted') =>
    ({ subject: 'api', result: { verdict }, summary: 's', measured: 'm', expected: 'e' }) as const;

  test('a refuted row passes; a confirmed one is a finding of its own code', () => {
    expect(judge({ ...facts({ n: 1 }), rowJudges: row(() => [result('refuted')]) }).verdict.verdict).toBe('pass');
    const judged = judge({ ...facts({ n: 1 }), rowJudges: row(() => [result('confirmed')]) });
    expect(judged.findings.map(({ code, disposition }) => `${code} ${disposition}`)).toEqual(['XX-01 release-blocking']);
  });

  test.each([
    [
      'a judge that throws',
      row(() => {
        throw new Error('boom');
      }),
    ],
    ['a judge that judges nobody', row(() => [])],
    ['no judge', []],
  ])('%s is unknown', (_, rowJudges) => {
    const judged = judge({ ...facts({ n: 1 }), rowJudges });
    expect(judged.verdict.verdict).toBe('unknown');
    expect(judged.findings.map(({ code }) => code)).toEqual(['GAT-08']);
  });
});

test('checks that miss the same thing are one finding, with all that it leaves open', () => {
  const open = (code: string, because: string) => ({
    kind: 'gap',
    id: `audit/gap-${code}`,
    stage: 'audit',
    reason: 'missing',
    message: `${code}: ${because}`,
    owed: [`audit/facts/${code}`],
  });
  const input = fillCase({
    plan: { stages: [{ name: 'audit', checks: ['CFG-14', 'CFG-15', 'SEC-16'] }] },
    run: {},
    evidence: [open('CFG-14', 'the model is not here'), open('CFG-15', 'the model is not here'), open('SEC-16', 'something else')],
    stageRuns: [],
    baseline: undefined,
  });
  const { findings, verdict } = judge(input);
  expect(verdict.verdict).toBe('unknown');
  const gaps = findings.filter(({ code }) => code === 'GAT-01').map(({ title, summary }) => `${title}: ${summary.split('\n').join(' ')}`);
  expect(gaps).toEqual([
    '2 checks could not look: the model is not here Left open: facts of CFG-14, facts of CFG-15.',
    '1 check could not look: SEC-16: something else Left open: facts of SEC-16.',
  ]);
});

test('a rule that crashes makes the verdict unknown, with the error inside', () => {
  const input = fillCase({ plan: { stages: [{ name: 'unit', commands: [{}] }] }, run: {}, evidence: [{ kind: 'exit' }] });
  const broken = {
    ...input,
    plan: {
      ...input.plan,
      get notes(): never {
        throw new Error('boom');
      },
    },
  };
  const judged = judge(broken);
  expect(judged.verdict).toEqual({ verdict: 'unknown', because: ['the gate\'s own rule "notes" crashed: boom'] });
});

describe('baseline', () => {
  const skipped = (names: readonly string[]) =>
    fillCase({
      plan: { stages: [{ name: 'unit', commands: [{ results: ['r.xml'] }] }] },
      run: {},
      evidence: [
        { kind: 'exit' },
        {
          kind: 'tests',
          counts: { tests: 90, runs: 90, passed: 90 - names.length, skipped: names.length },
          skipped: names.map((name) => ({ name })),
        },
      ],
    });
  const many = Array.from({ length: 15 }, (_, index) => `slow ${index}`);

  test('known tests stay known one by one: fewer of them are not new, one more is', () => {
    const before = skipped(many);
    const baseline = makeBaseline(before, judge(before), '2026-11-19T00:00:00.000Z');
    expect(judge({ ...skipped(many.slice(0, 12)), baseline }).verdict.verdict).toBe('pass');
    expect(judge({ ...skipped(many.slice(0, 3)), baseline }).verdict.verdict).toBe('pass');
    expect(judge({ ...skipped([...many, 'another']), baseline }).verdict.verdict).toBe('blocked');
  });

  test('first seen is kept from the baseline before', () => {
    const input = skipped(['slow']);
    const first = makeBaseline(input, judge(input), '2026-11-01T00:00:00.000Z');
    const second = makeBaseline({ ...input, baseline: first }, judge({ ...input, baseline: first }), '2026-11-19T00:00:00.000Z');
    expect(second.findings.map(({ firstSeen }) => firstSeen.at)).toEqual(['2026-11-01T00:00:00.000Z']);
    expect(second.tests).toEqual({ unit: 90 });
  });
});

describe('waivers', () => {
  const REASON = 'the vendor repairs this with version 4';
  const failing = (names: readonly string[], match: object, over: object = {}) =>
    fillCase({
      plan: {
        stages: [{ name: 'unit', commands: [{ results: ['r.xml'] }] }],
        policy: { block: ['P0'], waivers: [{ id: 'W-1', match, reason: REASON, approved_by: '@a', expires: '2026-11-20', ...over }] },
      },
      run: {},
      evidence: [
        { kind: 'exit', outcome: { ended: 'exit', code: 1 } },
        {
          kind: 'tests',
          counts: { tests: 90, runs: 90, passed: 90 - names.length, failed: names.length },
          failed: names.map((name) => ({ name, file: `${name}.ts` })),
        },
      ],
    });
  const print = fingerprint({ code: 'TST-01', stage: 'unit', subject: 'main: a.ts › a' });
  const verdictWith = (names: readonly string[], match: object, over: object = {}) => judge(failing(names, match, over)).verdict.verdict;

  test('hold on their last day, for the one finding that they name', () => {
    expect(verdictWith(['a'], { fingerprint: print })).toBe('pass');
    expect(verdictWith(['a'], { fingerprint: print }, { expires: '2026-11-19' })).toBe('blocked');
    expect(verdictWith(['a', 'b'], { fingerprint: print })).toBe('blocked');
  });

  test('for a path do not spread over tests elsewhere that are told together', () => {
    const eleven = Array.from({ length: 11 }, (_, index) => `old/t${index}`);
    expect(verdictWith(eleven, { code: 'TST-01', path: 'old/**' })).toBe('pass');
    expect(verdictWith([...eleven, 'new/t'], { code: 'TST-01', path: 'old/**' })).toBe('blocked');
    expect(verdictWith(eleven, { code: 'TST-01', path: '**' })).toBe('blocked');
  });

  test('cover nothing when some of the tests are not listed', () => {
    const input = failing(['old/a'], { code: 'TST-01', path: 'old/**' });
    const unlisted = input.evidence.map((piece) => (piece.kind === 'tests' ? { ...piece, counts: { ...piece.counts, failed: 2 } } : piece));
    expect(judge(input).verdict.verdict).toBe('pass');
    expect(judge({ ...input, evidence: unlisted }).verdict.verdict).toBe('blocked');
  });
});

test('of two attempts with the same number the worse counts, in any order', () => {
  const [good, bad] = [
    fillEvidence({ kind: 'exit', id: 'a' }),
    fillEvidence({ kind: 'exit', id: 'b', outcome: { ended: 'exit', code: 1 } }),
  ];
  const input = fillCase({ plan: { stages: [{ name: 'unit', commands: [{}] }] }, run: {}, evidence: [] });
  expect(judge({ ...input, evidence: [good, bad] }).verdict.verdict).toBe('blocked');
  expect(judge({ ...input, evidence: [bad, good] }).verdict.verdict).toBe('blocked');
});
