import { Readable } from 'node:stream';

import { expect, it } from 'vitest';

import { files, withReports } from '../../tests/contracts/results-support.ts';
import { collectResults, type Collected } from './collect.ts';

it('lets the newest attempt decide and tells flaky apart from passed', async () => {
  const { tests } = await collect([
    {
      'a.xml': suite(
        '<testcase name="flaky"><failure message="once"/></testcase><testcase name="broken"><failure/></testcase><testcase name="ok"/>',
      ),
    },
    { 'a2.xml': suite('<testcase name="flaky"/><testcase name="broken"><failure message="still"/></testcase>') },
  ]);
  expect(tests.counts).toEqual({ tests: 3, runs: 5, passed: 2, failed: 1, errors: 0, skipped: 0, flaky: 1 });
  expect(tests.flaky).toMatchObject([
    { name: 'flaky', status: 'passed', attempts: ['failed', 'passed'], message: 'once', source: 'a.xml' },
  ]);
  expect(tests.failed).toMatchObject([{ name: 'broken', attempts: ['failed', 'failed'], message: 'still', source: 'a2.xml' }]);
  expect(tests.files.map(({ attempt, counts }) => [attempt, counts.tests, counts.failed])).toEqual([
    [1, 3, 2],
    [2, 2, 1],
  ]);
});

it('never hides a failure behind the same test in another file of the same attempt', async () => {
  const shards = {
    'linux.xml': suite('<testcase name="a"><failure message="linux"/></testcase>'),
    'mac.xml': suite('<testcase name="a"/>'),
  };
  const { tests } = await collect([shards]);
  expect(tests.counts).toEqual({ tests: 1, runs: 2, passed: 0, failed: 1, errors: 0, skipped: 0, flaky: 0 });
  expect(tests.failed).toMatchObject([{ name: 'a', message: 'linux', attempts: ['failed', 'passed'] }]);
});

it('takes repetitions in one file as attempts where their producer writes attempts so', async () => {
  const { tests } = await collect([
    {
      'a.xml': gotestsum(
        '<testcase name="TestA"><failure/></testcase><testcase name="TestA"/><testcase name="TestB"/><testcase name="TestB"><failure/></testcase>',
      ),
    },
  ]);
  expect(tests.counts).toEqual({ tests: 2, runs: 4, passed: 1, failed: 1, errors: 0, skipped: 0, flaky: 1 });
});

it('takes them for tests of one title where nothing says so, and knows each of them again in the next attempt', async () => {
  const two = (first: string, second: string): string =>
    suite(`<testcase name="a">${first}</testcase><testcase name="a">${second}</testcase>`);
  const first = two('<failure/>', '');
  expect((await collect([{ 'a.xml': first }])).tests.counts).toMatchObject({ tests: 2, passed: 1, failed: 1, flaky: 0 });
  const still = await collect([{ 'a.xml': first }, { 'b.xml': two('<failure/>', '') }]);
  expect(still.tests.counts).toEqual({ tests: 2, runs: 4, passed: 1, failed: 1, errors: 0, skipped: 0, flaky: 0 });
  const fine = await collect([{ 'a.xml': first }, { 'b.xml': two('', '') }]);
  expect(fine.tests.counts).toEqual({ tests: 2, runs: 4, passed: 2, failed: 0, errors: 0, skipped: 0, flaky: 1 });
  const files = await collect([{ 'a.xml': first, 'c.xml': two('', '') }]);
  expect(files.tests.counts).toEqual({ tests: 2, runs: 4, passed: 1, failed: 1, errors: 0, skipped: 0, flaky: 0 });
});

it.each([
  ['passes are runs of one test', ['', '', ''], { tests: 2, runs: 5, passed: 2, failed: 0, errors: 0, flaky: 0 }],
  ['a failure outlives the pass behind it', ['', '<failure/>', ''], { tests: 3, runs: 5, passed: 2, failed: 1, errors: 0, flaky: 0 }],
  ['each failure stands', ['<failure/>', '<error/>', '<failure/>'], { tests: 4, runs: 5, passed: 1, failed: 2, errors: 1, flaky: 0 }],
  ['a skip is a run, too', ['<skipped/>', '', ''], { tests: 2, runs: 5, passed: 2, failed: 0, errors: 0, flaky: 0 }],
  ['what a case marks is one more', ['<flakyFailure/>', '', ''], { tests: 2, runs: 6, passed: 2, failed: 0, errors: 0, flaky: 1 }],
])('of the runs that surefire tells as cases, %s', async (_, outcomes, expected) => {
  const runs = outcomes.map((outcome) => `<testcase classname="A" name="a">${outcome}</testcase>`);
  const cases = runs.join('<testcase classname="A" name="between"/>');
  const { tests } = await collect([
    { 'a.xml': `<testsuite xsi:noNamespaceSchemaLocation="surefire-test-report.xsd" name="A">${cases}</testsuite>` },
  ]);
  expect(tests.counts).toMatchObject(expected);
});

