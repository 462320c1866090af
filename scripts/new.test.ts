import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { fromTemplate } from './new.ts';
import { run, ROOT } from './process.ts';
import { KINDS } from './registries.ts';

// A project of nothing but the contracts, what they import, and one new plugin of each kind.

const NEW = KINDS.map(({ folder }) => `src/${folder}/new-thing`);

// Three whole tools on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gauntlet-new-'));
  const plugins = await Promise.all(KINDS.map(({ folder: kind }) => fromTemplate(kind, 'new-thing', 'SEC-01')));
  for (const [path, text] of plugins.flatMap((files) => [...files])) await put(path, text);
  for (const kind of KINDS) await cp(join(ROOT, `src/${kind.folder}/contract.ts`), join(folder, `src/${kind.folder}/contract.ts`));
  for (const room of ['src/model', 'src/lib', 'src/ports'])
    await cp(join(ROOT, room), join(folder, room), {
      recursive: true,
      filter: (path) => !path.includes('.test.') && !path.endsWith('/node'),
    });
  for (const file of ['tsconfig.json', 'oxlint.config.ts', '.oxfmtrc.json', 'package.json']) await cp(join(ROOT, file), join(folder, file));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a new plugin of every kind has the right types', async () => {
  expect(await inFolder('tsc', ['--noEmit', '-p', folder, '--pretty', 'false'])).toBe('');
});

test('a new plugin of every kind has the form of the house', async () => {
  expect(await inFolder('oxlint', NEW)).toContain('Found 0 warnings and 0 errors');
  expect(await inFolder('oxfmt', ['--list-different', ...NEW])).toBe('');
});

test('the tests of a new plugin of every kind pass', async () => {
  expect(await inFolder('vitest', ['run', '--root', folder, 'new-thing'])).toMatch(/Test Files\s+9 passed/);
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function inFolder(tool: string, args: readonly string[]): Promise<string> {
  const { output } = await run('/bin/sh', ['-c', 'cd "$0" && exec "$@"', folder, join(ROOT, 'node_modules/.bin', tool), ...args], {
    env: { NO_COLOR: '1' },
  });
  return output.trim();
}
