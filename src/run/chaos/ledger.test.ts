import { expect, test } from 'vitest';

import type { Answer } from '../../model/experiment.ts';
import { WriteLedger, type Reading } from './ledger.ts';

const OPTIONS = { write: 'write', read: 'read', fromMs: 1_000, toMs: 9_000 };

test('lost is what was acknowledged and is not there; what nobody knows of is never lost', async () => {
  const { ledger, write } = scene();
  const kept = [await write('ok', 200), await write('ok', 200), await write('slow', 200), await write('ok', 200), await write('ok', 200)];
  const lost = await write('ok', 200);
  const corrupt = await write('ok', 200);
  const refused = await write('wrong', 422);
  const failed = await write('wrong', 500);
  const silent = await write('hang', undefined);
  const facts = ledger.facts([reading({ there: [...kept, failed], corrupt: [corrupt], absent: [lost, refused, silent] })], OPTIONS);
  expect(facts).toMatchObject({
    attempted: 10,
    acknowledged: 7,
    failed: 1,
    indeterminate: 2,
    lost: [lost],
    lostCount: 1,
    corrupt: [corrupt],
    corruptCount: 1,
    recoveredCount: 1,
    unexpectedCount: 0,
    duplicateCount: 0,
    staleCount: 0,
  });
  expect(facts).not.toHaveProperty('doubt');
});

test('refused and there, there twice, and seen only after a restart', async () => {
  const { ledger, write } = scene();
  const kept: string[] = [];
  for (let count = 0; count < 5; count += 1) kept.push(await write('ok', 200));
  const late = await write('ok', 200);
  const refused = await write('wrong', 409);
  const first = reading({ there: [...kept, refused], absent: [late] });
  const second = new Map([...reading({ there: [...kept, refused, late] }), [kept[0] ?? '', { state: 'there' as const, occurrences: 2 }]]);
  const facts = ledger.facts([first, second], { ...OPTIONS, restarted: 'db' });
  expect(facts).toMatchObject({ lostCount: 0, unexpectedCount: 1, duplicateCount: 1, staleCount: 1, restarted: 'db' });
});

test('too few around the fault, or none that can be read, show nothing', async () => {
  const few = scene();
  const ids = [await few.write('ok', 200), await few.write('ok', 200)];
  expect(few.ledger.facts([reading({ there: ids })], OPTIONS).doubt).toContain('only 2 writes were acknowledged');
  const many = scene();
  const unread: string[] = [];
  for (let count = 0; count < 6; count += 1) unread.push(await many.write('ok', 200));
  expect(many.ledger.facts([new Map()], OPTIONS).doubt).toBe('6 acknowledged writes could not be read back');
  expect(many.ledger.facts([reading({ there: unread })], { ...OPTIONS, fromMs: 6_000 }).doubt).toContain('only 0 writes');
});

test('an id is on disk before it is anywhere else', async () => {
  const order: string[] = [];
  const ledger = new WriteLedger({ intend: async (id) => void order.push(`intend ${id}`), now: () => 5_000 });
  order.push(`send ${await ledger.next()}`);
  const [intended = '', sent = ''] = order;
  expect(intended.replace('intend ', '')).toBe(sent.replace('send ', ''));
  expect(sent).toMatch(/^send [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});

function scene() {
  const ledger = new WriteLedger({ intend: async () => undefined, now: () => 5_000 });
  const write = async (answer: Answer, status: number | undefined): Promise<string> => {
    const id = await ledger.next();
    ledger.wrote(id, { answer }, status);
    return id;
  };
  return { ledger, write };
}

function reading({ there = [], corrupt = [], absent = [] }: { there?: string[]; corrupt?: string[]; absent?: string[] }): Reading {
  const found = new Map<string, ReturnType<Reading['get']> & object>();
  for (const id of there) found.set(id, { state: 'there', occurrences: 1 });
  for (const id of corrupt) found.set(id, { state: 'corrupt', occurrences: 1 });
  for (const id of absent) found.set(id, { state: 'absent' });
  return found;
}
