import { expect, test } from 'vitest';

import type { CoverageEvent } from '../contract.ts';
import { dotcover } from './index.ts';

const files = '<FileIndices><File Index="1" Name="/app/a.cs"/></FileIndices>';
const statement = (line: string, covered: string, file = '1') => `<Statement FileIndex="${file}" ${line} Covered="${covered}"/>`;
const method = (name: string, covered: number, inside: string) =>
  `<Method Name="${name}" CoveredStatements="${covered}" TotalStatements="9">${inside}</Method>`;

test('a line ran when a statement on it did, and statements are said', async () => {
  const inside = statement('Line="1" EndLine="2"', 'True') + statement('Line="4" EndLine="4"', 'False') + statement('Line="4"', 'True');
  const events = await read(
    `${files}<Assembly Name="A">${method('a', 1, inside)}${method('b', 0, statement('Line="6"', 'False'))}</Assembly>`,
  );
  expect(events).toMatchObject([
    { type: 'file', record: { path: '/app/a.cs', functions: { covered: 1, total: 2 } } },
    { type: 'note', message: 'dotCover counts statements: 2 of 4 (50.0 %)' },
  ]);
  const lines: [number, number][] = [];
  if (events[0]?.type === 'file') events[0].record.lines.forEach((hits, line) => lines.push([line, hits]));
  expect(lines).toEqual([
    [1, 1],
    [2, 1],
    [4, 1],
    [6, 0],
  ]);
});

test('methods of one name in two types are two', async () => {
  const type = (name: string) => `<Type Name="${name}">${method('m', 0, statement('Line="1"', 'False'))}</Type>`;
  expect((await read(files + type('A') + type('B')))[0]).toMatchObject({ record: { functions: { covered: 0, total: 2 } } });
});

test.each([
  ['a statement of no file', method('a', 1, statement('Line="1"', 'True', '7')), 'a statement without file'],
  ['a statement that does not say whether it ran', method('a', 1, statement('Line="1"', 'Perhaps')), 'a statement without file'],
  ['a report of sums alone', method('a', 1, ''), 'DetailedXML'],
])('%s is a gap', async (_, inside, message) => {
  expect((await read(files + inside)).at(-1)).toMatchObject({
    type: 'gap',
    reason: 'malformed',
    message: expect.stringContaining(message) as string,
  });
});

async function read(inside: string): Promise<readonly CoverageEvent[]> {
  const text = `<?xml version="1.0"?><Root CoveredStatements="2" TotalStatements="4" DotCoverVersion="2024.3">${inside}</Root>`;
  expect(dotcover.sniff({ path: 'x', text })).toBe(true);
  const events: CoverageEvent[] = [];
  await dotcover.parse(
    (async function* () {
      for (const part of text.split(/(?<=>)/)) yield await Promise.resolve(part);
    })(),
    (event) => events.push(event),
    { source: () => Promise.resolve(undefined) },
  );
  return events;
}
