import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { playwright } from './index.ts';

it.each([
  ['an expected failure that fails', 'failed', ['failed'], 'passed', undefined],
  ['an expected failure that passes', 'failed', ['passed'], 'failed', undefined],
  ['a flaky test', 'passed', ['failed', 'passed'], 'passed', ['failed']],
  ['a time-out', 'passed', ['timedOut'], 'failed', undefined],
  ['an interrupted test', 'passed', ['interrupted'], 'error', undefined],
  ['a skipped test', 'skipped', ['skipped'], 'skipped', undefined],
  ['a test that never began', 'passed', [], 'skipped', undefined],
  ['a failure before a skip', 'passed', ['failed', 'skipped'], 'failed', undefined],
  ['a status of its own', 'passed', ['vanished'], 'error', undefined],
])('%s', async (_, expectedStatus, attempts, status, earlier) => {
  const events = await parse(report([spec({ expectedStatus, results: attempts.map((one) => ({ status: one, errors: [] })) })]));
  expect(cases(events)[0]).toMatchObject({ status, ...(earlier === undefined ? {} : { earlier }) });
  expect(cases(events)[0]?.earlier).toEqual(earlier);
});

it('never passes what playwright calls unexpected', async () => {
  const events = await parse(report([spec({ expectedStatus: 'passed', status: 'unexpected', results: [{ status: 'passed' }] })]));
  expect(cases(events)).toMatchObject([{ status: 'failed' }]);
});

it('knows projects, titles and files as the repository does, whatever the order of the keys', async () => {
  const test = { projectName: 'chromium', expectedStatus: 'passed', status: 'unexpected' };
  const location = { file: '/app/e2e/shop/a.spec.ts', line: 9, column: 1 };
  const results = [{ status: 'failed', errors: [{ message: '\u001B[31mError: no\u001B[39m\nmore', location }] }];
  const inner = {
    title: 'basket',
    file: 'a.spec.ts',
    specs: [{ title: 'works', file: 'a.spec.ts', line: 3, tests: [{ ...test, results }] }],
  };
  const outer = {
    title: 'a.spec.ts',
    file: 'a.spec.ts',
    specs: [],
    suites: [{ title: 'shop', file: 'a.spec.ts', specs: [], suites: [inner] }],
  };
  const config = { configFile: '/app/e2e/playwright.config.ts', rootDir: '/app/e2e/shop' };
  const expected = {
    suite: 'shop › basket',
    name: 'works',
    parameters: 'chromium',
    file: 'shop/a.spec.ts',
    location: { path: 'shop/a.spec.ts', line: 9 },
    message: 'Error: no',
  };
  expect(cases(await parse(JSON.stringify({ config, suites: [outer] })))).toMatchObject([expected]);
  expect(cases(await parse(JSON.stringify(sorted({ config, suites: [outer] }))))).toMatchObject([expected]);
});

it('errors outside of the tests are errors; no tests are none', async () => {
  const events = await parse(
    JSON.stringify({
      config: { rootDir: '/app', configFile: '/app/c.ts' },
      suites: [],
      errors: [
        { message: 'Error: global set-up', stack: 'Error: global set-up\n at x', location: { file: '/app/setup.ts', line: 4, column: 2 } },
        { message: '\u001B[31mTesting stopped early after 1 maximum allowed failures.\u001B[39m' },
        { message: 'Error: No tests found' },
      ],
    }),
  );
  expect(events).toMatchObject([
    { result: { name: 'setup.ts', status: 'error', message: 'Error: global set-up', location: { path: 'setup.ts', line: 4 } } },
    { result: { name: 'playwright', status: 'error', message: 'Testing stopped early after 1 maximum allowed failures.' } },
    { type: 'gap', reason: 'zero-tests' },
  ]);
});

it('checks its statistics, for which an interrupted test is a skipped one', async () => {
  const specs = [spec({ expectedStatus: 'passed', results: [{ status: 'interrupted' }] }), spec({ results: [{ status: 'failed' }] })];
  const told = async (stats: unknown) =>
    (await parse(report(specs, { stats }))).flatMap((event) =>
      event.type === 'declared' && event.declared !== event.counted ? [[event.what, event.declared, event.counted]] : [],
    );
  expect(await told({ expected: 0, unexpected: 1, skipped: 1, flaky: 0 })).toEqual([]);
  expect(await told({ expected: 3, unexpected: 0, skipped: 1, flaky: 0 })).toEqual([
    ['tests', 4, 2],
    ['failed', 0, 1],
  ]);
});

it('says where a spec is none, and goes on', async () => {
  const events = await parse(report([{ title: 7 }, spec({ results: [{ status: 'passed' }] })]));
  expect(events[0]).toMatchObject({
    type: 'gap',
    reason: 'malformed',
    message: expect.stringContaining('suites[0].specs[0].title') as string,
  });
  expect(cases(events)).toMatchObject([{ status: 'passed' }]);
});

it('reads every fixture without a contradiction', async () => {
  for (const name of ['basket', 'crash', 'flaky', 'hooks', 'projects']) {
    const events = await parse(await readFile(join(import.meta.dirname, `fixtures/${name}.json`), 'utf8'));
    expect(events.filter((event) => event.type === 'declared' && event.declared !== event.counted)).toEqual([]);
    expect(events.filter((event) => event.type === 'declared')).toHaveLength(3);
  }
});

function spec(test: Record<string, unknown>): Record<string, unknown> {
  return { title: 'works', file: 'a.spec.ts', line: 3, tests: [{ projectName: '', expectedStatus: 'passed', ...test }] };
}

function report(specs: readonly unknown[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({ config: { rootDir: '/app' }, suites: [{ title: 'a.spec.ts', file: 'a.spec.ts', specs }], errors: [], ...more });
}

/** The same value with its keys in the order of the alphabet, as `jq -S` writes it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

async function parse(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await playwright.parse(pieces(text, 4_096), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]): CaseResult[] {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
