import { expect, it } from 'vitest';

import { parseClaims } from '../config/claims.ts';
import { LinkedTests } from './linked-tests.ts';

const ledger = parseClaims('claims:\n  - {id: a, title: t, tests: [TestGrowth, "pkg.Suite.checks*"]}\n', 'claims.yml');

function linked(): LinkedTests {
  return new LinkedTests({ ledger, redact: (text) => text.replaceAll('hunter2', '***') });
}

it('keeps the tests of claims, by list or by name, and no others', () => {
  const tests = linked();
  for (const name of ['TestGrowth', 'TestGrowth/sub', 'TestOther', 'TestProductionIssue04_Race'])
    tests.result({ name, suite: 'p', status: 'passed' }, 'r.json');
  tests.result({ name: 'checks it', class: 'pkg.Suite', status: 'passed' }, 'r.xml');
  expect(tests.finish().tests.map(({ name, attempts, source }) => [name, attempts, source])).toEqual([
    ['TestGrowth', ['passed'], 'r.json'],
    ['TestProductionIssue04_Race', ['passed'], 'r.json'],
    ['checks it', ['passed'], 'r.xml'],
  ]);
});

it('keeps what they print: redacted, bounded, with what subtests say, without marks of the runner and reports of races', () => {
  const tests = linked();
  const print = (text: string, test = 'TestGrowth') => tests.output({ type: 'output', suite: 'p', test, text });
  print('=== RUN   TestGrowth\n    a_test.go:1: 10 of ');
  print('10 kept, token hunter2\n');
  print('==================\nWARNING: DATA RACE\n==================\n');
  print('    a_test.go:2: 7 in a subtest\n', 'TestGrowth/sub');
  print(`${'x'.repeat(100_000)}\n`);
  for (let line = 0; line < 10_000; line += 1) print(`line ${line}\n`);
  tests.result({ name: 'TestGrowth', suite: 'p', status: 'passed' }, 'r.json');
  const [test] = tests.finish().tests;
  expect(test?.output.slice(0, 2)).toEqual(['a_test.go:1: 10 of 10 kept, token ***', 'a_test.go:2: 7 in a subtest']);
  expect(test?.output).toHaveLength(40);
  expect(Math.max(...(test?.output ?? []).map(({ length }) => length))).toBe(300);
});

it('keeps every attempt, and the text of a failure where the format tells no output', () => {
  const tests = linked();
  tests.result({ name: 'TestGrowth', status: 'failed', message: 'no', detail: 'got 3\nwant 4' }, 'r.xml');
  tests.result({ name: 'TestGrowth', status: 'passed' }, 'r.xml');
  expect(tests.finish().tests).toMatchObject([{ attempts: ['failed', 'passed'], message: 'no', output: ['got 3', 'want 4'] }]);
});
