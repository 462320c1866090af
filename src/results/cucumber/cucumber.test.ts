import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { cucumber } from './index.ts';

const step = (status: string | undefined, more: Record<string, unknown> = {}) => ({
  keyword: 'Given ',
  name: 'a shop',
  line: 7,
  ...(status === undefined ? {} : { result: { status, duration: 2_000_000 } }),
  ...more,
});
const hook = (status: string) => ({ result: { status, duration: 1_000_000, error_message: 'Error: no database' } });

it.each([
  ['passed steps', [step('passed'), step('passed')], {}, 'passed', undefined],
  [
    'a failed step',
    [step('passed'), step('failed', { result: { status: 'failed', error_message: 'Error: 1 != 2\nat x' } })],
    {},
    'failed',
    'Error: 1 != 2',
  ],
  ['an undefined step', [step('passed'), step('undefined'), step('skipped')], {}, 'failed', 'no code runs this step: Given a shop'],
  ['a pending step', [step('pending')], {}, 'failed', 'this step is still to be written: Given a shop'],
  ['an ambiguous step', [step('ambiguous')], {}, 'failed', 'more than one piece of code would run this step: Given a shop'],
  ['a skipped step', [step('passed'), step('skipped')], {}, 'skipped', undefined],
  ['a hook before it that fails', [step('skipped')], { before: [hook('failed')] }, 'error', 'Error: no database'],
  ['a hook after it that fails', [step('passed')], { after: [hook('failed')] }, 'error', 'Error: no database'],
  ['a hook after a failed step', [step('failed')], { after: [hook('failed')] }, 'failed', 'failed: Given a shop'],
  ['a hook among its steps', [{ keyword: 'Before', hidden: true, ...hook('failed') }, step('skipped')], {}, 'error', 'Error: no database'],
  ['a hook of a step', [step('passed', { after: [hook('failed')] })], {}, 'error', 'Error: no database'],
  [
    'a hook of godog',
    [step('failed', { result: { status: 'failed', error_message: 'before scenario hook failed: no database' } })],
    {},
    'error',
    'before scenario hook failed: no database',
  ],
  ['no steps', [], {}, 'skipped', 'the scenario has no steps'],
  ['steps that did not run', [step(undefined), step('untested')], {}, 'skipped', 'its steps did not run'],
  ['a step without a result', [step('passed'), step(undefined)], {}, 'error', 'this step has no result: Given a shop'],
  ['a word that nobody knows', [step('passed'), step('exploded')], {}, 'error', 'exploded: Given a shop'],
])('a scenario with %s', async (_, steps, more, status, message) => {
  const events = await parse(feature([{ type: 'scenario', keyword: 'Scenario', name: 'buys', id: 'a;buys', line: 6, steps, ...more }]));
  expect(cases(events)).toHaveLength(1);
  expect(cases(events)[0]).toMatchObject({ suite: 'Shop', name: 'buys', file: 'features/a.feature', status });
  expect(cases(events)[0]?.message).toBe(message);
});

it('a background belongs to the scenario behind it', async () => {
  const background = (status: string) => ({
    type: 'background',
    keyword: 'Background',
    name: '',
    line: 2,
    steps: [step(status, { line: 3 })],
  });
  const scenario = (name: string, status: string) => ({ type: 'scenario', keyword: 'Scenario', name, line: 6, steps: [step(status)] });
  const events = await parse(feature([background('failed'), scenario('a', 'skipped'), background('passed'), scenario('b', 'passed')]));
  expect(cases(events)).toMatchObject([
    { name: 'a', status: 'failed', location: { path: 'features/a.feature', line: 3 } },
    { name: 'b', status: 'passed', durationMs: 4 },
  ]);
});

it("a hook that fails at the background, where Ruby's Cucumber writes it, is the scenario's", async () => {
  const background = { type: 'background', keyword: 'Background', name: '', line: 2, before: [hook('failed')], steps: [step('skipped')] };
  const events = await parse(
    feature([background, { type: 'scenario', keyword: 'Scenario', name: 'a', line: 6, steps: [step('skipped')] }]),
  );
  expect(cases(events)).toMatchObject([{ name: 'a', status: 'error', message: 'Error: no database' }]);
});

it('tells examples of one name apart by their order, and takes the same place again for another attempt', async () => {
  const scenario = (keyword: string, id: string, line: number, status: string) => ({
    type: 'scenario',
    keyword,
    id,
    name: 'many',
    line,
    steps: [step(status)],
  });
  const told = async (elements: readonly unknown[]) =>
    cases(await parse(feature(elements))).map(({ parameters, status }) => [parameters, status]);
  // Ruby's Cucumber with --retry.
  expect(
    await told([
      scenario('Scenario Outline', 's;many;;2', 10, 'passed'),
      scenario('Scenario Outline', 's;many;;3', 11, 'failed'),
      scenario('Scenario Outline', 's;many;;3', 11, 'passed'),
    ]),
  ).toEqual([
    [undefined, 'passed'],
    ['#2', 'failed'],
    ['#2', 'passed'],
  ]);
  // cucumber-js before 8 writes all examples at the line of their outline: none is an attempt of another.
  expect(await told(['failed', 'passed'].map((status) => scenario('Scenario Outline', 's;many', 10, status)))).toEqual([
    [undefined, 'failed'],
    ['#2', 'passed'],
  ]);
});

