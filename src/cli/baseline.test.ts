import { expect, test } from 'vitest';

import type { Exec } from '../ports/index.ts';
import { doubting, fileBaseline } from './baseline.ts';

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

test.each([
  ['its commit is here', {}, 'a/b', ['cat-file'], undefined],
  ['nothing holds its commit', {}, 'a/b', ['false'], 'its commit 0f3c2e1aaaaa is none of this repository'],
  ['the clone is shallow', {}, 'a/b', ['true'], undefined],
  ['there is no git', {}, 'a/b', [], undefined],
  ['it is of another repository', { repository: 'x/y' }, 'a/b', ['cat-file'], 'it is of the repository x/y'],
  ['nobody knows what repository this is', { repository: 'x/y' }, undefined, ['cat-file'], undefined],
])('whether it is of this repository: %s', async (_, parts, repository, [answer], doubt) => {
  const exec = execOf((argv) => {
    if (argv.includes('cat-file')) return answer === 'cat-file' ? '' : undefined;
    return answer;
  });
  const baseline = { ...BASELINE, schema: 'gauntlet.baseline/2' as const, sha: '0f3c2e1aaaaaaaaaaaaa', ...parts };
  const read = await doubting(
    { root: '/repo', ports: { exec, env: {}, files: { exists: async () => true, readText: async () => '' } } },
    baseline,
    repository,
  );
  expect(read?.doubt).toBe(doubt);
});

interface Git {
  readonly base: string;
  readonly show: (what: string) => string | void;
}

function store(texts: Readonly<Record<string, string>>, named?: string, git?: Git) {
  const files = { exists: async (path: string) => path in texts, readText: async (path: string) => texts[path] ?? '' };
  const exec = execOf((argv) => git?.show(argv.at(-1) ?? '') ?? undefined);
  return fileBaseline({ ports: { files, exec, env: {} }, root: '/repo', info: { git: git ? { base: git.base } : {} } }, named);
}

/** A git that answers as told; `undefined` is a failure. */
function execOf(answer: (argv: readonly string[]) => string | undefined): Exec {
  return {
    run: async (command) => {
      const stdout = command.type === 'argv' ? answer(command.argv) : undefined;
      const outcome = { ended: 'exit' as const, code: stdout === undefined ? 128 : 0 };
      return { outcome, stdout: stdout ?? '', stderr: '', durationMs: 0, tail: [], outputBytes: 0, droppedBytes: 0 };
    },
    detach: () => Promise.reject(new Error('not here')),
    isAlive: () => false,
    kill: () => false,
  };
}
