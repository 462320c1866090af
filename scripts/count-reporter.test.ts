import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { ROOT, runNode } from './process.ts';

const FILES = {
  'good.test.ts': "import { test } from 'vitest'; test('a', () => {}); test('b', () => {});",
  'bad.test.ts': "import { test } from 'vitest'; test('c', () => { throw new Error('no'); });",
  'skips.test.ts': `import { describe, test } from 'vitest';
    test('d', (context) => context.skip('no Docker here'));
    test.todo('e');
    describe.skip('act [skipped: act is missing]', () => { test('f', () => {}); test('g', () => {}); });`,
  'broken.test.ts': "import './nowhere.ts';",
  'again.test.ts': "import { expect, test } from 'vitest'; let n = 0; test('i', { retry: 1 }, () => expect(++n).toBe(2));",
  'hook.test.ts': "import { afterAll, test } from 'vitest'; test('h', () => {}); afterAll(() => { throw new Error('hook'); });",
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gauntlet-counts-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  'what did not run is counted with its reason, what passed at a second try is named, and a file that does not load is a failure',
  { timeout: 60_000 },
  async () => {
    const file = join(folder, 'counts.json');
    const args = ['run', '--root', folder, `--reporter=${join(ROOT, 'scripts/count-reporter.ts')}`];
    await runNode('node_modules/vitest/vitest.mjs', args, { env: { GAUNTLET_TEST_COUNTS: file } });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      passed: 4,
      failed: 3,
      skipped: 4,
      reasons: { 'no Docker here': 1, 'act is missing': 2, 'no reason given (skips.test.ts)': 1 },
      again: ['again.test.ts > i'],
    });
  },
);
