import { existsSync } from 'node:fs';
import { glob, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { rolldown } from 'rolldown';
import type { OutputAsset, OutputChunk } from 'rolldown';

import config from '../rolldown.config.ts';

// `npm run build` writes dist/; `--check` builds in memory and fails when dist/ is not that.

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

if (import.meta.main) {
  const files = await build();
  if (process.argv.includes('--check')) await check(files);
  else await write(files);
}

/** Path in dist → content; the same bytes on every machine. */
async function build(): Promise<Map<string, string>> {
  await using bundle = await rolldown(config);
  const { output } = await bundle.generate(config.output);
  const files = new Map(output.map((file) => [file.fileName, text(file)]));
  files.set('LICENSES.txt', await licenses(output));
  const leak = [...files].find(([, content]) => content.includes(ROOT));
  if (leak) throw new Error(`${leak[0]} holds a path of this machine: ${ROOT}`);
  return files;
}

async function check(files: ReadonlyMap<string, string>): Promise<void> {
  const problems: string[] = [];
  for (const [path, content] of files) {
    const committed = await readFile(join(DIST, path), 'utf8').catch(() => undefined);
    if (committed !== content) problems.push(`dist/${path} ${committed === undefined ? 'is missing' : 'is not what the source builds to'}`);
  }
  for (const path of await present()) if (!files.has(path)) problems.push(`dist/${path} is not built any more`);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

async function write(files: ReadonlyMap<string, string>): Promise<void> {
  for (const path of await present()) if (!files.has(path)) await rm(join(DIST, path));
  for (const [path, content] of files) {
    await mkdir(dirname(join(DIST, path)), { recursive: true });
    await writeFile(join(DIST, path), content);
  }
  const bytes = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  console.log(`dist/: ${files.size} files, ${(bytes / 1e6).toFixed(1)} MB`);
}

async function present(): Promise<readonly string[]> {
  if (!existsSync(DIST)) return [];
  const entries = await readdir(DIST, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(DIST.length + 1));
}

function text(file: OutputChunk | OutputAsset): string {
  if (file.type === 'chunk') return file.code;
  return typeof file.source === 'string' ? file.source : Buffer.from(file.source).toString('utf8');
}

/** The licences of every package of which a byte is in the bundle. */
async function licenses(output: readonly (OutputChunk | OutputAsset)[]): Promise<string> {
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const folders = new Set(modules.flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []));
  const notices = await Promise.all([...folders].map(notice));
  return `Packages that are part of dist/, with their licences.\n\n${[...new Set(notices)].sort().join('\n')}`;
}

async function notice(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const files = await Array.fromAsync(glob('{LICEN[CS]E,licen[cs]e,COPYING}*', { cwd: folder }));
  const own = files.sort()[0];
  const words = own === undefined ? '(the package brings no licence file)' : (await readFile(join(folder, own), 'utf8')).trim();
  return `${'='.repeat(80)}\n${name} ${version} · ${license ?? 'no licence stated'}\n${'='.repeat(80)}\n\n${words.replaceAll('\r\n', '\n')}\n`;
}
