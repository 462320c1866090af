import { describe, expect, test } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { outages, recoveredIn, type Outages } from './support/outages.ts';

// What experiments say of outages and losses that the service itself wrote down. The images have nothing in them but one program.
// `bench/chaos-timing.ts` has longer outages, and says how near the truth they are; here a busy machine may be late.

const LATE_MS = 400;
const SERVICES = { svc: { downMs: 2_000 }, store: { downMs: 500, bufferMs: 5_000, victim: 'svc' } };
const LEDGER = { write: 'write-store', read: 'read-store' };
const FREEZE = { fault: { pause: { service: 'svc' }, for: '3s' }, steady: 'ask-svc', recovery: '< 30s' };
const CRASH = { fault: { kill: { service: 'store' } }, recovery: '< 30s', ledger: LEDGER };

describe('processes', () => {
  test('recovery and losses are what they were', async () => {
    const freeze = { ...FREEZE, ledger: LEDGER };
    const seen = await outages('process', { services: SERVICES, experiments: { freeze, crash: CRASH } });
    expectTruth(seen, { name: 'freeze', service: 'svc' });
    expectTruth(seen, { name: 'crash', service: 'store' });
    const told = fatesIn(seen);
    const ledger = ledgerOf(seen, 'freeze');
    // What was cut off by nobody but the service itself, to the last one.
    expect(ledger).toMatchObject({
      lostCount: told.lost,
      duplicateCount: told.doubled,
      failed: told.refused,
      indeterminate: told.quiet,
      recoveredCount: told.quiet,
      unexpectedCount: 0,
      unreadCount: 0,
    });
    expect(told.lost).toBeGreaterThan(2);
    // What was in memory alone when it died.
    expect(ledgerOf(seen, 'crash')).toMatchObject({ lostCount: told.gone, duplicateCount: 0, unexpectedCount: 0 });
  });
});

describeWithDocker('containers', () => {
  test('recovery and losses are what they were', async () => {
    const seen = await outages('compose', { services: SERVICES, experiments: { freeze: FREEZE, crash: CRASH } });
    expectTruth(seen, { name: 'freeze', service: 'svc' });
    expectTruth(seen, { name: 'crash', service: 'store' });
    expect(ledgerOf(seen, 'crash')?.lostCount).toBe(fatesIn(seen).gone);
  });
});

function expectTruth(seen: Outages, where: { readonly name: string; readonly service: string }): void {
  const { trueMs, measuredMs, intervalMs, blurMs, available, trueAvailable } = recoveredIn(seen, where);
  const off = measuredMs - trueMs;
  const shown = JSON.stringify({ ...where, trueMs, measuredMs, blurMs });
  expect(off, shown).toBeGreaterThan(-blurMs - LATE_MS);
  expect(off, shown).toBeLessThan(intervalMs + blurMs + LATE_MS);
  expect(Math.abs(available - trueAvailable), shown).toBeLessThan(0.35);
}

function ledgerOf({ evidence }: Outages, name: string) {
  return evidence.find(({ experiment }) => experiment === name)?.observed?.ledger;
}

/** What the store says that it did, and how many of the writes that it acknowledged with all its heart are not on its disk. */
function fatesIn({ told, stored }: Outages): Record<'lost' | 'doubled' | 'quiet' | 'refused' | 'gone', number> {
  const store = told['store'] ?? [];
  const number = (fate: string): number => store.filter(({ event }) => event === fate).length;
  const there = new Set(stored['store']);
  const kept = store.filter(({ event }) => event === 'kept' || event === 'doubled');
  return {
    lost: number('lost'),
    doubled: number('doubled'),
    quiet: number('quiet'),
    refused: number('refused'),
    gone: kept.filter(({ detail }) => !there.has(detail)).length,
  };
}
