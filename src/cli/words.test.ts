import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { expect, test } from 'vitest';

import { main } from './program.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');

async function gauntlet(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const cwd = await mkdtemp(join(tmpdir(), 'gauntlet-words-'));
  const said = { out: '', err: '' };
  const code = await main({
    argv,
    cwd,
    env: { PATH: process.env['PATH'] ?? '' },
    self: [process.execPath, MAIN],
    pid: process.pid,
    stdout: { write: (text: string) => void (said.out += text) },
    stderr: { write: (text: string) => void (said.err += text) },
    signal: new AbortController().signal,
  });
  await rm(cwd, { recursive: true });
  return { code, ...said };
}

/** What bash offers after a line, with the script that it is given. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const { out } = await gauntlet('completion', 'bash');
  const line = `${out}\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_gauntlet\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', line, 'bash', 'gauntlet', ...words], { encoding: 'utf8', cwd: tmpdir() })
    .trim()
    .split('\n');
}

test('bash completes commands, and options of the command that stands there', async () => {
  expect(await offered('ju')).toEqual(['judge']);
  expect(await offered('-q', 'expl')).toEqual(['explain']);
  expect(await offered('run', '--bu')).toEqual(['--budget']);
  expect(await offered('doctor', '--bu')).toEqual(['']);
});

test.each(['zsh', 'fish'])('%s knows every command and its options', async (shell) => {
  const { out } = await gauntlet('completion', shell);
  for (const word of ['judge', 'explain', 'init', 'budget']) expect(out).toContain(word);
});

test('another shell is refused with the ones that there are', async () => {
  const { code, err } = await gauntlet('completion', 'powershell');
  expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('bash, zsh, fish') as string });
});

test('a mistyped command is answered with the one that was meant', async () => {
  const { code, err } = await gauntlet('jugde');
  expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('Did you mean judge?') as string });
});

test('a code is explained without a run, in any case of letters', async () => {
  const { code, out } = await gauntlet('explain', 'tst-07');
  expect(code).toBe(0);
  expect(out).toContain('TST-07: A critical path is not covered');
  expect(out).toContain('How to fix it');
  expect(out).not.toContain('<!--');
});

test.each([
  ['TST-97', 'the codes of this family: TST-01,'],
  ['TSST-07', 'did you mean TST-07?'],
  ['../../README', 'docs/findings holds a page for each code'],
])('%s is no code: %s', async (written, hint) => {
  const { code, err } = await gauntlet('explain', written);
  expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining(hint) as string });
});

test('without a code there has to be a verdict to explain', async () => {
  const { code, err } = await gauntlet('explain');
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('no run was judged here yet') as string });
});