it('behave: seconds, places as text, lines of an error, a scenario that broke off', async () => {
  const at = (line: number) => ({ location: `features/a.feature:${line}` });
  const broken = { keyword: 'Given', name: 'b', ...at(8), result: { status: 'failed', duration: 0.5, error_message: ['Traceback', 'E'] } };
  const text = JSON.stringify([
    {
      keyword: 'Feature',
      name: 'Shop',
      ...at(1),
      status: 'failed',
      elements: [
        { type: 'background', keyword: 'Background', name: '', ...at(2), steps: [{ keyword: 'Given', name: 'a', ...at(3) }] },
        { type: 'scenario', keyword: 'Scenario', name: 'fails', ...at(6), status: 'failed', steps: [broken] },
        {
          type: 'scenario',
          keyword: 'Scenario',
          name: 'broke off',
          ...at(9),
          status: null,
          steps: [{ keyword: 'Given', name: 'a', ...at(10) }],
        },
        {
          type: 'scenario',
          keyword: 'Scenario',
          name: 'left out',
          ...at(12),
          status: 'untested',
          steps: [{ keyword: 'Given', name: 'a', ...at(13) }],
        },
      ],
    },
  ]);
  expect(cases(await parse(text))).toMatchObject([
    { name: 'fails', status: 'failed', durationMs: 500, message: 'Traceback', location: { path: 'features/a.feature', line: 8 } },
    { name: 'broke off', status: 'error' },
    { name: 'left out', status: 'skipped' },
  ]);
});

const PICKLE = { id: 'p', uri: 'a.feature', name: 'buys', location: { line: 6, column: 1 }, steps: [{ id: 'ps', text: 'a shop' }] };
const BEGIN = [
  { meta: { protocolVersion: '32.0.0', implementation: { name: 'x' } } },
  { gherkinDocument: { uri: 'a.feature', feature: { name: 'Shop' } } },
  { pickle: PICKLE },
  {
    testCase: {
      id: 'c',
      pickleId: 'p',
      testSteps: [
        { id: 'h', hookId: 'hook' },
        { id: 's', pickleStepId: 'ps' },
      ],
    },
  },
];
const attempt = (nth: number, status: string, willBeRetried: boolean) => [
  { testCaseStarted: { id: `r${nth}`, testCaseId: 'c', attempt: nth } },
  { testStepFinished: { testCaseStartedId: `r${nth}`, testStepId: 's', testStepResult: { status, message: 'Error: no' } } },
  { testCaseFinished: { testCaseStartedId: `r${nth}`, willBeRetried } },
];

it('messages: the attempts of a scenario', async () => {
  const events = await parse(
    lines(...BEGIN, ...attempt(0, 'FAILED', true), ...attempt(1, 'PASSED', false), { testRunFinished: { success: true } }),
  );
  expect(events).toMatchObject([
    {
      type: 'case',
      result: { suite: 'Shop', name: 'buys', status: 'passed', earlier: ['failed'], location: { path: 'a.feature', line: 6 } },
    },
  ]);
});

it('messages: what never ended, never ran, or broke outside the scenarios', async () => {
  const started = { testCaseStarted: { id: 'r', testCaseId: 'c', attempt: 0 } };
  expect(await parse(lines(...BEGIN, started))).toMatchObject([
    { result: { name: 'buys', status: 'error' } },
    { type: 'gap', reason: 'truncated' },
  ]);
  expect(await parse(lines(...BEGIN, { testRunFinished: { success: true } }))).toMatchObject([{ result: { status: 'skipped' } }]);
  const failed = await parse(lines(...BEGIN, ...attempt(0, 'PASSED', false), { testRunFinished: { success: false } }));
  expect(failed).toMatchObject([{ result: { status: 'passed' } }, { result: { name: 'the run', status: 'error' } }]);
  const unread = await parse(
    lines(
      { meta: { protocolVersion: '32.0.0' } },
      { parseError: { source: { uri: 'b.feature', location: { line: 4 } }, message: '(4:1): expected: #EOF\nmore' } },
      { testRunHookFinished: { result: { status: 'FAILED', message: 'no database' } } },
      { testRunFinished: { success: false } },
    ),
  );
  expect(unread).toMatchObject([
    { result: { name: 'b.feature', status: 'error', message: '(4:1): expected: #EOF', location: { path: 'b.feature', line: 4 } } },
    { result: { name: 'a hook of the run', status: 'error', message: 'no database' } },
  ]);
});

function feature(elements: readonly unknown[]): string {
  // Cucumber-JVM writes the name and the file behind the scenarios.
  return JSON.stringify([{ line: 1, elements, name: 'Shop', keyword: 'Feature', uri: 'file:features/a.feature' }]);
}

function lines(...envelopes: readonly unknown[]): string {
  return envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join('');
}

async function parse(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  expect(cucumber.sniff({ path: 'x', text })).toBe(true);
  await cucumber.parse(pieces(text, 17), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]): CaseResult[] {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
