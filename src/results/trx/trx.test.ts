import { describe, expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { trx } from './index.ts';

const XMLNS = 'xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"';

it.each([
  ['Passed', 'passed'],
  ['Completed', 'passed'],
  ['Warning', 'passed'],
  ['Failed', 'failed'],
  ['NotExecuted', 'skipped'],
  ['Inconclusive', 'skipped'],
  ['Error', 'error'],
  ['Timeout', 'error'],
  ['Aborted', 'error'],
  ['PassedButRunAborted', 'error'],
  ['NotRunnable', 'error'],
  ['Disconnected', 'error'],
  ['InProgress', 'error'],
  ['Pending', 'error'],
  ['Whatever', 'error'],
])('takes %s for %s', async (outcome, status) => {
  expect(statuses(await read(result('a', outcome)))).toEqual([['a', status]]);
});

it('takes a result without an outcome for the error that is the default', async () => {
  expect(statuses(await read('<UnitTestResult testId="1" testName="a"/>'))).toEqual([['a', 'error']]);
});

it('finds class and assembly behind the results, and takes the class out of the name', async () => {
  const events = await read(
    result('Shop.Tests.Adds(a: 1)', 'Passed', '1') + result('Adds', 'Passed', '2'),
    '<TestDefinitions><UnitTest name="x" storage="c:\\app\\shop.dll" id="1"><TestMethod className="Shop.Tests, shop, Version=1.0" name="Adds"/></UnitTest><UnitTest storage="/app/shop.dll" id="2"><TestMethod className="Shop.Other" name="Adds"/></UnitTest></TestDefinitions>',
  );
  expect(cases(events)).toMatchObject([
    { suite: 'shop.dll', class: 'Shop.Tests', name: 'Adds(a: 1)' },
    { suite: 'shop.dll', class: 'Shop.Other', name: 'Adds' },
  ]);
});

it('finds them before the results as well', async () => {
  const events: ResultEvent[] = [];
  const definitions =
    '<TestDefinitions><UnitTest storage="/app/shop.dll" id="1"><TestMethod className="Shop.Tests"/></UnitTest></TestDefinitions>';
  const xml = `<TestRun ${XMLNS}>${definitions}<Results>${result('Adds', 'Passed', '1')}</Results></TestRun>`;
  await trx.parse(pieces(xml), (event) => events.push(event));
  expect(cases(events)).toMatchObject([{ suite: 'shop.dll', class: 'Shop.Tests', name: 'Adds' }]);
});

it('tells tests apart whose class is told nowhere', async () => {
  const events = await read(result('Adds', 'Passed', '1') + result('Adds', 'Passed', '2'));
  expect(cases(events).map(({ parameters }) => parameters)).toEqual(['1', '2']);
});

it('counts data rows in place of the test around them, in either way that producers count', async () => {
  const rows = `<UnitTestResult testId="1" testName="Sums" outcome="Failed"><InnerResults>${result('Sums (1)', 'Passed')}${result('Sums (2)', 'Failed')}</InnerResults></UnitTestResult>`;
  for (const [total, failed] of [
    [3, 2],
    [2, 1],
    [1, 1],
  ]) {
    const events = await read(rows, summary('Failed', `total="${total}" executed="${total}" failed="${failed}"`));
    expect(statuses(events)).toEqual([
      ['Sums (1)', 'passed'],
      ['Sums (2)', 'failed'],
    ]);
    expect(disagreements(events)).toEqual([]);
  }
});

it('counts the test around rows that all passed where it failed by itself', async () => {
  const events = await read(
    `<UnitTestResult testId="1" testName="Sums" outcome="Failed"><InnerResults>${result('Sums (1)', 'Passed')}</InnerResults></UnitTestResult>`,
  );
  expect(statuses(events)).toEqual([
    ['Sums (1)', 'passed'],
    ['Sums', 'failed'],
  ]);
});

it('reads ordered tests and other kinds of results', async () => {
  const events = await read(
    `<TestResultAggregation testId="1" testName="in order" outcome="Passed"><InnerResults>${result('a', 'Passed')}</InnerResults></TestResultAggregation><GenericTestResult testId="3" testName="b" outcome="Failed"/>`,
  );
  expect(statuses(events)).toEqual([
    ['a', 'passed'],
    ['b', 'failed'],
  ]);
});

it.each(['Failed', 'Aborted', 'Error', 'Timeout', 'InProgress'])(
  'a run that ended as %s while all tests passed is an error',
  async (outcome) => {
    const events = await read(result('a', 'Passed'), summary(outcome, 'total="1" executed="1" passed="1"'));
    expect(statuses(events)).toEqual([
      ['a', 'passed'],
      ['the test run', 'error'],
    ]);
  },
);

it('a run that was aborted is an error beside a test that failed: others are missing', async () => {
  const events = await read(result('a', 'Failed'), summary('Aborted', 'total="1" failed="1"'));
  expect(statuses(events)).toEqual([
    ['a', 'failed'],
    ['the test run', 'error'],
  ]);
});

it('a crash of the test host is one error, in however many messages', async () => {
  const events = await read(
    result('a', 'Failed'),
    summary('Failed', 'total="1" failed="1"', [
      ['Error', 'The active test run was aborted. Reason: Test host process crashed'],
      ['Error', 'Data collector gone'],
      ['Warning', 'slow'],
    ]),
  );
  expect(cases(events)).toMatchObject([
    { name: 'a' },
    {
      name: 'the test run',
      status: 'error',
      message: 'The active test run was aborted. Reason: Test host process crashed',
      detail: expect.stringContaining('Data collector gone') as string,
    },
  ]);
});

it("takes no error from xUnit.net's echo of a failing test, and one from a tear-down that NUnit's adapter warns of", async () => {
  const echo = await read(
    result('a', 'Failed'),
    summary('Failed', 'total="1" failed="1"', [['Error', '[xUnit.net 00:00:00.83]     a [FAIL]']]),
  );
  expect(statuses(echo)).toEqual([['a', 'failed']]);
  const tearDown = await read(
    result('a', 'Passed'),
    summary('Completed', 'total="1" passed="1"', [['Warning', 'TearDown failed for test fixture Shop.Tests']]),
  );
  expect(statuses(tearDown)).toEqual([
    ['a', 'passed'],
    ['the test run', 'error'],
  ]);
});

it('says that a project without a matching test is usual', async () => {
  const events = await read(
    '',
    summary('Completed', 'total="0"', [['Warning', 'No test matches the given testcase filter `x` in /app/a.dll']]),
  );
  expect(events.filter(({ type }) => type === 'may-be-empty')).toHaveLength(1);
});

describe("Microsoft.Testing.Platform's exit code", () => {
  const said = (code: number) =>
    `Exit code indicates failure: '${code}'. Please refer to https://aka.ms/testingplatform/exitcodes for more information.`;

  it('of failing tests is no error beside them, and one where none failed', async () => {
    const failing = await read(result('a', 'Failed'), summary('Failed', 'total="1" failed="1"', [['Error', said(2)]]));
    expect(statuses(failing)).toEqual([['a', 'failed']]);
    const passing = await read(result('a', 'Passed'), summary('Failed', 'total="1" passed="1"', [['Error', said(2)]]));
    expect(statuses(passing)).toEqual([
      ['a', 'passed'],
      ['the test run', 'error'],
    ]);
  });

  it('of anything else is an error whatever the tests said', async () => {
    const events = await read(result('a', 'Failed'), summary('Failed', 'total="1" failed="1"', [['Error', said(7)]]));
    expect(statuses(events)).toContainEqual(['the test run', 'error']);
  });
});

it.each([
  ['tests', 'total="2" executed="2" passed="2"', 2, 1],
  ['failed', 'total="1" executed="1" failed="1"', 1, 0],
  ['errors', 'total="1" executed="1" passed="0" error="1"', 1, 0],
  ['skipped', 'total="1" executed="0"', 1, 0],
])('shows counters that lie about %s', async (what, counters, declared, counted) => {
  const events = await read(result('a', 'Passed'), summary('Completed', counters));
  expect(disagreements(events)).toContainEqual({ type: 'declared', scope: 'counters', what, declared, counted });
});

it('is not what CppUnit writes', () => {
  const cppUnit = '<?xml version="1.0"?><TestRun><FailedTests/><SuccessfulTests><Test id="1"/></SuccessfulTests></TestRun>';
  expect(trx.sniff({ path: 'a.trx', text: cppUnit })).toBe(false);
  expect(trx.sniff({ path: 'a', text: `<TestRun id="1" ${XMLNS}/>` })).toBe(true);
});

function result(name: string, outcome: string, testId = name): string {
  return `<UnitTestResult testId="${testId}" testName="${name}" duration="00:00:01.5" outcome="${outcome}"/>`;
}

function summary(outcome: string, counters: string, infos: readonly (readonly [string, string])[] = []): string {
  const told = infos.map(([how, text]) => `<RunInfo outcome="${how}"><Text>${text}</Text></RunInfo>`).join('');
  return `<ResultSummary outcome="${outcome}"><Counters ${counters}/><RunInfos>${told}</RunInfos></ResultSummary>`;
}

async function read(results: string, rest = ''): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await trx.parse(pieces(`<TestRun ${XMLNS}><Results>${results}</Results>${rest}</TestRun>`), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}

function statuses(events: readonly ResultEvent[]) {
  return cases(events).map(({ name, status }) => [name, status]);
}

function disagreements(events: readonly ResultEvent[]) {
  return events.filter((event) => event.type === 'declared' && event.declared !== event.counted);
}
