import { expect, test } from 'vitest';

import type { CoverageEvent } from '../contract.ts';
import { visualStudio } from './index.ts';

const range = (from: number, to: number, covered: string, source = '0') =>
  `<range source_id="${source}" start_line="${from}" end_line="${to}" covered="${covered}"/>`;
const method = (name: string, blocks: number, ranges: string) =>
  `<function name="${name}" namespace="N" type_name="T" blocks_covered="${blocks}"><ranges>${ranges}</ranges></function>`;
const sources = '<source_files><source_file id="0" path="/app/a.cs"/></source_files>';

test('a line ran when one of its ranges did, in whole or in part', async () => {
  const events = await read(
    `<module><functions>${method('a', 1, range(1, 2, 'yes') + range(3, 3, 'partial') + range(3, 3, 'no'))}${method('b', 0, range(5, 5, 'no'))}</functions>${sources}</module>`,
  );
  expect(events).toMatchObject([{ type: 'file', record: { path: '/app/a.cs', functions: { covered: 1, total: 2 } } }]);
  expect(linesOf(events)).toEqual([
    [
      [1, 1],
      [2, 1],
      [3, 1],
      [5, 0],
    ],
  ]);
});

test('numbers of files begin again in each module', async () => {
  const one = (path: string) =>
    `<module><functions>${method('a', 1, range(1, 1, 'yes'))}</functions>${sources.replace('/app/a.cs', path)}</module>`;
  expect((await read(one('a.cs') + one('b.cs'))).map((event) => event.type === 'file' && event.record.path)).toEqual(['a.cs', 'b.cs']);
});

test.each([
  ['a range that does not say whether it ran', range(1, 1, 'maybe')],
  ['a range of a file that has no name', range(1, 1, 'yes', '7')],
  ['a range that ends before it begins', range(9, 1, 'yes')],
])('%s is a gap', async (_, ranges) => {
  const events = await read(`<module><functions>${method('a', 1, ranges)}</functions>${sources}</module>`);
  expect(events.at(-1)).toMatchObject({ type: 'gap', reason: 'malformed' });
});

test('says how many modules were not measured', async () => {
  const events = await read('', '<skipped_modules><skipped_module name="x.dll"/></skipped_modules>');
  expect(events).toMatchObject([{ type: 'note', message: '1 modules were not measured' }]);
});

async function read(modules: string, rest = ''): Promise<readonly CoverageEvent[]> {
  const text = `<?xml version="1.0"?>\n<results>\n <modules>${modules}</modules>${rest}</results>`;
  expect(visualStudio.sniff({ path: 'x', text })).toBe(true);
  const events: CoverageEvent[] = [];
  await visualStudio.parse(
    (async function* () {
      for (const part of text.split(/(?<=>)/)) yield await Promise.resolve(part);
    })(),
    (event) => events.push(event),
    { source: () => Promise.resolve(undefined) },
  );
  return events;
}

function linesOf(events: readonly CoverageEvent[]) {
  return events.flatMap((event) => {
    if (event.type !== 'file') return [];
    const lines: [number, number][] = [];
    event.record.lines.forEach((hits, line) => lines.push([line, hits]));
    return [lines.sort((a, b) => a[0] - b[0])];
  });
}
