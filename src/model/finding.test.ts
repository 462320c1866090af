import { expect, test } from 'vitest';

import { makeFinding } from './finding.ts';

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
])('a finding without %s is refused', (_, part) => {
  expect(() => makeFinding({ ...WHOLE, ...part })).toThrow();
});
