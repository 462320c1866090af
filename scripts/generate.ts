import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { findingPages } from './finding-pages.ts';
import { readmeTables } from './readme-tables.ts';
import { registries } from './registries.ts';
import { rows } from './rows.ts';

// `npm run generate` writes; `--check` compares what stands on disk and fails on a difference.

interface Generator {
  readonly name: string;
  readonly run: (root: string) => Promise<Map<string, string>>;
  /** A folder in which nothing may stand that was not generated. */
  readonly owns?: string;
}

// Registries first, and what imports the gate's own code only after them: with a plugin's folder gone, that code does not load
// until its registry is written again.
const GENERATORS: readonly Generator[] = [
  { name: 'registries', run: registries },
  { name: 'schemas', run: async (from) => (await import('./schemas.ts')).schemas(from), owns: 'schema' },
  { name: 'configuration page', run: async (from) => (await import('./config-docs.ts')).configDocs(from) },
  { name: 'page of plugins', run: async () => (await import('./plugin-docs.ts')).pluginDocs() },
  { name: 'rows', run: rows },
  { name: 'finding pages', run: findingPages, owns: 'docs/findings' },
  { name: 'README tables', run: readmeTables },
];

const root = resolve(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const problems: string[] = [];

for (const generator of GENERATORS) {
  try {
    problems.push(...(await settle(generator)));
  } catch (error) {
    problems.push(`${generator.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

/** Writes what a generator makes, or says what differs. */
async function settle({ run, owns }: Generator): Promise<readonly string[]> {
  const files = await run(root);
  const stale: string[] = [];
  for (const [path, text] of files) {
    const before = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (before === text) continue;
    if (check) stale.push(`${path} ${before === undefined ? 'is missing' : 'is not what would be generated'}`);
    else await write(path, text);
  }
  for (const path of owns === undefined ? [] : await strangers(owns, files)) {
    if (check) stale.push(`${path} is not generated any more`);
    else await remove(path);
  }
  return stale;
}

async function strangers(folder: string, files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const names = await readdir(join(root, folder)).catch(() => []);
  return names.map((name) => `${folder}/${name}`).filter((path) => !files.has(path));
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  console.log(`wrote ${path}`);
}

async function remove(path: string): Promise<void> {
  await rm(join(root, path));
  console.log(`removed ${path}`);
}