it('does not take a skip for a run: what failed before stays failed', async () => {
  const { tests } = await collect([
    { 'a.xml': suite('<testcase name="a"><failure/></testcase><testcase name="b"/>') },
    { 'b.xml': suite('<testcase name="a"><skipped/></testcase><testcase name="b"><skipped/></testcase>') },
  ]);
  expect(tests.counts).toEqual({ tests: 2, runs: 4, passed: 1, failed: 1, errors: 0, skipped: 0, flaky: 0 });
});

it('bounds its lists and counts what they leave out', async () => {
  const cases = Array.from({ length: 700 }, (_, i) => `<testcase name="t${i}" time="${i}"><failure/></testcase>`).join('');
  const { tests } = await collect([{ 'a.xml': suite(cases) }]);
  expect([tests.failed.length, tests.omitted.failed, tests.counts.failed]).toEqual([500, 200, 700]);
  expect(tests.slowest.map(({ name }) => name)).toEqual(['t699', 't698', 't697', 't696', 't695', 't694', 't693', 't692', 't691', 't690']);
});

it('redacts before it cuts, strips colours, and makes paths of the repository relative', async () => {
  const xml = suite(
    '<testcase name="logs in with hunter2" file="/repo/src/a.ts" line="3"><failure message="\u001B[31mhunter2\u001B[0m is wrong"/></testcase>',
  );
  const memory = { ...files, stream: () => Readable.from([Buffer.from(xml)]) };
  const { tests } = await collectResults({ ports: { files: memory }, root: '/repo', redact, attempts: [{ attempt: 1, paths: ['a.xml'] }] });
  expect(tests.failed).toMatchObject([
    { name: 'logs in with ***', file: 'src/a.ts', message: '*** is wrong', location: { path: 'src/a.ts', line: 3 } },
  ]);
});

it('knows where a test failed from its trace, where the report does not say', async () => {
  const { tests } = await collect([
    {
      'a.xml': suite(
        `<testcase name="a"><failure>Error: no
    at eq (/usr/lib/node_modules/x/eq.js:1:1)
    at run (src/a.test.ts:7:3)</failure></testcase>
<testcase name="b" file="src/b.py"><failure>File "src/help.py", line 3
File "src/b.py", line 9</failure></testcase>
<testcase name="c" file="src/c.py" line="2"><failure>File "src/c.py", line 9</failure></testcase>
<testcase name="d" file="src/d.py"><failure>File "src/help.py", line 3</failure></testcase>
<testcase name="e"><failure>no</failure></testcase>`,
      ),
    },
  ]);
  expect(tests.failed.map(({ location }) => location)).toEqual([
    { path: 'src/a.test.ts', line: 7 },
    { path: 'src/b.py', line: 9 },
    { path: 'src/c.py', line: 2 },
    { path: 'src/d.py' },
    undefined,
  ]);
});

it('writes one line per run, of which the last one of an id holds', async () => {
  const lines: string[] = [];
  const twice = gotestsum('<testcase name="TestA" time="1"><failure/></testcase><testcase name="TestA" time="2"/>');
  await withReports({ 'a.xml': twice }, (root, paths) =>
    collectResults({
      ports: { files },
      root,
      redact: (text) => text,
      attempts: [{ attempt: 1, paths }],
      writeCase: (line) => lines.push(line),
    }),
  );
  const [first, last] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toEqual({
    id: expect.stringMatching(/^t1:[0-9a-f]{16}$/) as string,
    status: 'failed',
    durationMs: 1000,
    suite: 's',
    name: 'TestA',
  });
  expect(last).toEqual({ ...first, status: 'passed', durationMs: 2000 });
});

it('is as sure with thousands of tests as with two', async () => {
  const cases = Array.from(
    { length: 20_000 },
    (_, i) => `<testcase classname="C${i % 7}" name="t${i}">${i % 10 === 0 ? '<failure/>' : ''}</testcase>`,
  ).join('');
  const again = Array.from({ length: 20_000 }, (_, i) => (i % 20 === 0 ? `<testcase classname="C${i % 7}" name="t${i}"/>` : '')).join('');
  const { tests } = await collect([{ 'a.xml': suite(cases) }, { 'b.xml': suite(again) }]);
  expect(tests.counts).toEqual({ tests: 20_000, runs: 21_000, passed: 19_000, failed: 1000, errors: 0, skipped: 0, flaky: 1000 });
  // The first 500 failures were no failures in the end: the list is filled with those that were.
  expect([tests.failed.length, tests.omitted.failed, tests.flaky.length, tests.omitted.flaky]).toEqual([500, 500, 500, 500]);
});

function suite(cases: string): string {
  return `<testsuites><testsuite name="s">${cases}</testsuite></testsuites>`;
}

function gotestsum(cases: string): string {
  return `<testsuites><testsuite tests="4" failures="2" time="0" name="s" timestamp="2026-01-05T10:20:30Z">${cases}</testsuite></testsuites>`;
}

function collect(attempts: readonly Readonly<Record<string, string>>[]): Promise<Collected> {
  return withReports(Object.assign({}, ...attempts) as Record<string, string>, (root) =>
    collectResults({
      ports: { files },
      root,
      redact,
      attempts: attempts.map((reports, index) => ({ attempt: index + 1, paths: Object.keys(reports) })),
    }),
  );
}

function redact(text: string): string {
  return text.replaceAll('hunter2', '***');
}
