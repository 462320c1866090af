import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { goJson } from './index.ts';

it('takes a benchmark, whose end go never tells, for passed when its package passes', async () => {
  const events = await parse(await fixture('bench.ndjson'));
  expect(cases(events).map(({ name, status }) => [name, status])).toEqual([['BenchmarkX', 'passed']]);
});

it('tells every test and subtest, the panic, the package that does not build and the tests that never ended', async () => {
  const events = await parse(await fixture('mixed.ndjson'));
  expect(cases(events).map(({ name, status, message }) => [name, status, message])).toEqual([
    ['TestAbs/negative', 'passed', undefined],
    ['TestAbs/positive', 'passed', undefined],
    ['TestAbs', 'passed', undefined],
    ['TestWrong/inner', 'failed', 'a_test.go:16: got 2, want 3'],
    ['TestWrong/fine', 'passed', undefined],
    ['TestWrong', 'failed', 'failed because of TestWrong/inner'],
    ['TestSkipped', 'skipped', 'a_test.go:20: needs a database'],
    ['TestFlaky', 'failed', 'a_test.go:27: the first run fails'],
    ['TestBeforePanic', 'passed', undefined],
    ['TestPanics', 'failed', 'panic: assignment to entry in nil map [recovered, repanicked]'],
    ['example.com/shop/c', 'error', 'the package does not build: c/c_test.go:5:41: undefined: undefined'],
    ['TestExits', 'error', 'the test binary ended before this test did'],
    ['TestHangs', 'error', 'the test binary ended before this test did'],
  ]);
  expect(cases(events).find(({ name }) => name === 'example.com/shop/c')?.detail).toContain('undefined: undefined');
  expect(events.filter(({ type }) => type === 'gap')).toEqual([]);
});

it('takes the runs of -count as attempts, and shows that Go failed the package over one that passed in the end', async () => {
  const events = await parse(await fixture('count-2.ndjson'));
  expect(
    cases(events)
      .filter(({ name }) => name === 'TestFlaky')
      .map(({ status }) => status),
  ).toEqual(['failed', 'passed']);
  expect(events.filter(({ type }) => type === 'declared')).toEqual([
    { type: 'declared', scope: 'package "example.com/shop/a"', what: 'failed', declared: 1, counted: 0 },
  ]);
});

it('finds a package that fails without a failing test, as Go before 1.24 tells of a broken build', async () => {
  const events = await parse(
    lines({ Action: 'output', Package: 'p', Output: 'FAIL\tp [build failed]\n' }, { Action: 'fail', Package: 'p', Elapsed: 0 }),
  );
  expect(cases(events)).toMatchObject([{ suite: 'p', name: 'p', status: 'error', message: 'the package does not build' }]);
});

it('takes what the compiler says between the events, and packages that no event tells of, as Go before 1.24 writes them', async () => {
  const events = await parse(
    `# example.com/shop/b [example.com/shop/b.test]\nb/b_test.go:7:2: undefined: nope\n${lines(
      { Action: 'output', Package: 'example.com/shop/b', Output: 'FAIL\texample.com/shop/b [build failed]\n' },
      { Action: 'fail', Package: 'example.com/shop/b' },
    )}# example.com/shop/old\n./old.go:3:1: syntax error\nFAIL\texample.com/shop/old [build failed]\nFAIL\texample.com/shop/gone [setup failed]\n`,
  );
  expect(events.filter(({ type }) => type !== 'output')).toMatchObject([
    {
      result: {
        name: 'example.com/shop/b',
        status: 'error',
        message: 'the package does not build: b/b_test.go:7:2: undefined: nope',
        location: { path: 'b/b_test.go', line: 7 },
      },
    },
    { result: { name: 'example.com/shop/old', status: 'error', location: { path: 'old.go', line: 3 } } },
    { result: { name: 'example.com/shop/gone', status: 'error', message: 'the package does not build' } },
  ]);
});

it('one build that fails several packages is told of each', async () => {
  const failed = (name: string) => [
    { Action: 'output', Package: name, Output: `FAIL\t${name} [build failed]\n` },
    { Action: 'fail', Package: name, FailedBuild: 'example.com/shop/db' },
  ];
  const build = { ImportPath: 'example.com/shop/db', Action: 'build-output', Output: 'db/db.go:3:1: undefined: x\n' };
  const events = await parse(lines(build, ...failed('example.com/shop/a'), ...failed('example.com/shop/b')));
  expect(cases(events).map(({ name, location }) => [name, location])).toEqual([
    ['example.com/shop/a', { path: 'db/db.go', line: 3 }],
    ['example.com/shop/b', { path: 'db/db.go', line: 3 }],
  ]);
});

const PANIC = `panic: nil map [recovered]

goroutine 7 [running]:
testing.tRunner.func1()
	/usr/local/go/src/testing/testing.go:1977 +0x349
shop/pkg.helper(...)
	/app/pkg/a.go:12
shop/pkg.TestA(0xc0)
	/app/pkg/a_test.go:5 +0x28
`;
const TESTIFY = `    a_test.go:9:
        \tError Trace:\t/app/pkg/a_test.go:9
        \tError:      \tNot equal:
`;

