import { expect, test } from 'vitest';

import { checklistOf, type ChecklistItem } from './checklist.ts';

type Input = Parameters<typeof checklistOf>[0];

const WINDOW = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:01:00.000Z' };
const owed = (id: string, rows: readonly string[]) =>
  ({ id, stage: 'unit', kind: 'facts', name: id, what: '', rows }) as unknown as Input['plan']['owed'][number];
const arrived = (id: string) =>
  ({ id, kind: 'facts', stage: 'unit', window: WINDOW, check: id, facts: null, sources: [] }) as Input['evidence'][number];
const finding = (code: string, change: object = {}) =>
  ({
    code,
    title: 'is wrong',
    disposition: 'blocking',
    result: { verdict: 'confirmed' },
    ...change,
  }) as unknown as Input['judged']['findings'][number];

function states(
  rows: readonly string[],
  { findings = [], lost = [] }: { findings?: Input['judged']['findings']; lost?: readonly string[] } = {},
) {
  const items = checklistOf({
    plan: { owed: rows.map((row) => owed(row, [row])) },
    evidence: rows.filter((row) => !lost.includes(row)).map(arrived),
    judged: { findings, notLooked: [] },
  });
  return (what: string): ChecklistItem['state'] | undefined => items.find((item) => item.what.startsWith(what))?.state;
}

test('nothing is ticked that nobody looked at', () => {
  const items = checklistOf({ plan: { owed: [] }, evidence: [], judged: { findings: [], notLooked: [] } });
  expect(items.map(({ state }) => state)).toEqual(items.map(() => 'open'));
  expect(items.map(({ when }) => when).filter((when) => when === 'before')).toHaveLength(8);
});

test('a line is met when its rows are answered and nothing was found', () => {
  const state = states(['TST-01', 'LOAD-07', 'REL-01']);
  expect([state('All unit'), state('Performance'), state('The rollback'), state('Critical')]).toEqual(['met', 'met', 'met', 'open']);
});

test('what is owed and did not arrive leaves it open', () => {
  expect(states(['TST-01'], { lost: ['TST-01'] })('All unit')).toBe('open');
});

test('what was found misses it, what was waived is said, what is not known is open', () => {
  expect(states(['TST-01'], { findings: [finding('TST-01')] })('All unit')).toBe('missed');
  expect(states(['TST-01'], { findings: [finding('TST-01', { disposition: 'waived' })] })('All unit')).toBe('waived');
  const unknown = finding('REL-01', { result: { verdict: 'not_tested', because: 'no tag', reason: 'gap' } });
  expect(states(['REL-01'], { findings: [unknown] })('The rollback')).toBe('open');
  expect(states(['LEAK-02'], { findings: [finding('LEAK-10')] })('No memory leaks'), 'a row beside it').toBe('missed');
});

test('what does not exist here is no answer', () => {
  const rows = ['OBS-01', 'OBS-02', 'OBS-07'];
  const items = checklistOf({
    plan: { owed: rows.map((row) => owed(row, [row])) },
    evidence: rows.map(arrived),
    judged: { findings: [], notLooked: [{ code: 'OBS-01', what: '', because: 'there is no Prometheus', blocks: false }] },
  });
  expect(items.find(({ what }) => what.startsWith('Monitoring'))).toMatchObject({
    state: 'open',
    because: 'OBS-01: there is no Prometheus',
  });
});

test('REL-08: alerts are configured when an Alertmanager gets them, rules cover what they must, and somebody is told', () => {
  const rows = ['OBS-01', 'OBS-02', 'OBS-07'];
  expect(states(rows)('Monitoring')).toBe('met');
  expect(states(rows.slice(1))('Monitoring'), 'one is not looked at').toBe('open');
  expect(states(rows, { findings: [finding('OBS-07')] })('Monitoring')).toBe('missed');
});
