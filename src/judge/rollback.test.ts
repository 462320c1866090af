import { describe, expect, test } from 'vitest';

import type { RollbackTurn } from '../model/rollback.ts';
import type { Context } from './context.ts';
import { rollback } from './rules/rollback.ts';

const READY: RollbackTurn['stack'] = { state: 'ready', afterMs: 900 };
const turn = (version: RollbackTurn['version'], change: Partial<RollbackTurn> = {}): RollbackTurn => ({
  version,
  stack: READY,
  journeys: [{ journey: 'hello', outcome: 'passed', durationMs: 3 }],
  ...change,
});
const MISSED: RollbackTurn['journeys'] = [
  { journey: 'hello', outcome: 'failed', durationMs: 3, miss: { what: 'status', measured: '500', expected: '200', step: 'GET /' } },
];
const GOOD = [turn('this'), turn('previous'), turn('again')];

function found(turns: readonly RollbackTurn[], { budget = 'release', data = ['db'] } = {}) {
  const window = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:00:09.000Z' };
  const piece = {
    id: 'e2e/rollback-previous',
    kind: 'rollback',
    stage: 'e2e',
    window,
    to: { state: 'previous', ref: 'v1', sha: 'a' },
    data,
    turns,
  };
  const { drafts } = rollback.judge({ evidence: [piece], run: { budget } } as unknown as Context);
  return drafts.map(({ finding }) => `${finding.priority} ${finding.result.verdict}: ${finding.measured}`);
}

describe('REL-01', () => {
  test('is silent when the version before passes on the data of this one, and this one again', () => {
    expect(found(GOOD)).toEqual([]);
  });

  test.each<[string, RollbackTurn[], string]>([
    [
      'the version before fails on the data and not without',
      [turn('this'), turn('previous', { journeys: MISSED }), turn('control')],
      'P0 confirmed: hello failed at GET /: 500 instead of 200',
    ],
    [
      'it loses what was written',
      [turn('this'), turn('previous', { kept: { written: 10, found: 3, lost: 2, unread: 0 } }), turn('control')],
      'P0 confirmed: 2 things of 5 lost',
    ],
    [
      'this version does not come back',
      [turn('this'), turn('previous'), turn('again', { stack: { state: 'not-ready', why: 'api: exited' }, journeys: [] })],
      'P0 confirmed: it does not become ready: api: exited',
    ],
    [
      'the version before never does',
      [turn('this'), turn('previous', { journeys: MISSED }), turn('control', { journeys: MISSED })],
      'P0 not_tested: not known',
    ],
    ['nobody tried whether it does at all', [turn('this'), turn('previous', { journeys: MISSED })], 'P0 not_tested: not known'],
    ['this version itself fails', [turn('this', { journeys: MISSED })], 'P0 not_tested: not known'],
    ['it was not started again', [turn('this'), turn('previous')], 'P0 not_tested: not known'],
    ['no journey was walked', GOOD.map((one) => ({ ...one, journeys: [] })), 'P0 not_tested: not known'],
    ['nothing could be written', [turn('this', { kept: { written: 0, found: 0, lost: 0, unread: 0 } })], 'P0 not_tested: not known'],
    ['nothing at all happened', [], 'P0 not_tested: not known'],
  ])('%s', (_, turns, what) => {
    expect(found(turns)).toEqual([what]);
  });

  test('without volumes, and without anything read back, nobody knows on which data it ran', () => {
    expect(found(GOOD, { data: [] })).toEqual(['P0 not_tested: not known']);
    const kept = { written: 10, found: 5, lost: 0, unread: 0 };
    expect(
      found([turn('this', { kept: { ...kept, found: 0 } }), turn('previous', { kept }), turn('again', { kept })], { data: [] }),
    ).toEqual([]);
  });

  test('weighs less in a change than in a release', () => {
    expect(found([turn('this'), turn('previous', { journeys: MISSED }), turn('control')], { budget: 'pr' })).toEqual([
      expect.stringContaining('P1 confirmed') as string,
    ]);
  });
});
