import { expect, test } from 'vitest';

import { fileBaseline } from './baseline.ts';

const BASELINE = { schema: 'gauntlet.baseline/1', sha: 'abc', at: '2026-01-01T00:00:00.000Z', findings: [], tests: {}, coverage: {} };

test.each([
  ['the usual place', undefined, '/repo/.gauntlet/baseline.json'],
  ['a named file of the repository', 'kept/base.json', '/repo/kept/base.json'],
  ['a named file anywhere', '/elsewhere/base.json', '/elsewhere/base.json'],
])('%s', async (_, named, path) => {
  expect(await store({ [path]: JSON.stringify(BASELINE) }, named).read()).toEqual(BASELINE);
});

test('none yet is no error, a named one that is not there is', async () => {
  expect(await store({}).read()).toBeUndefined();
  await expect(store({}, 'base.json').read()).rejects.toThrow('there is no baseline at /repo/base.json');
});

test.each([
  ['no JSON', '{"schema":'],
  ['another version', JSON.stringify({ ...BASELINE, schema: 'gauntlet.baseline/9' })],
])('%s is refused: it must not make everything new', async (_, text) => {
  await expect(store({ '/repo/.gauntlet/baseline.json': text }).read()).rejects.toMatchObject({
    kind: 'config',
    message: '/repo/.gauntlet/baseline.json is not a baseline of this version',
  });
});

function store(texts: Readonly<Record<string, string>>, named?: string) {
  const files = { exists: async (path: string) => path in texts, readText: async (path: string) => texts[path] ?? '' };
  return fileBaseline({ ports: { files }, root: '/repo' }, named);
}
