import { describe, expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { libtest } from './index.ts';

const OK = (passed: number, failed = 0, ignored = 0): string =>
  `\ntest result: ${failed > 0 ? 'FAILED' : 'ok'}. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out; finished in 0.00s\n`;

describe('text', () => {
  it.each([
    ['test a::b ... ok', 'a::b', 'passed'],
    ['test a::b ... FAILED', 'a::b', 'failed'],
    ['test a::b ... FAILED (time limit exceeded)', 'a::b', 'failed'],
    ['test a::b ... ignored', 'a::b', 'skipped'],
    ['test a::b ... ignored, needs a database', 'a::b', 'skipped'],
    ['test a::b ... ok <0.012s>', 'a::b', 'passed'],
    ['test a::b - should panic ... ok', 'a::b', 'passed'],
    ['test src/lib.rs - add (line 8) - compile fail ... ok', 'src/lib.rs - add (line 8)', 'passed'],
    ['test b ... bench:       1,234 ns/iter (+/- 12)', 'b', 'passed'],
    ['printed without an endtest a::b ... ok', 'a::b', 'passed'],
    ['\u001B[0mtest a::b ... \u001B[32mok\u001B[0m', 'a::b', 'passed'],
    ['test a::b ... \u001B[31mFAILED\u001B(B\u001B[m', 'a::b', 'failed'],
  ])('%j', async (line, name, status) => {
    const events = await read(`running 1 test\n${line}\n`);
    expect(cases(events)[0]).toMatchObject({ name, status });
  });

  it('finds what a test printed, where it panicked, and the binary it is in', async () => {
    const events = await read(
      `     Running unittests src/lib.rs (target/debug/deps/shop-1f)\n\nrunning 2 tests\ntest a ... FAILED\ntest b ... FAILED\n\nfailures:\n\n---- a stdout ----\n\nthread 'a' (7) panicked at src/lib.rs:20:9:\nno sum\n\n---- b stdout ----\nError: "no database"\n\nfailures:\n    a\n    b\n${OK(0, 2)}`,
    );
    expect(cases(events)).toMatchObject([
      { suite: 'src/lib.rs', name: 'a', message: 'no sum', location: { path: 'src/lib.rs', line: 20 } },
      { suite: 'src/lib.rs', name: 'b', message: 'Error: "no database"' },
    ]);
    expect(lies(events)).toEqual([]);
  });

  it.each([
    ['in its own line', 'test a ... hello\nok\n', 'passed'],
    ['behind its output', 'test a ... hellook\n', 'passed'],
    ['nowhere, and the totals tell', 'test a ... hello\nmore\n', 'passed'],
  ])('finds the end of a test that printed: %s', async (_, text, status) => {
    expect(statuses(await read(`running 2 tests\n${text}test b ... ok\n${OK(2)}`))).toEqual(
      expect.arrayContaining([
        ['a', status],
        ['b', 'passed'],
      ]),
    );
  });

  it('counts the marks of --quiet', async () => {
    const events = await read(
      `running 4 tests\n.i 2/4\na --- FAILED\n. 4/4\n\nfailures:\n\n---- a stdout ----\nno\n\nfailures:\n    a\n${OK(2, 1, 1)}`,
    );
    expect(statuses(events).map(([, status]) => status)).toEqual(['failed', 'passed', 'passed', 'skipped']);
    expect(lies(events)).toEqual([]);
  });

  it('a binary that another one follows without a result is an error', async () => {
    const events = await read(
      `     Running tests/a.rs (target/a)\nrunning 3 tests\ntest a ... ok\nerror: test failed, to rerun pass \`--test a\`\n\nCaused by:\n  process didn't exit successfully: \`target/a\` (signal: 11, SIGSEGV: invalid memory reference)\n     Running tests/b.rs (target/b)\nrunning 1 test\ntest b ... ok\n${OK(1)}`,
    );
    expect(cases(events)).toMatchObject([
      { name: 'a', status: 'passed' },
      { suite: 'tests/a.rs', status: 'error', message: expect.stringContaining('SIGSEGV') as string },
      { name: 'b', status: 'passed' },
    ]);
    expect(gaps(events)).toEqual([]);
  });

  it('a binary that crashed behind its result is an error', async () => {
    const events = await read(
      `     Running tests/a.rs (target/a)\nrunning 1 test\ntest a ... ok\n${OK(1)}error: test failed, to rerun pass \`--test a\`\n\nCaused by:\n  process didn't exit successfully: \`target/a\` (signal: 6, SIGABRT: process abort signal)\n`,
    );
    expect(statuses(events)).toEqual([
      ['a', 'passed'],
      ['tests/a.rs', 'error'],
    ]);
  });

  it('and also where another binary follows', async () => {
    const crash = `error: test failed, to rerun pass \`--test a\`\n\nCaused by:\n  process didn't exit successfully: \`target/a\` (signal: 6, SIGABRT: process abort signal)\n`;
    const events = await read(
      `     Running tests/a.rs (target/a)\nrunning 1 test\ntest a ... ok\n${OK(1)}${crash}     Running tests/b.rs (target/b)\nrunning 1 test\ntest b ... ok\n${OK(1)}`,
    );
    expect(cases(events)).toMatchObject([{ name: 'a' }, { suite: 'tests/a.rs', name: 'tests/a.rs', status: 'error' }, { name: 'b' }]);
  });

  it.each([
    ['in its tests', 'running 2 tests\ntest a ... ok\n'],
    ['before its result', 'running 1 test\ntest a ... ok\n'],
    ['before its tests', `running 1 test\ntest a ... ok\n${OK(1)}     Running tests/b.rs (target/b)\n`],
    ['in a line', `running 1 test\ntest a ... ok\n${OK(1).slice(0, -30)}`],
  ])('a report that ends %s is a gap', async (_, text) => {
    expect(gaps(await read(text))).toMatchObject([{ reason: 'truncated' }]);
  });

  it('needs no line break behind a whole result', async () => {
    expect(gaps(await read(`running 1 test\ntest a ... ok\n${OK(1).trimEnd()}`))).toEqual([]);
  });

  it('code that does not compile is a gap that says why', async () => {
    const text =
      '   Compiling shop v0.1.0 (/app)\nerror[E0425]: cannot find function `f` in this scope\n --> src/lib.rs:3:5\n\nerror: could not compile `shop` (lib test) due to 1 previous error\n';
    expect(libtest.sniff({ path: '', text })).toBe(true);
    expect(gaps(await read(text))).toMatchObject([
      { reason: 'not-started', message: expect.stringContaining('cannot find function `f`') as string },
    ]);
  });

  it.each([
    ['tests', OK(2), 2, 1],
    ['failed', OK(0, 1), 1, 0],
  ])('shows a result that lies about %s', async (what, result, declared, counted) => {
    expect(lies(await read(`running 1 test\ntest a ... ok\n${result}`))).toContainEqual({
      type: 'declared',
      scope: 'test result',
      what,
      declared,
      counted,
    });
  });

  it('a failed result that nothing bears out is an error', async () => {
    expect(statuses(await read(`running 1 test\ntest a ... ok\n${OK(1).replace('ok.', 'FAILED.')}`))).toContainEqual([
      'the test binary',
      'error',
    ]);
  });
});

describe('JSON', () => {
  it('takes what never ended for an error, and a stream without an end for cut', async () => {
    const events = await read(json({ type: 'suite', event: 'started', test_count: 2 }, { type: 'test', event: 'started', name: 'a' }));
    expect(cases(events)).toMatchObject([{ name: 'a', status: 'error' }]);
    expect(gaps(events)).toMatchObject([{ reason: 'truncated' }]);
  });

  it("reads nextest's attempts, and suites that outlive each other", async () => {
    const events = await read(
      json(
        { type: 'suite', event: 'started', test_count: 3 },
        { type: 'test', event: 'started', name: 'shop::api$flaky' },
        { type: 'test', event: 'started', name: 'shop::api$late' },
        { type: 'test', event: 'ok', name: 'shop::api$flaky#3', exec_time: 0.5 },
        { type: 'suite', event: 'ok', passed: 1, failed: 0, ignored: 4, measured: 0, filtered_out: 0 },
        { type: 'suite', event: 'started', test_count: 3 },
        { type: 'test', event: 'failed', name: 'shop::api$late', stdout: "\nthread 'late' panicked at src/a.rs:3:1:\nno\n" },
        { type: 'suite', event: 'failed', passed: 0, failed: 1, ignored: 4, measured: 0, filtered_out: 2 },
      ),
    );
    expect(cases(events)).toMatchObject([
      { suite: 'shop::api', name: 'flaky', status: 'passed', earlier: ['failed', 'failed'], durationMs: 500 },
      { suite: 'shop::api', name: 'late', status: 'failed', message: 'no', location: { path: 'src/a.rs', line: 3 } },
    ]);
    expect([lies(events), gaps(events)]).toEqual([[], []]);
  });

  it('keeps a # in a name that is not of nextest', async () => {
    const events = await read(
      json(
        { type: 'suite', event: 'started', test_count: 1 },
        { type: 'test', event: 'ok', name: 'case #2' },
        { type: 'suite', event: 'ok', passed: 1, failed: 0, ignored: 0, measured: 0 },
      ),
    );
    expect(cases(events)).toMatchObject([{ name: 'case #2' }]);
    expect(cases(events)[0]).not.toHaveProperty('earlier');
  });

  it('shows a suite that lies, and one that failed without a failing test', async () => {
    const suite = (end: object) =>
      read(json({ type: 'suite', event: 'started', test_count: 1 }, { type: 'test', event: 'ok', name: 'a' }, { type: 'suite', ...end }));
    expect(lies(await suite({ event: 'ok', passed: 2, failed: 0, ignored: 0, measured: 0 }))).toMatchObject([{ declared: 2, counted: 1 }]);
    expect(statuses(await suite({ event: 'failed', passed: 1, failed: 0, ignored: 0, measured: 0 }))).toContainEqual([
      'the test binary',
      'error',
    ]);
  });
});

it.each([
  ['a log', 'running the tests\ntest it\n', false],
  ["Deno's output", 'running 3 tests from ./a.ts\nadds ... ok (1ms)\n', false],
  ["Dart's events", '{"type":"testDone","testID":1}\n', false],
  ["Go's events", '{"Action":"run","Package":"a","Test":"A"}\n', false],
  ['one binary', 'running 0 tests\n', true],
  ['text of Windows', 'noise\r\nrunning 1 test\r\n', true],
])('claims %s: %s', (_, text, claimed) => {
  expect(libtest.sniff({ path: '', text })).toBe(claimed);
});

function json(...events: readonly object[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

async function read(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await libtest.parse(pieces(text), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}

function statuses(events: readonly ResultEvent[]) {
  return cases(events).map(({ name, status }) => [name, status]);
}

function gaps(events: readonly ResultEvent[]) {
  return events.filter(({ type }) => type === 'gap');
}

function lies(events: readonly ResultEvent[]) {
  return events.filter((event) => event.type === 'declared' && event.declared !== event.counted);
}
