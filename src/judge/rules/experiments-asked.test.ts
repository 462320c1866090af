import { describe, expect, test } from 'vitest';

import { fillCase } from '../../../tests/cases/fill.ts';
import type { ANSWERS, ExperimentFacts, LedgerFacts, WatchedAlert, WatchedJourney } from '../../model/experiment.ts';
import type { RotationFacts, ShutdownFacts } from '../../model/fault-facts.ts';
import { judge } from '../judge.ts';

// Evidence of the shape that tests/e2e/chaos/asked.test.ts leaves on a real stack, each piece reduced to what its row looks at.

type Counts = Partial<Record<(typeof ANSWERS)[number], number>>;
const phase = (answers: Counts) => ({ walks: Object.values(answers).reduce((sum, count) => sum + count, 0), answers });
const journey = (during: Counts, more: Partial<WatchedJourney> = {}): WatchedJourney => ({
  journey: 'ask',
  role: 'steady',
  direct: false,
  targets: ['api'],
  intervalMs: 100,
  before: phase({ ok: 30 }),
  during: phase(during),
  after: phase({ ok: 20 }),
  recovery: { state: 'unharmed' },
  points: [],
  ...more,
});
const health = (during: Counts): WatchedJourney => journey(during, { journey: 'health of api', role: 'health' });

interface Given extends Partial<Pick<ExperimentFacts, 'during' | 'alert' | 'ledger' | 'lasts' | 'recovery' | 'beganAt'>> {
  readonly fault?: string;
  readonly facts?: ShutdownFacts | RotationFacts;
}

/** Codes with their verdicts and titles, but for what is said of the gate itself. */
function found(rows: readonly string[], journeys: readonly WatchedJourney[], given: Given = {}): string[] {
  return said(rows, journeys, given).filter((text) => !text.startsWith('GAT-'));
}

function said(rows: readonly string[], journeys: readonly WatchedJourney[], { fault = 'stop', facts, ...more }: Given = {}): string[] {
  const limit = { op: '<=', value: 10_000, unit: 'milliseconds' };
  const observed = {
    title: 'stop db',
    rows,
    seed: 1,
    lasts: 'held',
    services: ['db'],
    steady: { state: 'good' },
    injectMs: 3_000,
    healedMs: 8_000,
    endMs: 11_000,
    during: {},
    recovery: limit,
    journeys,
    watched: [],
    ...more,
  };
  const piece = {
    kind: 'fault',
    stage: 'chaos',
    experiment: 'one',
    fault,
    options: {},
    proof: { state: 'proved', by: ['it is gone'] },
    healed: true,
    facts: facts ?? null,
    observed,
  };
  const filled = fillCase({
    plan: { stages: [{ name: 'chaos', experiments: [{ name: 'one', rows: [] }] }], owed: [] },
    run: {},
    evidence: [piece],
  });
  return judge(filled).findings.map(({ code, priority, result, title }) => `${code} ${priority} ${result.verdict}: ${title}`);
}

const ALL_GOOD = journey({ ok: 50 });
const REFUSED = journey({ refused: 50 });

test('walks that got lost in the machine of the gate are no pass', () => {
  const of = (lost: number): WatchedJourney =>
    journey({ ok: 50 }, { points: Array.from({ length: 50 }, (_, index) => [3_000 + index * 100, 20, index < lost ? 7 : 0]) });
  const words = 'GAT-01 P0 inconclusive: the machine of the gate was too busy to see what one does';
  expect(said([], [of(5)])).not.toContain(words);
  expect(said([], [of(20)])).toContain(words);
});

describe('health that should tell', () => {
  test.each(['CFG-13', 'DB-25'])('%s: a path that stays green, one that does not, and none', (code) => {
    const [one = ''] = found([code], [ALL_GOOD, health({ ok: 20 })]);
    expect(one).toContain(`${code} `);
    expect(one).toContain('confirmed: health of api stays green in one');
    expect(found([code], [ALL_GOOD, health({ refused: 20 })])).toEqual([]);
    expect(found([code], [ALL_GOOD])[0]).toContain(`${code} `);
    expect(found([code], [ALL_GOOD])[0]).toContain('inconclusive');
  });

  test('CFG-12: only of a target that the refused journey speaks to', () => {
    expect(found([], [REFUSED, health({ ok: 20 })])).toEqual([
      'CFG-12 P1 confirmed: health of api stays green in one while ask is refused',
    ]);
    expect(found([], [journey({ refused: 50 }, { targets: ['shop'] }), health({ ok: 20 })])).toEqual([]);
  });
});

