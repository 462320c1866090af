import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { milliseconds } from './case.ts';
import { junit } from './index.ts';

describe('what real producers write, read as they mean it and without a contradiction', () => {
  it.each([
    ['node-test.xml', { passed: 4, failed: 3, error: 0, skipped: 2 }],
    // Its test that fails and then fails again in its teardown is written twice, and counted twice here: the ledger merges.
    ['pytest.xml', { passed: 4, failed: 4, error: 3, skipped: 2 }],
    ['vitest.xml', { passed: 4, failed: 2, error: 0, skipped: 2 }],
  ])('%s', async (file, counts) => {
    const events = await parse(await readFile(join(import.meta.dirname, 'fixtures', file), 'utf8'));
    expect(tally(events)).toEqual(counts);
    expect(contradictions(events)).toEqual([]);
  });

  it.each([
    [
      'surefire counts a flaky test as a failure',
      '<testsuite tests="1" failures="1"><testcase name="a"><flakyFailure/></testcase></testsuite>',
    ],
    [
      'surefire counts reruns as tests',
      '<testsuite tests="3" failures="1"><testcase name="a"><failure/><rerunFailure/><rerunFailure/></testcase></testsuite>',
    ],
    [
      'nextest leaves flaky tests out of failures',
      '<testsuites tests="1" failures="0" errors="0"><testsuite tests="1" disabled="0" errors="0" failures="0"><testcase name="a"><flakyFailure/></testcase></testsuite></testsuites>',
    ],
    [
      'mocha has an empty root suite',
      '<testsuites tests="1" failures="0"><testsuite name="Root Suite" tests="0" failures="0"/><testsuite name="a" tests="1" failures="0"><testcase name="a"/></testsuite></testsuites>',
    ],
    [
      'gradle puts every error among the failures',
      '<testsuite tests="2" skipped="0" failures="2" errors="0"><testcase name="a"><failure/></testcase><testcase name="b"><error/></testcase></testsuite>',
    ],
    [
      'phpunit sums up nested suites',
      '<testsuites><testsuite tests="2" errors="1" failures="0" skipped="0"><testsuite tests="2" errors="1"><testcase name="a"><error/></testcase><testcase name="b"/></testsuite></testsuite></testsuites>',
    ],
    [
      'others count only their own cases',
      '<testsuite tests="1" failures="0"><testcase name="a"/><testsuite tests="1" failures="1"><testcase name="b"><failure/></testcase></testsuite></testsuite>',
    ],
    [
      'some leave skipped tests out of tests',
      '<testsuite tests="1" skipped="1"><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite>',
    ],
    [
      'googletest says disabled in attributes',
      '<testsuites tests="2" failures="0" disabled="1" errors="0"><testsuite tests="2" failures="0" disabled="1" skipped="0" errors="0"><testcase name="a" status="run" result="completed"/><testcase name="b" status="notrun" result="suppressed"/></testsuite></testsuites>',
    ],
    [
      'pytest counts a double failure once',
      '<testsuite tests="1" failures="1" errors="1"><testcase name="a"><failure/></testcase><testcase name="a"><error/></testcase></testsuite>',
    ],
  ])('%s', async (_, xml) => {
    expect(contradictions(await parse(xml))).toEqual([]);
  });

  it.each([
    ['tests', '<testsuite tests="5"><testcase name="a"/></testsuite>', { declared: 5, counted: 1 }],
    ['failed', '<testsuite tests="1" failures="3"><testcase name="a"><failure/></testcase></testsuite>', { declared: 3, counted: 1 }],
    [
      'errors',
      '<testsuite tests="1" failures="0" errors="0"><testcase name="a"><error/></testcase></testsuite>',
      { declared: 0, counted: 1 },
    ],
    ['skipped', '<testsuite tests="1" skipped="0"><testcase name="a"><skipped/></testcase></testsuite>', { declared: 0, counted: 1 }],
  ])('a lie about %s is none of these dialects', async (what, xml, numbers) => {
    expect(contradictions(await parse(xml))).toEqual([{ type: 'declared', scope: 'suite ""', what, ...numbers }]);
  });
});

