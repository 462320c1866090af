import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { GauntletError } from '../model/errors.ts';
import type { Files } from '../ports/index.ts';
import { FAKES } from '../../tests/support/config.ts';
import { loadConfig } from './load.ts';

const CHUNK = 65_536;

/** Only what reading a configuration needs; anything else is a mistake. */
function disk(contents: Record<string, string | Buffer>): Files {
  const at = (path: string): Buffer => Buffer.from(contents[path.replace('/repo/', '')] ?? '');
  const files: Partial<Files> = {
    exists: (path) => Promise.resolve(path.replace('/repo/', '') in contents),
    size: (path) => Promise.resolve(at(path).length),
    readText: (path) => Promise.resolve(at(path).toString()),
    stream: (path) =>
      Readable.from(
        Array.from({ length: Math.ceil(at(path).length / CHUNK) }, (_, index) => at(path).subarray(index * CHUNK, (index + 1) * CHUNK)),
        { objectMode: false },
      ),
  };
  return files as Files;
}

function load(contents: Record<string, string | Buffer>, path = '/repo/gauntlet.yml') {
  return loadConfig({ files: disk(contents), path, env: {}, root: '/repo', plugins: FAKES });
}

async function refuse(contents: Record<string, string | Buffer>): Promise<string> {
  const error = await load(contents).catch((thrown: unknown) => thrown);
  if (error instanceof GauntletError) return `${error.kind}: ${error.message}\n${error.hint}`;
  throw error;
}

test('a file, with its digest as it is on disk', async () => {
  const text = 'stages: {unit: {run: "echo ${X:-ü}"}}\n';
  const { config, sha256 } = await load({ 'ci/gauntlet.yml': text }, '/repo/ci/gauntlet.yml');
  expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
  expect(config.path).toBe('ci/gauntlet.yml');
  expect(config.stages[0]?.run?.[0]?.command).toEqual({ type: 'shell', line: 'echo ü' });
  expect(config.locate(['stages'])).toEqual({ path: 'ci/gauntlet.yml', line: 1, column: 1 });
});

test('a byte order mark and Windows line ends do not matter', async () => {
  const { config } = await load({ 'gauntlet.yml': '\ufeffversion: 1\r\nstages:\r\n  - unit:\r\n      run: a\r\n' });
  expect(config.locate(['stages', 0, 'unit', 'run'])).toMatchObject({ line: 4, column: 7 });
});

test('no file', async () => {
  expect(await refuse({ 'package.json': '{}' })).toMatchInlineSnapshot(`
    "config: there is no gauntlet.yml here
    write one with \`gauntlet init\`, or name another with --config"
  `);
});

test('not UTF-8', async () => {
  expect(await refuse({ 'gauntlet.yml': Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]) })).toMatchInlineSnapshot(`
    "config: gauntlet.yml has a problem

    gauntlet.yml: the file is not UTF-8 text
      → save it as UTF-8
    correct this place in gauntlet.yml"
  `);
});

test('larger than 1 MB', async () => {
  expect(await refuse({ 'gauntlet.yml': `# ${'x'.repeat(1_100_000)}\n` })).toMatchInlineSnapshot(`
    "config: gauntlet.yml has a problem

    gauntlet.yml: the file is larger than 1 MB
      → a configuration is a few hundred lines: is this another file?
    correct this place in gauntlet.yml"
  `);
});

test('all problems at once, and where the first one is', async () => {
  const error = await load({ 'gauntlet.yml': 'version: 3\nstages: {unit: {rnu: a}}\n' }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    kind: 'config',
    hint: 'correct these 2 places in gauntlet.yml',
    location: { path: 'gauntlet.yml', line: 1, column: 10 },
    problems: [{ location: { line: 1 } }, { location: { line: 2 } }],
  });
});
