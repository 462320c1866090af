import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

/** A stack whose secret `api_key` is a file that a step made with this mode. */
function madeWith(mode: number, user?: string) {
  return async (root: string): Promise<unknown> => {
    const file = join(root, 'stack_api_key');
    await writeFile(file, 'not shown anywhere');
    await chmod(file, mode);
    return {
      services: { api: { image: 'a:1', ...(user === undefined ? {} : { user }), secrets: [{ source: 'api_key' }] } },
      secrets: { api_key: { file } },
    };
  };
}

const FILES = { 'compose.yaml': 'services: {}\n' };

test('SEC-01: 0444, which somebody chose, weighs most; what the umask left and what a group can read, less', async () => {
  const found = async (mode: number) => (await audit('SEC-01', FILES, undefined, { prepare: madeWith(mode) })).found;
  expect(await found(0o444)).toEqual(['P0 stack_api_key']);
  expect(await found(0o666)).toEqual(['P0 stack_api_key']);
  expect(await found(0o644)).toEqual(['P2 stack_api_key']);
  expect(await found(0o440)).toEqual(['P2 stack_api_key']);
  const { results, stored } = await audit('SEC-01', FILES, undefined, { prepare: madeWith(0o444, '1000:1000') });
  expect(results[0]?.measured).toMatch(/^mode 0444, owner \d+$/);
  expect(results[0]?.fix).toContain('`chown 1000 stack_api_key && chmod 400 stack_api_key`');
  expect(stored).not.toContain('not shown');
});

test('SEC-01: a file for its owner alone is silent; so is one that git tracks, whose mode git made, and one that is not here', async () => {
  expect(await audit('SEC-01', FILES, undefined, { prepare: madeWith(0o400) })).toMatchObject({ state: 'collected', found: [] });
  expect((await audit('SEC-01', { ...FILES, stack_api_key: 'x' }, undefined, { prepare: madeWith(0o644) })).state).toBe('not-applicable');
  const gone = { services: { api: { secrets: [{ source: 'k' }] } }, secrets: { k: { file: '/nowhere/key' } } };
  expect((await audit('SEC-01', FILES, gone)).state).toBe('not-applicable');
});