describe('one case', () => {
  it.each<[string, string, Partial<CaseResult>]>([
    [
      'several failures',
      '<testcase name="a"><failure message="one">1</failure><failure message="two">2</failure></testcase>',
      { status: 'failed', message: 'one', detail: '1\n\n2' },
    ],
    [
      'an error beside a failure',
      '<testcase name="a"><error message="e"/><failure message="f"/></testcase>',
      { status: 'failed', message: 'f' },
    ],
    ['a failure beside a skip', '<testcase name="a"><skipped/><failure message="f"/></testcase>', { status: 'failed' }],
    [
      'an expected failure of node:test',
      '<testcase name="a"><skipped type="todo" message="later"/><failure message="f"/></testcase>',
      { status: 'skipped', message: 'later' },
    ],
    [
      'CDATA and entities',
      '<testcase name="&lt;a&gt;"><failure><![CDATA[1 < 2]]> &amp; more</failure></testcase>',
      { name: '<a>', message: '1 < 2 & more' },
    ],
    ['a place', '<testcase name="a" file="src/a.ts" line="7" time="0.25"/>', { location: { path: 'src/a.ts', line: 7 }, durationMs: 250 }],
    [
      'a rerun that failed, too',
      '<testcase name="a"><failure message="1st"/><rerunError/><rerunFailure/></testcase>',
      { status: 'failed', earlier: ['error', 'failed'] },
    ],
    [
      're-runs that failed, and nothing that they confirm',
      '<testcase name="a"><rerunFailure message="first"/><rerunError message="again"/></testcase>',
      { status: 'error', message: 'again', earlier: ['failed'] },
    ],
    [
      'a namespace prefix',
      '<j:testcase xmlns:j="urn:j" name="a"><j:failure message="f"/></j:testcase>',
      { status: 'failed', message: 'f' },
    ],
    [
      "PHPUnit's warning in place of a test",
      '<testcase name="a"><warning type="PHPUnit\\Framework\\Warning">No tests found in class "A".</warning></testcase>',
      { status: 'skipped', message: 'No tests found in class "A".' },
    ],
    ['a warning beside a failure', '<testcase name="a"><warning/><failure message="f"/></testcase>', { status: 'failed', message: 'f' }],
    ['an ignored test of Eclipse', '<testcase name="a" ignored="true"/>', { status: 'skipped' }],
    ['a test whose status alone says that it was skipped', '<testcase name="a" status="skip"/>', { status: 'skipped' }],
    ['a test whose status alone says that it did not run', '<testcase name="a" status="NOT_RUN"/>', { status: 'skipped' }],
    ['a test whose status alone says that it broke', '<testcase name="a" status="timed_out"/>', { status: 'error' }],
    ['a disabled test of googletest', '<testcase name="a" status="notrun" result="suppressed"/>', { status: 'skipped' }],
    [
      'an expected failure of pytest',
      '<testcase name="a"><skipped type="pytest.xfail" message="later"/></testcase>',
      { status: 'skipped' },
    ],
    ['a status without an element', '<testcase name="a" status="failed"/>', { status: 'failed' }],
    ['control characters', '<testcase name="a"><failure message="\u001B[31mred&#27;"/></testcase>', { status: 'failed' }],
  ])('%s', async (_, xml, expected) => {
    const events = await parse(`<testsuite name="s">${xml}</testsuite>`);
    expect(cases(events)).toEqual([expect.objectContaining({ suite: 's', ...expected })]);
    expect(events.filter(({ type }) => type === 'gap')).toEqual([]);
  });

  it.each([
    ['1.5', 1500],
    ['1,234.5', 1_234_500],
    ['0,25', 250],
    ['0.1s', 100],
    ['12 ms', 12],
    [' 1.5 ', 1500],
    ['1.5 apples', undefined],
    ['', undefined],
    ['soon', undefined],
    ['-1', undefined],
  ])('takes %s seconds', (text, expected) => {
    expect(milliseconds(text)).toBe(expected);
  });
});

it('takes a suite for broken that states an error and holds no test, once', async () => {
  const xml =
    '<testsuites errors="1"><testsuite name="s" tests="0" errors="1"><system-err>java.lang.Error: no\n at x</system-err></testsuite></testsuites>';
  const events = await parse(xml);
  expect(cases(events)).toMatchObject([{ suite: 's', name: 's', status: 'error', message: 'java.lang.Error: no' }]);
  expect(contradictions(events)).toEqual([]);
});

it('tells what was printed and how it failed, piece by piece and whole', async () => {
  const xml =
    '<testsuite name="s"><testcase name="a" classname="A"><system-out><![CDATA[WARNING: DATA RACE\nRead at]]></system-out><failure message="m">trace</failure></testcase><testcase name="b"><skipped>why</skipped></testcase><properties><system-out>no</system-out></properties><system-err>panic: x</system-err></testsuite>';
  for (const length of [1, 7, 10_000]) {
    const said: Record<string, string> = {};
    for (const event of await parse(xml, length)) {
      if (event.type !== 'output') continue;
      const whose = `${event.suite} ${event.test}`;
      said[whose] = (said[whose] ?? '') + event.text;
    }
    expect(said).toEqual({ 'A a': 'WARNING: DATA RACE\nRead at\nm\ntrace\n', 's undefined': 'panic: x\n' });
  }
});

