import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { openTestReporting } from './index.ts';

it('takes what runs side by side apart, and names what is around each test', async () => {
  const events = await read(
    started('1', 'Engine') +
      started('2', 'A', '1') +
      started('3', 'B', '1') +
      started('a', 'x()', '2') +
      started('b', 'x()', '3') +
      finished('b', 'FAILED', '<reason>no</reason>') +
      finished('a', 'SUCCESSFUL') +
      finished('3', 'SUCCESSFUL') +
      finished('2', 'SUCCESSFUL') +
      finished('1', 'SUCCESSFUL'),
  );
  expect(cases(events)).toEqual([
    { suite: 'Engine › B', name: 'x()', status: 'failed', durationMs: 1000, message: 'no' },
    { suite: 'Engine › A', name: 'x()', status: 'passed', durationMs: 1000 },
  ]);
});

it.each([
  ['fails alone', 'FAILED', '', [['A', 'error']]],
  [
    'fails beside its tests',
    'FAILED',
    started('3', 'a', '2') + finished('3', 'SUCCESSFUL'),
    [
      ['a', 'passed'],
      ['A', 'error'],
    ],
  ],
  ['fails with its tests', 'FAILED', started('3', 'a', '2') + finished('3', 'FAILED'), [['a', 'failed']]],
  ['is skipped as a whole', 'SKIPPED', '', [['A', 'skipped']]],
  ['is empty', 'SUCCESSFUL', '', []],
])('a container that %s', async (_, status, inside, expected) => {
  const container = '<metadata><junit:type>CONTAINER</junit:type></metadata>';
  const events = await read(
    started('1', 'E') + started('2', 'A', '1', container) + inside + finished('2', status) + finished('1', 'SUCCESSFUL'),
  );
  expect(cases(events).map(({ name, status: was }) => [name, was])).toEqual(expected);
});

it('what began and never ended is an error', async () => {
  const events = await read(started('1', 'E') + started('2', 'a', '1'));
  expect(cases(events)).toMatchObject([{ name: 'a', status: 'error', message: 'it began and never ended' }]);
});

it('an end without a beginning is a gap', async () => {
  expect((await read(finished('9', 'SUCCESSFUL'))).at(-1)).toMatchObject({ type: 'gap', reason: 'malformed' });
});

function started(id: string, name: string, parent?: string, inside = ''): string {
  return `<e:started id="${id}" name="${name}" ${parent === undefined ? '' : `parentId="${parent}"`} time="2026-01-02T03:04:05Z">${inside}</e:started>`;
}

function finished(id: string, status: string, inside = ''): string {
  return `<e:finished id="${id}" time="2026-01-02T03:04:06Z"><result status="${status}">${inside}</result></e:finished>`;
}

async function read(inside: string): Promise<ResultEvent[]> {
  const text = `<e:events xmlns:e="https://schemas.opentest4j.org/reporting/events/0.2.0" xmlns:junit="u">${inside}</e:events>`;
  expect(openTestReporting.sniff({ path: 'x', text })).toBe(true);
  const events: ResultEvent[] = [];
  await openTestReporting.parse(pieces(text, 50), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
