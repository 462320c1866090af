import { expect, test } from 'vitest';

import type { Exec } from '../ports/index.ts';
import { fileBaseline } from './baseline.ts';

const KEPT = { sha: 'abc', at: '2026-01-01T00:00:00.000Z', findings: [], tests: { unit: 9 } };
const BASELINE = { schema: 'gauntlet.baseline/2', ...KEPT, cases: {}, coverage: {}, stages: ['unit'], only: [], notLooked: [] };

test.each([
  ['the usual place', undefined, '/repo/.gauntlet/baseline.json'],
  ['a named file of the repository', 'kept/base.json', '/repo/kept/base.json'],
  ['a named file anywhere', '/elsewhere/base.json', '/elsewhere/base.json'],
])('%s', async (_, named, path) => {
  expect(await store({ [path]: JSON.stringify(BASELINE) }, named).read()).toEqual(BASELINE);
});

test('one that an earlier version kept is read as what it knew', async () => {
  const first = { schema: 'gauntlet.baseline/1', ...KEPT, coverage: { unit: 0.9 } };
  const { stages: _, ...rest } = BASELINE;
  expect(await store({ '/repo/.gauntlet/baseline.json': JSON.stringify(first) }).read()).toEqual({
    ...rest,
    coverage: { unit: { lines: { covered: 0.9, total: 1 }, files: {} } },
  });
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

test('where a change is judged, the usual one is the base branch’s own: what the change brings along counts for nothing', async () => {
  const own = { '/repo/.gauntlet/baseline.json': JSON.stringify(BASELINE) };
  const asked: string[] = [];
  expect(await store(own, undefined, { base: 'b4se', show: (what) => void asked.push(what) }).read()).toBeUndefined();
  expect(asked).toEqual(['b4se:.gauntlet/baseline.json']);
  const kept = JSON.stringify({ ...BASELINE, sha: 'of-base' });
  expect(await store(own, undefined, { base: 'b4se', show: () => kept }).read()).toMatchObject({ sha: 'of-base' });
});

interface Git {
  readonly base: string;
  readonly show: (what: string) => string | void;
}

function store(texts: Readonly<Record<string, string>>, named?: string, git?: Git) {
  const files = { exists: async (path: string) => path in texts, readText: async (path: string) => texts[path] ?? '' };
  const exec: Exec = {
    run: async (command) => {
      const stdout = git?.show(command.type === 'argv' ? (command.argv.at(-1) ?? '') : '') ?? undefined;
      const outcome = { ended: 'exit' as const, code: stdout === undefined ? 128 : 0 };
      return { outcome, stdout: stdout ?? '', stderr: '', durationMs: 0, tail: [], outputBytes: 0, droppedBytes: 0 };
    },
    detach: () => Promise.reject(new Error('not here')),
    isAlive: () => false,
    kill: () => false,
  };
  return fileBaseline({ ports: { files, exec, env: {} }, root: '/repo', info: { git: git ? { base: git.base } : {} } }, named);
}
