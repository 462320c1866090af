import fc from 'fast-check';
import { expect, test } from 'vitest';

import { MOST_CASES, packCases, unpackCases, type PackedCase } from './packed-cases.ts';

const name = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/[\t\r\n]/.test(text));
const some = fc.record(
  {
    id: fc.stringMatching(/^[0-9a-f]{16}$/),
    status: fc.constantFrom('passed' as const, 'failed' as const, 'error' as const, 'skipped' as const, 'flaky' as const),
    durationMs: fc.nat(),
    name,
    owner: name,
    file: name,
    parameters: name,
  },
  { requiredKeys: ['id', 'status', 'name'] },
);

test('every test comes back as it was', () => {
  fc.assert(
    fc.property(fc.uniqueArray(some, { selector: ({ id }) => id }), (cases) => {
      const byId = (list: readonly PackedCase[] | undefined) => [...(list ?? [])].sort((a, b) => a.id.localeCompare(b.id));
      expect(byId(unpackCases(packCases(cases) ?? ''))).toEqual(byId(cases as PackedCase[]));
    }),
  );
});

test('100,000 tests take a few megabytes; one more is not kept', () => {
  const cases = Array.from({ length: MOST_CASES }, (_, index) => ({
    id: (index * 2_654_435_761).toString(16).padStart(16, '0').slice(-16),
    status: 'passed' as const,
    durationMs: index % 977,
    name: `keeps the order of message ${index}`,
    file: `packages/chat/tests/hub-${index % 2_000}.test.ts`,
  }));
  expect(packCases(cases)?.length).toBeLessThan(3_000_000);
  expect(packCases([...cases, { id: 'f', status: 'passed', name: 'x' }])).toBeUndefined();
});

test.each(['not base64 of anything', 'AAAA', Buffer.from('a\tb').toString('base64')])('%s is no list of tests', (text) => {
  expect(unpackCases(text)).toBeUndefined();
});