describe('databases', () => {
  test('DB-11: wrong answers without connections, and clean refusals', () => {
    expect(found(['DB-11', 'DB-12'], [journey({ wrong: 40, ok: 10 })])).toEqual(['DB-11 P0 confirmed: ask fails in one']);
    expect(found(['DB-11', 'DB-12'], [REFUSED])).toEqual([]);
  });

  test('DB-12: well again late, never, and in time', () => {
    const after = (afterMs: number, state: 'recovered' | 'not-recovered' = 'recovered') =>
      journey({ refused: 50 }, { recovery: { state, afterMs } });
    expect(found(['DB-12'], [after(12_000)])).toEqual(['DB-12 P0 confirmed: recovery from one takes 12 s']);
    expect(found(['DB-12'], [after(15_000, 'not-recovered')])).toEqual([
      'DB-12 P0 confirmed: no recovery from one: the system does not connect again',
    ]);
    expect(found(['DB-12'], [after(9_000)])).toEqual([]);
  });

  test('DB-14: a journey that does not use the database suffers, does not, or is not named', () => {
    const control = (during: Counts) => journey(during, { journey: 'docs', role: 'control' });
    expect(found(['DB-14'], [REFUSED, control({ hang: 12, ok: 3 })])).toEqual([
      'DB-14 P1 confirmed: docs suffers from one, with which it has nothing to do',
    ]);
    expect(found(['DB-14'], [REFUSED, control({ ok: 15 })])).toEqual([]);
    expect(found(['DB-14'], [REFUSED])).toEqual(['DB-14 P1 inconclusive: one does not answer DB-14']);
  });

  test('DB-19: writes that fail badly, and reads that fail at all', () => {
    expect(
      found(['DB-19', 'CHA-05'], [journey({ wrong: 50 }, { journey: 'write' }), journey({ ok: 50 }, { journey: 'read' })], {
        fault: 'read-only',
      }),
    ).toEqual(['DB-19 P1 confirmed: write fails in one']);
    expect(found(['DB-19', 'CHA-05'], [REFUSED, journey({ ok: 50 }, { journey: 'read' })], { fault: 'read-only' })).toEqual([]);
  });

  test.each(['DB-21', 'DB-22', 'VEC-09'])('%s: a failure that reaches users, and none', (code) => {
    expect(found([code], [journey({ ok: 46, refused: 4 })])).toEqual([`${code} P1 confirmed: ask hands transient failures on in one`]);
    expect(found([code], [ALL_GOOD])).toEqual([]);
  });

  test('DB-23: late, never, in time, and without a limit', () => {
    const during = { latency: { op: '<', value: 1_000, unit: 'milliseconds' } } as const;
    expect(found(['DB-23'], [journey({ hang: 30 })], { during })).toEqual(['DB-23 P2 confirmed: ask hangs in one']);
    const late = { ...phase({ refused: 30 }), p50Ms: 900, p95Ms: 2_000, maxMs: 2_100 };
    expect(found(['DB-23'], [journey({}, { during: late })], { during })).toEqual(['DB-23 P2 confirmed: ask is too slow in one']);
    expect(found(['DB-23'], [journey({}, { during: { ...late, p95Ms: 700 } })], { during })).toEqual([]);
    expect(found(['DB-23'], [REFUSED])).toEqual(['DB-23 P2 inconclusive: one does not answer DB-23']);
  });

  test('DB-24: a write that failed and was there until the restart', () => {
    const of = (phantomCount: number, more: Partial<LedgerFacts> = {}) => ({
      ledger: ledger({ indeterminate: 20, phantomCount, restarted: 'api', ...more }),
    });
    expect(found(['DB-24'], [REFUSED], of(7))).toEqual(['DB-24 P1 confirmed: 7 writes that failed were there until api was restarted']);
    expect(found(['DB-24'], [REFUSED], of(0))).toEqual([]);
    expect(found(['DB-24'], [REFUSED], of(0, { indeterminate: 0 }))).toEqual(['DB-24 P1 inconclusive: one does not answer DB-24']);
    expect(found(['DB-24'], [REFUSED])).toEqual(['DB-24 P1 inconclusive: one does not answer DB-24']);
  });

  test('RED-10: wrong answers when the cache has nothing, and right ones', () => {
    expect(found(['RED-10'], [journey({ wrong: 20, ok: 30 })], { fault: 'evict' })).toEqual(['RED-10 P1 confirmed: ask fails in one']);
    expect(found(['RED-10'], [ALL_GOOD], { fault: 'evict' })).toEqual([]);
  });
});

