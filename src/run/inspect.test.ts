import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, expect, test } from 'vitest';

import { nodeFiles } from '../ports/node/files.ts';
import { inspectFile } from './inspect.ts';

const cwd = mkdtempSync(join(tmpdir(), 'gauntlet-inspect-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

mkdirSync(join(cwd, 'folder'));
symlinkSync('loop', join(cwd, 'loop'));
execFileSync('mkfifo', [join(cwd, 'pipe')]);
writeFileSync(join(cwd, 'empty'), '');
writeFileSync(join(cwd, 'text'), 'hello\n');
writeFileSync(join(cwd, 'zeros'), Buffer.alloc(5_000));
writeFileSync(join(cwd, 'blank'), ' \n\t\n');
writeFileSync(join(cwd, 'cut.gz'), gzipSync('x'.repeat(9_000)).subarray(0, 20));

test.each([
  ['folder', 'missing', 'it is no regular file'],
  ['pipe', 'missing', 'it is no regular file'],
  ['loop', 'missing', 'too many symbolic links'],
  ['nothing', 'missing', 'there is no such file'],
  ['empty', 'empty', 'the file is empty'],
  ['zeros', 'encoding', 'it is no text file'],
  ['blank', 'empty', 'the file is empty'],
  ['cut.gz', 'truncated', 'gzip'],
  ['text', 'unrecognised', 'no known result or coverage format'],
])('%s is a gap: %s', async (file, reason, message) => {
  const inspection = await inspectFile({ ports: { files: nodeFiles }, root: cwd, cwd }, file);
  expect(inspection).toMatchObject({ file, gap: { reason, message: expect.stringContaining(message) } });
});
