import { expect, it } from 'vitest';

import type { PlannedLoad } from '../model/plan.ts';
import { loadJourneyRows } from './rows.ts';

const step = { type: 'http', title: 'get', options: {}, capture: {}, expect: {}, timeoutMs: 1_000 };
const connect = { ...step, type: 'websocket', options: { act: 'connect', url: '{{ws}}' } };
const send = { ...step, type: 'websocket', options: { act: 'send', message: '{"id":"{{ nonce }}"}' } };
const close = { ...step, type: 'websocket', options: { act: 'close' } };
const burst: PlannedLoad = { name: 'burst', journeys: ['own'], users: 500, connectWithinMs: 10_000, askedMs: 30_000, grantedMs: 30_000 };
const slow: PlannedLoad = { name: 'steady', journeys: ['own'], users: 50, perUserPerMinute: 1, askedMs: 30_000, grantedMs: 30_000 };

function rowsOf(load: PlannedLoad, { steps, rows = [] }: { steps: (typeof step)[]; rows?: string[] }): string[] {
  return loadJourneyRows(load, [
    { name: 'own', steps, expect: {}, rows },
    { name: 'other', steps: [connect, { ...send, expect: { contains: ['{{nonce}}'] } }], expect: {}, rows: ['AGT-24'] },
  ]);
}

it('follows messages only where both they and their answers hold the nonce', () => {
  expect(rowsOf(slow, { steps: [connect, { ...send, expect: { contains: ['{{nonce}}'] } }] })).toEqual(['WS-01', 'WS-02', 'WS-04']);
  expect(rowsOf(slow, { steps: [connect, { ...send, expect: { reply: { done: true } } }] })).toEqual([]);
  expect(
    rowsOf(slow, { steps: [connect, { ...send, options: { act: 'send', message: 'hello' }, expect: { contains: ['{{nonce}}'] } }] }),
  ).toEqual([]);
});

it('reconnects are rapid from 50 a second on', () => {
  expect(rowsOf(burst, { steps: [connect, close] })).toEqual(['WS-11']);
  expect(rowsOf(slow, { steps: [connect, close] })).toEqual([]);
  expect(rowsOf(burst, { steps: [connect] })).toEqual([]);
});

it('a hundred agents are not fewer, and a thousand have a row of their own', () => {
  const agents = { steps: [step], rows: ['AGT-24'] };
  expect(rowsOf({ ...burst, users: 100 }, agents)).toEqual(['AGT-24']);
  expect(rowsOf({ ...burst, users: 99 }, agents)).toEqual([]);
  expect(rowsOf({ ...burst, users: 1_000 }, agents)).toEqual(['AGT-25']);
});
