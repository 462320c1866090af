import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Files } from '../../src/ports/index.ts';
import { inspectResults, type ResultsInspection } from '../../src/results/collect.ts';
import { ExpectedCoverage, ExpectedResults, fixtureFolders, readExpected } from '../producers/expected.ts';

export interface Fixture {
  readonly kind: 'results' | 'coverage';
  readonly format: string;
  readonly path: string;
  /** The report is broken or holds nothing, and says so in `expected.json`. */
  readonly broken: boolean;
}

/** Every fixture of every format in the registries. */
export async function fixtures(): Promise<Fixture[]> {
  const folders = await fixtureFolders();
  const all = folders.map(async ({ kind, format, path, files }) => {
    const expected = kind === 'results' ? await readExpected(path, ExpectedResults) : await readExpected(path, ExpectedCoverage);
    return files.map((file) => ({ kind, format, path: join(path, file), broken: expected[file]?.gap !== undefined }));
  });
  return (await Promise.all(all)).flat();
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
    for (const [name, content] of Object.entries(reports)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), content);
    }
    return await use(root, Object.keys(reports));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** A text as a stream, in pieces of the given length. */
export async function* pieces(text: string, length = 7): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield await Promise.resolve(text.slice(at, at + length));
}

/** What one file says that some format claims. */
export async function inspected(path: string): Promise<ResultsInspection> {
  const read = await inspectResults(files, dirname(path), path);
  if (read.format === undefined) throw new Error(`${path}: ${read.gap.message}`);
  return read;
}
