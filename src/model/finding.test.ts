import { expect, test } from 'vitest';

import { rowJudges } from '../judge/registry.ts';
import { makeFinding } from './finding.ts';
import { ruleOf, RULES } from './rules.ts';

const WHOLE = {
  code: 'TST-01',
  priority: 'P0' as const,
  prioritySource: ['rule:P0'],
  title: 'failed: `refuses a stale token`',
  stage: 'unit' as const,
  result: { verdict: 'confirmed' as const },
  subject: 'main: refuses a stale token',
  summary: 'It failed.',
  evidence: [{ id: 'unit/tests-main', shows: '1 of 12 tests failed' }],
  locations: [],
  measured: 'failed',
  expected: 'passes',
  fix: 'Repair the code or the expectation.',
  effort: { range: '1 h', basis: 'rule-default' as const },
  repro: ['run', '--stage', 'unit'],
};

test('a finding with its proof, its numbers and its fix is one', () => {
  expect(makeFinding(WHOLE)).toMatchObject({ code: 'TST-01', docs: 'docs/findings/TST-01.md' });
});

test.each([
  ['proof', { evidence: [] }],
  ['measured value', { measured: '' }],
  ['expected value', { expected: '' }],
  ['fix', { fix: '' }],
  ['way to see it again', { repro: [] }],
  ['effort', { effort: undefined }],
  ['a basis of its effort', { effort: { range: '1 h' } }],
])('a finding without %s is refused', (_, part) => {
  expect(() => makeFinding({ ...WHOLE, ...part } as typeof WHOLE)).toThrow();
});

const MINUTES = { min: 1, h: 60, d: 480, days: 480 } as const;
const RANGE = /^(?:(\d+(?:\.\d+)?)(?: (min|h|d|days))?–)?(\d+(?:\.\d+)?) (min|h|d|days)$/;

test('RPT-05: every code says how long its repair takes, from less to more', () => {
  const efforts = [
    ...Object.keys(RULES).map((code) => [code, ruleOf(code).effort]),
    ...rowJudges.flatMap(({ code, rule }) => (rule ? [[code, rule.effort]] : [])),
  ];
  expect(efforts.length).toBeGreaterThan(200);
  const wrong = efforts.filter(([, effort = '']) => {
    const [, low, lowUnit, high = '', unit = 'min'] = RANGE.exec(effort ?? '') ?? [];
    const minutes = (number: string, of: string): number => Number(number) * MINUTES[of as keyof typeof MINUTES];
    return high === '' || (low !== undefined && minutes(low, lowUnit ?? unit) >= minutes(high, unit));
  });
  expect(wrong).toEqual([]);
});