describe('data', () => {
  test('DATA-07: an acknowledged write is gone, none is, or nothing was written', () => {
    const lost = ledger({ lost: ['a'], lostCount: 1 });
    expect(found(['DATA-07'], [ALL_GOOD], { fault: 'recreate', ledger: lost })).toEqual([
      'DATA-07 P0 confirmed: 1 acknowledged write lost in one',
    ]);
    expect(found(['DATA-07'], [ALL_GOOD], { fault: 'recreate', ledger: ledger({}) })).toEqual([]);
    expect(found(['DATA-07'], [ALL_GOOD], { fault: 'recreate' })[0]).toContain('DATA-07 P0 inconclusive');
  });

  test('what went into a replacement that is gone is no loss of the system', () => {
    const lost = ledger({ lost: ['a'], lostCount: 1 });
    expect(found(['CHA-05'], [ALL_GOOD], { fault: 'lost-volume', ledger: lost })[0]).toContain('DATA-01 P0 inconclusive');
  });
});

describe('faults', () => {
  test.each([
    ['CHA-03', 'partition'],
    ['CHA-04', 'latency'],
    ['CHA-05', 'disk'],
    ['CHA-08', 'certificate'],
    ['CHA-09', 'disk'],
  ])('%s: wrong answers while it lasts, and clean refusals', (code, fault) => {
    expect(found([code], [journey({ wrong: 50 })], { fault })).toEqual([expect.stringMatching(`^${code} P1 confirmed: ask fails in one$`)]);
    expect(found([code], [REFUSED], { fault })).toEqual([]);
  });

  test('CHA-07: walks that do not finish, and all that do', () => {
    expect(found(['CHA-07'], [journey({ ok: 40, refused: 10 })])).toEqual([
      'CHA-07 P0 confirmed: 10 of 70 walks of ask do not finish in one',
    ]);
    expect(found(['CHA-07'], [journey({ ok: 40, degraded: 10 })])).toEqual([]);
    expect(found(['CHA-07'], [journey({}, { after: phase({}) })])).toEqual(['CHA-07 P0 inconclusive: one does not answer CHA-07']);
  });

  test('CHA-10: another one serves in time, late, or nobody does', () => {
    const points = (bad: number): [number, number, number][] =>
      Array.from({ length: 49 }, (_, index) => [3_000 + index * 100, 10, index < bad ? 3 : 0]);
    const served = journey({ ok: 45, refused: 4 }, { points: points(4) });
    expect(found(['CHA-10'], [served])).toEqual([]);
    const recovery = { op: '<=', value: 200, unit: 'milliseconds' } as const;
    expect(found(['CHA-10'], [served], { recovery })).toEqual(['CHA-10 P2 confirmed: ask is served by another after 310 ms']);
    expect(found(['CHA-10'], [journey({ refused: 49 }, { points: points(49) })])).toEqual([
      'CHA-10 P2 confirmed: nothing takes over from db for ask',
    ]);
    expect(found(['CHA-10'], [REFUSED])).toEqual(['CHA-10 P2 inconclusive: one does not answer CHA-10']);
  });

  test('CHA-13: only health was watched', () => {
    expect(found([], [journey({ ok: 50 }, { journey: 'health of api' })])).toEqual([
      'CHA-13 P1 inconclusive: recovery was seen on health paths alone',
    ]);
    expect(found([], [ALL_GOOD])).toEqual([]);
  });

  test('TLS-10: as ever with a certificate that has ended, from a fallback, and who can tell', () => {
    const during = { fallback: { body: 'memory' } };
    expect(found(['TLS-10'], [ALL_GOOD], { fault: 'certificate', during })).toEqual([
      'TLS-10 P1 confirmed: ask goes on with a certificate that is not valid in one',
    ]);
    expect(found(['TLS-10'], [journey({ degraded: 50 })], { fault: 'certificate', during })).toEqual([]);
    expect(found(['TLS-10'], [ALL_GOOD], { fault: 'certificate' })).toEqual(['TLS-10 P1 inconclusive: one does not answer TLS-10']);
  });
});

