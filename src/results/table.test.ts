import { expect, it } from 'vitest';

import { CaseTable, type Run } from './table.ts';

it('holds more than a million tests apart, and finds each of them again', () => {
  const table = new CaseTable();
  const [tests, files] = [1_200_000, 3];
  const run = (nth: number, file: number, status: Run['status']): Run => {
    // As a hash scatters them; half of them differ in the upper half alone.
    const low = Math.imul(nth >> 1, 0x9e37_79b1) >>> 0;
    return { high: nth & 1, low, attempt: file + 1, file, status, earlier: [] };
  };
  for (let nth = 0; nth < tests; nth += 1) table.add(run(nth, 0, nth % 100_000 === 7 ? 'failed' : 'passed'));
  expect(table.size).toBe(tests);
  for (let file = 1; file < files; file += 1)
    for (let nth = 7; nth < tests; nth += 100_000) table.add(run(nth, file, file === 1 ? 'error' : 'passed'));
  expect(table.size).toBe(tests);
  expect(table.history(7)).toEqual(['failed', 'error', 'passed']);
  expect(table.history(8)).toEqual(['passed']);
  expect(table.add(run(100_007, 2, 'failed'))).toMatchObject({
    index: 100_007,
    before: { status: 'passed', flaky: true },
    after: { status: 'failed', flaky: false },
  });
});