it.each([
  [
    'a line that a test logs',
    'github.com/acme/shop/v2/pkg',
    '    a_test.go:12: got 1\n',
    'a_test.go:12: got 1',
    { path: 'pkg/a_test.go', line: 12 },
  ],
  [
    'in a module of a host of its own',
    'example.com/shop',
    '    a_test.go:12: got 1\n',
    'a_test.go:12: got 1',
    { path: 'a_test.go', line: 12 },
  ],
  ['in a module without a host', 'shop/pkg/db', '    a_test.go:12: got 1\n', 'a_test.go:12: got 1', { path: 'pkg/db/a_test.go', line: 12 }],
  ['a panic', 'shop/pkg', PANIC, 'panic: nil map [recovered]', { path: '/app/pkg/a.go', line: 12 }],
  ['testify', 'shop/pkg', TESTIFY, 'a_test.go:9: Not equal:', { path: '/app/pkg/a_test.go', line: 9 }],
])('says where a test failed: %s', async (_, Package, Output, message, location) => {
  const events = await parse(
    lines({ Action: 'output', Package, Test: 'TestA', Output }, { Action: 'fail', Package, Test: 'TestA' }, { Action: 'fail', Package }),
  );
  expect(cases(events)).toMatchObject([{ name: 'TestA', status: 'failed', message, location }]);
});

it('says what an example printed', async () => {
  const Output = 'got:\na\nwant:\nb\n';
  const events = await parse(
    lines(
      { Action: 'output', Package: 'p', Test: 'ExampleX', Output },
      { Action: 'fail', Package: 'p', Test: 'ExampleX' },
      { Action: 'fail', Package: 'p' },
    ),
  );
  expect(cases(events)).toMatchObject([{ message: 'got: a want: b' }]);
});

it('finds an event behind half a line of something else, and says what comes from the cache', async () => {
  const events = await parse(
    `listening on :80{"Time":"x","Action":"pass","Package":"p","Test":"TestA"}\n${lines(
      { Action: 'output', Package: 'p', Output: 'ok  \tp\t(cached)\n' },
      { Action: 'pass', Package: 'p' },
    )}`,
  );
  expect(cases(events)).toMatchObject([{ name: 'TestA', status: 'passed' }]);
  expect(events.filter(({ type }) => type === 'note')).toMatchObject([
    { message: expect.stringContaining('1 lines are not events') as string },
    { message: expect.stringContaining('cache') as string },
  ]);
});

it('several runs in one file: a run that broke off is a gap, whatever comes after it', async () => {
  const whole = lines({ Action: 'start', Package: 'p' }, { Action: 'pass', Package: 'p', Test: 'TestA' }, { Action: 'pass', Package: 'p' });
  expect((await parse(whole + whole)).map(({ type }) => type)).toEqual(['case', 'case']);
  const events = await parse(lines({ Action: 'start', Package: 'p' }, { Action: 'run', Package: 'p', Test: 'TestA' }) + whole);
  expect(events.filter(({ type }) => type === 'gap')).toEqual([
    { type: 'gap', reason: 'truncated', message: 'package p begins anew before it ended' },
  ]);
});

it('finds a time-out in the output of its package', async () => {
  const events = await parse(
    lines(
      { Action: 'run', Package: 'p', Test: 'TestSlow' },
      { Action: 'output', Package: 'p', Output: 'panic: test timed out after 1s\n' },
      { Action: 'fail', Package: 'p' },
    ),
  );
  expect(cases(events)).toMatchObject([{ name: 'TestSlow', status: 'error', message: 'panic: test timed out after 1s' }]);
});

it.each([
  ['between two events', lines({ Action: 'start', Package: 'p' }, { Action: 'run', Package: 'p', Test: 'TestA' })],
  ['in the middle of an event', `${lines({ Action: 'start', Package: 'p' }, { Action: 'run', Package: 'p', Test: 'TestA' })}{"Action":"pa`],
])('a stream that is cut %s leaves a gap and an error for the running test', async (_, text) => {
  const events = await parse(text);
  expect(cases(events)).toMatchObject([{ name: 'TestA', status: 'error', message: 'the report ends before this test did' }]);
  expect(events.filter(({ type }) => type === 'gap')).toMatchObject([{ reason: 'truncated' }]);
});

it('takes a lost end of a subtest for what its root says, and never a lost root for a pass', async () => {
  const events = await parse(
    lines(
      ...['TestA', 'TestA/sub', 'TestB', 'TestB/sub'].map((Test) => ({ Action: 'run', Package: 'p', Test })),
      { Action: 'pass', Package: 'p', Test: 'TestA' },
      { Action: 'pass', Package: 'p' },
    ),
  );
  expect(cases(events).map(({ name, status }) => [name, status])).toEqual([
    ['TestA', 'passed'],
    ['TestA/sub', 'passed'],
    ['TestB', 'error'],
    ['TestB/sub', 'error'],
  ]);
});

it('lets the output of other programs pass and bounds a line', async () => {
  const noise = `go: downloading x\n${lines({ Action: 'start', Package: 'p' }, { Action: 'pass', Package: 'p' })}{"Action":"output","Package":"p","Output":"${'x'.repeat(2_000_000)}"}\n`;
  const events = await parse(noise, 65_536);
  expect(events).toMatchObject([
    { type: 'note' },
    { type: 'gap', reason: 'malformed', message: 'line 4 is longer than 1000000 characters' },
  ]);
});

function lines(...events: readonly Record<string, unknown>[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

function fixture(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, 'fixtures', name), 'utf8');
}

async function parse(text: string, length?: number): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await goJson.parse(pieces(text, length), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]): CaseResult[] {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