describe('shutdowns', () => {
  const facts = (exit: Partial<ShutdownFacts['exits'][number]>, connections = 0): Given => ({
    fault: 'shutdown',
    facts: {
      kind: 'shutdown',
      service: 'api',
      graceMs: 5_000,
      connections,
      exits: [{ name: 'api', code: 0, tookMs: 300, killed: false, ...exit }],
    },
  });
  const underWay = (answer: number): WatchedJourney =>
    journey(
      { ok: 5 },
      {
        points: [
          [2_800, 900, answer],
          [2_850, 900, 0],
        ],
      },
    );

  test('CFG-06: an error, a kill, a clean end', () => {
    expect(found(['CFG-06'], [ALL_GOOD], facts({ code: 3 }))).toEqual(['CFG-06 P1 confirmed: api ends with an error on SIGTERM']);
    expect(found(['CFG-06'], [ALL_GOOD], facts({ code: 137, tookMs: 5_100, killed: true }))).toEqual([
      'CFG-06 P1 confirmed: api does not end on SIGTERM',
    ]);
    expect(found(['CFG-06'], [ALL_GOOD], facts({ code: 143 }))).toEqual([]);
    expect(found(['CFG-06'], [ALL_GOOD])).toEqual(['CFG-06 P1 inconclusive: one does not answer CFG-06']);
  });

  test('CFG-07: a deadline that is missed, with and without work that is lost', () => {
    const killed = facts({ code: 137, tookMs: 5_100, killed: true }, 10);
    expect(found(['CFG-07'], [underWay(0)], killed)).toEqual([
      'CFG-07 P2 confirmed: api does not end within 5 s while 10 connections are open',
    ]);
    expect(found(['CFG-07'], [underWay(5)], killed)).toEqual([
      'CFG-07 P1 confirmed: api does not end within 5 s while 10 connections are open',
    ]);
    expect(found(['CFG-07'], [underWay(0)], facts({}, 10))).toEqual([]);
    expect(found(['CFG-07'], [underWay(0)], facts({}))).toEqual(['CFG-07 P2 inconclusive: one does not answer CFG-07']);
  });

  test('CFG-08: a request that was being answered, all of them, and none', () => {
    expect(found(['CFG-08'], [underWay(5)], facts({}))).toEqual(['CFG-08 P1 confirmed: 1 of 2 requests under way are dropped in one']);
    expect(found(['CFG-06'], [underWay(5)], facts({}))).toEqual(['CFG-08 P1 confirmed: 1 of 2 requests under way are dropped in one']);
    expect(found(['CFG-08'], [underWay(0)], facts({}))).toEqual([]);
    // What had ended when the signal came was not under way, however long the connections before it took.
    const late = facts({});
    const given = { ...late, facts: { ...late.facts, at: '2026-11-20T14:00:06.000Z' } as ShutdownFacts };
    expect(found(['CFG-08'], [underWay(0)], given)).toEqual(['CFG-08 P1 inconclusive: one does not answer CFG-08']);
    expect(found(['CFG-08'], [ALL_GOOD], facts({}))).toEqual(['CFG-08 P1 inconclusive: one does not answer CFG-08']);
    // A look at all containers comes before the first walk, and takes its time.
    const [at, beganAt] = ['2026-11-20T14:00:05.500Z', '2026-11-20T14:00:02.500Z'];
    const looked = { ...late, facts: { ...late.facts, at } as ShutdownFacts, beganAt };
    expect(found(['CFG-08'], [underWay(5)], looked)).toEqual(['CFG-08 P1 confirmed: 1 of 2 requests under way are dropped in one']);
  });
});