describe('whose root is something else', () => {
  const suites = '<testsuites><testsuite name="s"><testcase name="a"/></testsuite></testsuites>';
  it.each([
    ['a wrapper', `<?xml version="1.0"?><report by="x">\n <!-- merged --> ${suites}</report>`],
    ['Eclipse', '<testrun name="r" tests="1"><testsuite name="s"><testcase name="a"/></testsuite></testrun>'],
  ])('%s', async (_, xml) => {
    expect(junit.sniff({ path: 'x', text: xml })).toBe(true);
    expect(cases(await parse(xml))).toMatchObject([{ suite: 's', name: 'a', status: 'passed' }]);
  });

  it.each(['<report><sessioninfo/><package name="testsuites"/></report>', '<a>&lt;testsuites></a>', '<a><b/><testsuites/></a>'])(
    'is not ours: %s',
    (text) => {
      expect(junit.sniff({ path: 'x', text })).toBe(false);
    },
  );
});

describe("failsafe's summary", () => {
  const summary = (timeout: string, message: string): string =>
    `<?xml version="1.0"?><failsafe-summary xmlns:xsi="u" result="255" timeout="${timeout}"><completed>3</completed><errors>0</errors><failures>1</failures><skipped>0</skipped><failureMessage>${message}</failureMessage></failsafe-summary>`;

  it('is no report: the tests stand in those beside it', async () => {
    expect(junit.sniff({ path: 'x', text: summary('false', '') })).toBe(true);
    expect(await parse(summary('false', ''))).toEqual([{ type: 'may-be-empty', beside: { failed: true } }]);
  });

  it.each([
    [
      'false',
      'The forked VM terminated without saying properly goodbye.\nCommand was x',
      'The forked VM terminated without saying properly goodbye.',
    ],
    ['true', '', 'the tests ran into their time limit'],
  ])('tells that the whole run broke', async (timeout, message, told) => {
    expect(cases(await parse(summary(timeout, message)))).toMatchObject([{ name: 'failsafe', status: 'error', message: told }]);
  });
});

it('counts what was written, whatever the names and however the stream is cut', async () => {
  const status = fc.constantFrom('passed', 'failed', 'error', 'skipped');
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((name) => !/[\u0000-\u001F\u007F-\u009F\uFFFE\uFFFF]/.test(name));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name: text, class: text, status, message: text }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 50 }),
      async (written, length) => {
        const xml = `<?xml version="1.0"?><testsuites><testsuite name="s" tests="${written.length}">${written.map(write).join('\n')}</testsuite></testsuites>`;
        const events = await parse(xml, length);
        expect(cases(events).map(({ name, status: read }) => ({ name, status: read }))).toEqual(
          written.map(({ name, status: was }) => ({ name, status: was })),
        );
        expect(contradictions(events)).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});

function write(written: { name: string; class: string; status: string; message: string }): string {
  const element = { passed: '', failed: 'failure', error: 'error', skipped: 'skipped' }[written.status] ?? '';
  const inner = element === '' ? '' : `<${element} message="${escape(written.message)}">${escape(written.message)}</${element}>`;
  return `<testcase name="${escape(written.name)}" classname="${escape(written.class)}">${inner}</testcase>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

async function parse(xml: string, length?: number): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await junit.parse(pieces(xml, length), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]): CaseResult[] {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}

function contradictions(events: readonly ResultEvent[]): ResultEvent[] {
  return events.filter((event) => event.type === 'declared' && event.declared !== event.counted);
}

function tally(events: readonly ResultEvent[]): Record<string, number> {
  const counts: Record<string, number> = { passed: 0, failed: 0, error: 0, skipped: 0 };
  for (const { status } of cases(events)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

it('takes the repetitions that Xcode numbers for runs of one test', async () => {
  const nth = (value: string, inner = '') =>
    `<testcase classname="C" name="a">${inner}<properties><property name="repetition" value="${value}"/></properties></testcase>`;
  const xml = `<testsuite name="s" tests="2" failures="0">${nth('Repetition 1 of 3', '<failure/>')}${nth('Repetition 2 of 3')}${nth('First Run')}</testsuite>`;
  const events = await parse(xml);
  expect(events.flatMap((event) => (event.type === 'case' ? [event.sibling] : []))).toEqual(['test', 'run', 'test']);
  expect(contradictions(events)).toEqual([]);
});
