import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { Files } from '../../src/ports/index.ts';

const source = resolve(import.meta.dirname, '../../src');

export interface Fixture {
  readonly kind: 'results' | 'coverage';
  readonly format: string;
  readonly path: string;
}

/** Every file in `src/results/<format>/fixtures` and `src/coverage/<format>/fixtures`. */
export async function fixtures(): Promise<Fixture[]> {
  const found: Fixture[] = [];
  for (const kind of ['results', 'coverage'] as const) {
    const folders = await readdir(join(source, kind), { withFileTypes: true });
    for (const { name: format } of folders.filter((entry) => entry.isDirectory())) {
      const folder = join(source, kind, format, 'fixtures');
      for (const file of await readdir(folder)) found.push({ kind, format, path: join(folder, file) });
    }
  }
  return found;
}

/** Real files to read; everything else of the port is not needed here. */
export const files = { stream: (path: string) => createReadStream(path) } as Partial<Files> as Files;

/** Writes reports into a folder of their own, hands it over, and takes it away again. */
export async function withReports<T>(
  reports: Readonly<Record<string, string | Uint8Array>>,
  use: (root: string, paths: readonly string[]) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'gauntlet-reports-'));
  try {
    for (const [name, content] of Object.entries(reports)) await writeFile(join(root, name), content);
    return await use(root, Object.keys(reports));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** A text as a stream, in pieces of the given length. */
export async function* pieces(text: string, length = 7): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield await Promise.resolve(text.slice(at, at + length));
}