describe('rotations', () => {
  const facts = (more: Partial<RotationFacts>): Given => ({
    fault: 'rotate',
    facts: { kind: 'rotation', exitCode: 0, tookMs: 400, ...more },
  });
  const good = { old: { before: true, after: false }, new: { before: false, after: true } };

  test('SEC-09: the old key lives, the new one does not, somebody notices, nobody does', () => {
    const old = { before: true, after: true };
    expect(found(['SEC-09'], [ALL_GOOD], facts({ ...good, old }))).toEqual([
      'SEC-09 P1 confirmed: the old key is still accepted after the rotation',
    ]);
    expect(found(['SEC-09'], [ALL_GOOD], facts({ ...good, new: { before: false, after: false } }))).toEqual([
      'SEC-09 P1 confirmed: the new key is not accepted after the rotation',
    ]);
    expect(found(['SEC-09'], [journey({ ok: 40, unreachable: 2 })], facts(good))).toEqual([
      'SEC-09 P1 confirmed: ask drops requests in one',
    ]);
    expect(found(['SEC-09'], [ALL_GOOD], facts(good))).toEqual([]);
    expect(found(['SEC-09'], [ALL_GOOD], facts({}))).toEqual(['SEC-09 P1 inconclusive: one does not answer SEC-09']);
  });

  test('TLS-08: the old certificate is served, requests are dropped, all is well', () => {
    const serial = { before: '0A', after: '0B' };
    expect(found(['TLS-08'], [ALL_GOOD], facts({ serial: { before: '0A', after: '0A' } }))).toEqual([
      'TLS-08 P1 confirmed: the old certificate is still served after the renewal',
    ]);
    expect(found(['TLS-08'], [journey({ ok: 40, wrong: 9 })], facts({ serial }))).toEqual([
      'TLS-08 P1 confirmed: ask drops requests in one',
    ]);
    expect(found(['TLS-08'], [ALL_GOOD], facts({ serial }))).toEqual([]);
  });
});

describe('alerts', () => {
  const alert = (more: Partial<WatchedAlert> = {}): Given => ({
    alert: { name: 'Full', at: 'prometheus', looks: 12, firedBefore: false, ...more },
  });

  test.each(['OBS-10', 'OBS-11', 'OBS-12', 'OBS-13', 'TLS-05'])('%s: it never fires, it fires, and nobody can tell', (code) => {
    const rows = [...new Set([code, 'OBS-10'])];
    expect(found(rows, [ALL_GOOD], alert())).toEqual([`${code} P1 confirmed: Full does not fire in one`]);
    expect(found(rows, [ALL_GOOD], alert({ firingMs: 4_000 }))).toEqual([]);
    for (const doubtful of [alert({ looks: 0 }), alert({ firedBefore: true, firingMs: 3_100 }), {}])
      expect(found(rows, [ALL_GOOD], doubtful)).toEqual([`${code} P1 inconclusive: one does not answer ${code}`]);
  });

  test('OBS-20: it fires later than it should, and in time', () => {
    const within = { op: '<', value: 5_000, unit: 'milliseconds' } as const;
    expect(found(['OBS-10', 'OBS-20'], [ALL_GOOD], alert({ firingMs: 9_000, within }))).toEqual([
      'OBS-20 P2 confirmed: Full fires only 6 s after the fault',
    ]);
    expect(found(['OBS-10', 'OBS-20'], [ALL_GOOD], alert({ firingMs: 7_000, within }))).toEqual([]);
  });
});

function ledger(more: Partial<LedgerFacts>): LedgerFacts {
  return {
    write: 'ask',
    read: 'find',
    attempted: 100,
    acknowledged: 80,
    failed: 0,
    indeterminate: 0,
    acknowledgedDuring: 40,
    lost: [],
    lostCount: 0,
    corrupt: [],
    corruptCount: 0,
    duplicateCount: 0,
    unexpectedCount: 0,
    staleCount: 0,
    recoveredCount: 0,
    unreadCount: 0,
    ...more,
  };
}
