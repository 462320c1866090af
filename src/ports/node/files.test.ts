import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { GauntletError } from '../../model/errors.ts';
import { actionable } from './errors.ts';
import { nodeFiles } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('write makes folders, replaces the whole file and leaves nothing else', async () => {
  const path = join(folder, 'deep', 'er', 'file.json');
  await nodeFiles.write(path, 'one');
  await nodeFiles.write(path, new TextEncoder().encode('two'));
  expect(await nodeFiles.readText(path)).toBe('two');
  expect(readdirSync(dirname(path))).toEqual(['file.json']);
  expect(await nodeFiles.size(path)).toBe(3);
  expect(await nodeFiles.exists(join(path, 'below'))).toBe(false);
  await nodeFiles.move(path, join(folder, 'moved', 'there.json'));
  expect(await nodeFiles.list(join(folder, 'moved'))).toEqual(['there.json']);
});

test('a writer puts its file in place when it is whole, and none when nothing was written', async () => {
  const path = join(folder, 'pieces', 'lines.ndjson');
  const writer = nodeFiles.writer(path);
  const line = `${'é'.repeat(999)}\n`;
  for (let nth = 0; nth < 3_000; nth += 1) writer.write(line);
  expect(await nodeFiles.exists(path)).toBe(false);
  writer.close();
  expect(await nodeFiles.readText(path)).toBe(line.repeat(3_000));
  nodeFiles.writer(join(folder, 'pieces', 'none')).close();
  expect(readdirSync(join(folder, 'pieces'))).toEqual(['lines.ndjson']);
});

test('appendDurably writes whole lines in order', async () => {
  const path = join(folder, 'journal', 'journal.ndjson');
  await nodeFiles.appendDurably(path, '{"a":1}');
  await nodeFiles.appendDurably(path, '{"b":2}\n');
  expect(await nodeFiles.readText(path)).toBe('{"a":1}\n{"b":2}\n');
});

test('a missing file keeps its code; a full disk says what to do', async () => {
  await expect(nodeFiles.readText(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  const error = actionable(Object.assign(new Error('write'), { code: 'ENOSPC' }), '/x');
  expect(error).toBeInstanceOf(GauntletError);
  expect(error).toMatchObject({ kind: 'stack', hint: expect.stringContaining('free disk space') });
});

test.runIf(existsSync('/dev/full'))('a real full device is told with a hint', async () => {
  await expect(nodeFiles.appendDurably('/dev/full', 'x')).rejects.toThrow('no space left');
});

describe('glob', () => {
  const root = join(folder, 'glob');
  for (const path of [
    'a.xml',
    'reports/unit/b.xml',
    'reports/unit/.hidden.xml',
    'reports/c.json',
    '.cache/d.xml',
    'node_modules/e.xml',
    'x/node_modules/f.xml',
    '.git/g.xml',
    'reports/w[1].xml',
    'reports/é é.xml',
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  symlinkSync('..', join(root, 'reports', 'loop'));
  symlinkSync('../a.xml', join(root, 'reports', 'link.xml'));

  test.each([
    [['**/*.xml'], ['a.xml', 'reports/link.xml', 'reports/unit/b.xml', 'reports/w[1].xml', 'reports/é é.xml']],
    [['./*.xml'], ['a.xml']],
    [['reports/**'], ['reports/c.json', 'reports/link.xml', 'reports/unit/b.xml', 'reports/w[1].xml', 'reports/é é.xml']],
    [['**/*.{json,xml}', '!reports/**'], ['a.xml']],
    [
      ['.cache/*.xml', 'reports/unit/.*'],
      ['.cache/d.xml', 'reports/unit/.hidden.xml'],
    ],
    [['reports/?.json', 'reports/[a-b].xml'], ['reports/c.json']],
    [['reports/**/unit/**/b.xml'], ['reports/unit/b.xml']],
    [['node_modules/**', '../**', 'nothing/*'], []],
  ])('%j', async (patterns, found) => {
    expect(await nodeFiles.glob(patterns, root)).toEqual(found);
  });

  test('links that lead nowhere, and nothing that is a folder', async () => {
    const odd = join(folder, 'odd');
    mkdirSync(join(odd, 'folder.xml'), { recursive: true });
    symlinkSync('gone', join(odd, 'gone.xml'));
    symlinkSync('loop.xml', join(odd, 'loop.xml'));
    symlinkSync('folder.xml', join(odd, 'to-folder.xml'));
    expect(await nodeFiles.glob(['*.xml'], odd)).toEqual(['gone.xml', 'loop.xml']);
  });

  test('folders that are called like reports, and names that look like patterns, when reports are asked for', async () => {
    const reports = (...patterns: string[]) => nodeFiles.glob(patterns, root, { folders: true });
    mkdirSync(join(root, 'out', 'b.xml'), { recursive: true });
    writeFileSync(join(root, 'out', 'a.xml'), '');
    expect(await reports('out/*.xml')).toEqual(['out/a.xml', 'out/b.xml']);
    expect(await reports('out/*.{json,xml}')).toEqual(['out/a.xml', 'out/b.xml']);
    expect(await reports('out/*.xml', '!out/b.*')).toEqual(['out/a.xml']);
    expect(await reports('out/**')).toEqual(['out/a.xml']);
    expect(await reports('reports/w[1].xml')).toEqual(['reports/w[1].xml']);
  });

  test('absolute patterns below cwd; a folder that is not there', async () => {
    expect(await nodeFiles.glob([`${root}/*.xml`], root)).toEqual(['a.xml']);
    expect(await nodeFiles.glob(['**'], join(root, 'none'))).toEqual([]);
  });
});
