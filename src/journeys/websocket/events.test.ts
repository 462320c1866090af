import { expect, test } from 'vitest';

import { EventLog } from './events.ts';

const ORDER = { field: 'event', order: ['route', ['find', 'count'], 'write'] };

function missOf(...events: readonly string[]): string | undefined {
  const log = new EventLog(ORDER, 'n-1');
  for (const event of events) log.heard(JSON.stringify({ id: 'n-1', event }));
  return log.miss()?.measured;
}

test('events of a workflow in their order, those side by side in any', () => {
  expect(missOf('route', 'find', 'count', 'write')).toBeUndefined();
  expect(missOf('route', 'count', 'find', 'write')).toBeUndefined();
});

test.each([
  ['one is missing', ['route', 'find', 'write']],
  ['one too much', ['route', 'find', 'count', 'write', 'write']],
  ['another order', ['route', 'write', 'find', 'count']],
  ['one twice', ['route', 'find', 'find', 'write']],
])('%s', (_, events) => {
  expect(missOf(...events)).toBe(events.join(', '));
});

test('none at all; those of another message, and what is no event, do not count', () => {
  expect(missOf()).toBe('no event');
  const log = new EventLog(ORDER, 'n-1');
  for (const text of ['{"id":"n-2","event":"route"}', '{"id":"n-1","token":"a"}', 'n-1']) log.heard(text);
  expect(log.miss()).toEqual({ what: 'events', measured: 'no event', expected: 'route, then find and count, then write' });
});
