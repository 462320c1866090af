import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inspectCoverage } from '../../src/coverage/collect.ts';
import { ExpectedCoverage, ExpectedResults, fixtureFolders, readExpected } from '../producers/expected.ts';
import { files, inspected } from './results-support.ts';

const folders = await fixtureFolders();
const results = await entries('results', ExpectedResults);
const coverage = await entries('coverage', ExpectedCoverage);

describe.each(folders)('$kind/$format', ({ kind, path, files: present }) => {
  it('has one entry in expected.json for each fixture, and no other', async () => {
    const expected = kind === 'results' ? await readExpected(path, ExpectedResults) : await readExpected(path, ExpectedCoverage);
    expect(Object.keys(expected).sort()).toEqual(present);
  });
});

describe('counts what the producer ran', () => {
  it.each(results)('$format/$file of $entry.producer $entry.version', async ({ path, entry }) => {
    const { disagreements, gap, ...counts } = await inspected(path);
    expect(counts).toMatchObject(entry.counts);
    expect([gap?.reason, sorted(disagreements)]).toEqual([entry.gap, sorted(entry.disagreements)]);
  });
});

describe('covers what the producer covered', () => {
  it.each(coverage)('$format/$file of $entry.producer $entry.version', async ({ path, entry }) => {
    const read = await inspectCoverage(files, dirname(path), path);
    const { lines, branches, functions, files: count } = entry;
    expect({ lines: read?.lines, branches: read?.branches, functions: read?.functions, files: read?.files }).toEqual({
      lines,
      branches,
      functions,
      files: count,
    });
    expect(read?.gap?.reason).toBe(entry.gap);
  });
});

async function entries<T>(kind: 'results' | 'coverage', schema: Parameters<typeof readExpected<T>>[1]) {
  const own = folders.filter((folder) => folder.kind === kind);
  const read = await Promise.all(
    own.map(async ({ format, path, files: present }) => {
      const expected = await readExpected(path, schema);
      return present.flatMap((file) => {
        const entry = expected[file];
        return entry === undefined ? [] : [{ format, file, path: join(path, file), entry }];
      });
    }),
  );
  return read.flat();
}

function sorted(disagreements: readonly object[] = []): readonly object[] {
  return [...disagreements].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
