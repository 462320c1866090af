import { describe, expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { tap } from './index.ts';

describe('points', () => {
  it.each([
    ['ok 1 - adds', 'adds', 'passed'],
    ['ok 1 adds', 'adds', 'passed'],
    ['ok', 'test 1', 'passed'],
    ['ok 1', 'test 1', 'passed'],
    ['ok - adds', 'adds', 'passed'],
    ['not ok 1 - adds', 'adds', 'failed'],
    ['not ok', 'test 1', 'failed'],
    ['ok 1 - adds # SKIP no network', 'adds', 'skipped'],
    ['ok 1 # skip', 'test 1', 'skipped'],
    ['ok 1 - adds # Skipped: no network', 'adds', 'skipped'],
    ['not ok 1 - adds # SKIP', 'adds', 'skipped'],
    ['not ok 1 - adds # TODO later', 'adds', 'skipped'],
    ['ok 1 - adds # todo', 'adds', 'skipped'],
    [String.raw`ok 1 - costs \# TODO 5`, 'costs # TODO 5', 'passed'],
    ['ok 1 - issue #12', 'issue #12', 'passed'],
    ['ok 1 - 2 is even', '2 is even', 'passed'],
    ['ok 1 - adds # time=12.5ms', 'adds', 'passed'],
    ['ok 1 adds in 12ms', 'adds', 'passed'],
    ['ok 1 adds in 12ms # skip no network', 'adds', 'skipped'],
  ])('%s', async (line, name, status) => {
    const events = await read(`1..1\n${line}\n`);
    expect(cases(events)).toMatchObject([{ name, status }]);
    expect(gaps(events)).toEqual([]);
  });

  it('reads durations of node-tap, bats and node', async () => {
    const events = await read('1..3\nok 1 - a # time=12.5ms\nok 2 b in 2sec\nok 3 - c\n  ---\n  duration_ms: 7.25\n  ...\n');
    expect(cases(events).map(({ durationMs }) => durationMs)).toEqual([12.5, 2000, 7.25]);
  });

  it.each(['okay then', 'ok: fine', 'ok  \texample.com/shop\t0.01s', 'notok 1', 'ok!'])('%s is none', async (line) => {
    expect(cases(await read(`TAP version 13\n1..1\nok 1 - a\n${line}\n`))).toHaveLength(1);
  });
});

describe('plans', () => {
  it.each([
    ['no plan', 'ok 1 - a\nok 2 - b\n'],
    ['fewer points than planned', '1..3\nok 1 - a\nok 2 - b\n'],
    ['a number that is missing', 'ok 1 - a\nok 3 - c\n1..2\n'],
    ['points cut in the middle', '1..2\nok 1 - a\nok 2 - b # SK'],
    ['a plan that is cut', 'ok 1 - a\nok 2 - b\n1..'],
    ['a YAML block that never ends', '1..1\nnot ok 1 - a\n  ---\n  error: x\n'],
    ['subtests without the test around them', '1..1\nok 1 - a\n    ok 1 - b\n    1..1\n'],
    ['braces that stay open', '1..1\nok 1 - a {\n'],
    ["node's summary that breaks off", '1..1\nok 1 - a\n# tests 1\n# pass 1\n# fail 0\n# cancelled 0\n'],
  ])('%s is a gap', async (_, text) => {
    expect(gaps(await read(text))[0]).toMatchObject({ reason: 'truncated' });
  });

  it('more points than planned are a disagreement', async () => {
    expect(lies(await read('1..1\nok 1 - a\nok 2 - b\n'))).toMatchObject([{ scope: 'plan', what: 'tests', declared: 1, counted: 2 }]);
  });

  it('may stand at the end, without a line break', async () => {
    expect(gaps(await read('ok 1 - a\nok 2 - b\n1..2'))).toEqual([]);
  });

  it('of nothing says why', async () => {
    expect(cases(await read('1..0 # SKIP no database\n'))).toMatchObject([{ status: 'skipped', message: 'no database' }]);
  });

  it('bailing out is an error, and no gap besides', async () => {
    const events = await read('1..9\nok 1 - a\nBail out! no database\n');
    expect(cases(events)).toMatchObject([{ status: 'passed' }, { status: 'error', message: 'no database' }]);
    expect(gaps(events)).toEqual([]);
  });
});

describe('subtests are counted in place of the test around them', () => {
  it.each([
    [
      'announced at its own depth (node, node-tap, Test::More)',
      '# Subtest: A\n    # Subtest: a\n    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - A\n1..1\n',
    ],
    [
      'announced at the depth of its subtests (older Test::More)',
      '    # Subtest: A\n    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - A\n1..1\n',
    ],
    ['between braces (node-tap, vitest)', '1..1\nnot ok 1 - A # time=1ms {\n    1..2\n    ok 1 - a\n    not ok 2 - b\n}\n'],
    ['between braces behind a YAML block', '1..1\nnot ok 1 - A\n  ---\n  at: x\n  ...\n{\n    1..2\n    ok 1 - a\n    not ok 2 - b\n}\n'],
  ])('%s', async (_, text) => {
    const events = await read(`TAP version 14\n${text}`);
    expect(cases(events)).toMatchObject([
      { suite: 'A', name: 'a', status: 'passed' },
      { suite: 'A', name: 'b', status: 'failed' },
    ]);
    expect(gaps(events)).toEqual([]);
  });

  it('deeply', async () => {
    const events = await read(
      '# Subtest: A\n    # Subtest: B\n        # Subtest: c\n        ok 1 - c\n        1..1\n    ok 1 - B\n    1..1\nok 1 - A\n1..1\n',
    );
    expect(cases(events)).toMatchObject([{ suite: 'A › B', name: 'c', status: 'passed' }]);
  });

  it('unless it failed where none of them did', async () => {
    const events = await read('# Subtest: A\n    ok 1 - a\n    1..2\nnot ok 1 - A\n1..1\n');
    expect(statuses(events)).toEqual([
      ['a', 'passed'],
      ['A', 'failed'],
    ]);
  });

  it('a passing test around fewer subtests than planned is a disagreement', async () => {
    expect(lies(await read('# Subtest: A\n    ok 1 - a\n    1..2\nok 1 - A\n1..1\n'))).toMatchObject([
      { scope: 'plan of "A"', declared: 2, counted: 1 },
    ]);
  });

  it.each([
    ['testCodeFailure', ['a', 'A']],
    ['subtestsFailed', ['a']],
    ['cancelledByParent', ['a']],
  ])('and as well where node says that it failed by itself: %s', async (cause, names) => {
    const events = await read(`# Subtest: A\n    not ok 1 - a\n    1..1\nnot ok 1 - A\n  ---\n  failureType: '${cause}'\n  ...\n1..1\n`);
    expect(cases(events).map(({ name }) => name)).toEqual(names);
  });

  it.each(['exitCode: 1\n  signal: ~', "exitCode: ~\n  signal: 'SIGSEGV'"])('a file of node that crashed is an error: %j', async (said) => {
    const events = await read(`not ok 1 - a.test.js\n  ---\n  failureType: 'testCodeFailure'\n  ${said}\n  ...\n1..1\n`);
    expect(statuses(events)).toEqual([['a.test.js', 'error']]);
  });

  it('an empty suite of node is no test, and a broken one is an error', async () => {
    const yaml = (type: string, more = ''): string => `  ---\n  type: '${type}'\n${more}  ...\n`;
    const events = await read(
      `TAP version 13\n# Subtest: A\n    1..0\nok 1 - A\n${yaml('suite')}# Subtest: B\nnot ok 2 - B\n${yaml('suite', "  failureType: 'hookFailed'\n  error: 'gone'\n")}1..2\n`,
    );
    expect(cases(events)).toMatchObject([{ name: 'B', status: 'error', message: 'gone' }]);
  });
});

describe('explanations', () => {
  it.each([
    [
      'node',
      "  ---\n  location: '/app/a.test.js:4:1'\n  error: |-\n    the sum is wrong\n    really\n  ...\n",
      'the sum is wrong',
      '/app/a.test.js',
      4,
    ],
    ['tape', '  ---\n    operator: equal\n    at: Test.<anonymous> (/app/a.js:7:5)\n  ...\n', undefined, '/app/a.js', 7],
    ['node-tap', '  ---\n  at:\n    fileName: test/a.js\n    lineNumber: 9\n  ...\n', undefined, 'test/a.js', 9],
    [
      'vitest',
      '    ---\n    error:\n        name: "E"\n        message: "the sum is wrong"\n    at: "/app/a.test.ts:6:13"\n    ...\n',
      'the sum is wrong',
      '/app/a.test.ts',
      6,
    ],
    ['Test::More', "#   Failed test 'a'\n#   at t/a.t line 3.\n#          got: '1'\n", "got: '1'", 't/a.t', 3],
    ['bats', "# (in test file test/a.bats, line 5)\n#   `[ 1 = 2 ]' failed\n", "`[ 1 = 2 ]' failed", 'test/a.bats', 5],
    ['mocha', '  Error: the sum is wrong\n      at Context.<anonymous> (/app/a.js:8:9)\n', 'Error: the sum is wrong', '/app/a.js', 8],
  ])('of %s', async (_, said, message, path, line) => {
    const [result] = cases(await read(`1..2\nnot ok 1 - a\n${said}ok 2 - b\n`));
    expect(result?.message).toBe(message);
    expect(result?.location).toEqual({ path, line });
  });

  it('hide no points in a block that nobody closed', async () => {
    const events = await read('1..2\nnot ok 1 - a\n  ---\n  error: x\nok 2 - b\n');
    expect(statuses(events)).toEqual([
      ['a', 'failed'],
      ['b', 'passed'],
    ]);
  });

  it('are no points where they look like some', async () => {
    const events = await read('1..1\nnot ok 1 - a\n  ---\n  diff: |\n    ok 1 - b\n    not ok 2 - c\n  ...\n');
    expect(statuses(events)).toEqual([['a', 'failed']]);
  });
});

describe('several streams in one file', () => {
  it('one after the other, each with its plan', async () => {
    const events = await read('1..2\nok 1 - a\nok 2 - b\n1..1\nnot ok 1 - c\nok 1 - d\n1..1\nTAP version 13\nok 1 - e\n1..1\n');
    expect(cases(events)).toHaveLength(5);
    expect(gaps(events)).toEqual([]);
  });

  it('a script that died before the next one is an error', async () => {
    const events = await read('1..3\nok 1 - a\n1..1\nok 1 - b\n');
    expect(cases(events)).toMatchObject([{ name: 'a' }, { name: 'the test script', status: 'error' }, { name: 'b' }]);
    expect(gaps(events)).toEqual([]);
  });

  it('below prove, of which each script ends with a bare ok', async () => {
    const events = await read(
      't/a.t .. \n1..1\nok 1 - a\nok\nt/b.t .. skipped: no database\nt/c.t .. \n1..1\nok 1 - c\nDubious, test returned 1 (wstat 256, 0x100)\nAll 1 subtests passed \nFiles=3, Tests=2,  0 wallclock secs\nResult: FAIL\n',
    );
    expect(cases(events)).toMatchObject([
      { file: 't/a.t', name: 'a', status: 'passed' },
      { file: 't/b.t', status: 'skipped', message: 'no database' },
      { file: 't/c.t', name: 'c', status: 'passed' },
      { file: 't/c.t', status: 'error', message: 'Dubious, test returned 1 (wstat 256, 0x100)' },
    ]);
    expect([lies(events), gaps(events)]).toEqual([[], []]);
  });

  it('a result of prove that nothing bears out is an error, and a missing one a gap', async () => {
    const run = 't/a.t .. \n1..1\nok 1 - a\nok\n';
    expect(statuses(await read(`${run}Files=1, Tests=1,  0 secs\nResult: FAIL\n`)).at(-1)).toEqual(['prove', 'error']);
    expect(gaps(await read(run))).toMatchObject([{ reason: 'truncated' }]);
  });
});

it.each([
  ['# tests 3\n# pass 2\n# fail 1\n', 'tests', 3, 2],
  ['# tests 2\n# pass 2\n# fail 0\n', 'failed', 0, 1],
  ['# tests 2\n# fail 1\n# skipped 1\n', 'skipped', 1, 0],
])('shows a summary that lies: %j', async (summary, what, declared, counted) => {
  expect(lies(await read(`TAP version 13\nok 1 - a\nnot ok 2 - b\n1..2\n${summary}`))).toEqual([
    { type: 'declared', scope: 'summary', what, declared, counted },
  ]);
});

it("names tape's assertions by the test that they stand in", async () => {
  const events = await read(
    'TAP version 13\n# adds\nok 1 should be equal\n# subtracts\nok 2 should be equal\n\n1..2\n# tests 2\n# pass  2\n\n# ok\n\n',
  );
  expect(cases(events)).toMatchObject([{ suite: 'adds' }, { suite: 'subtracts' }]);
});

it('bounds its depth', async () => {
  const deep = Array.from({ length: 300 }, (_, at) => `${'    '.repeat(at)}ok 1 - a\n`).join('');
  expect(gaps(await read(`1..1\n${deep}`))).toMatchObject([{ reason: 'hostile' }]);
});

it.each([
  ['a log', 'starting\nok\nall tests passed\nok then\n', false],
  ['a numbered list', '1. ok\n2. not ok\n', false],
  ['go test', 'ok  \texample.com/a\t0.01s\nok  \texample.com/b\t0.02s\n', false],
  ['a version between other output', '> test\n> tape\n\nTAP version 13\n# a\nok 1 b\n', true],
  ['a plan and a point', 'make test\n1..2\nok 1 - a\n', true],
  ['a range of something', 'pages 1..4\n1..4\nand so on\n', false],
  ['numbered points', 'noise\nok 1 - a\nnot ok 2 - b\n', true],
  ['JSON that holds some', '{"Output":"1..1\\nok 1 - a\\n"}\n1..1\nok 1\n', false],
])('claims %s: %s', (_, text, claimed) => {
  expect(tap.sniff({ path: '', text })).toBe(claimed);
});

async function read(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await tap.parse(pieces(text), (event) => events.push(event));
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
