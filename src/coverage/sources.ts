import { dirname, join, resolve } from 'node:path';

import type { Files } from '../ports/index.ts';
import { cleanPath, isAbsolute, normalPath } from './path-text.ts';
import type { GoModule } from './paths.ts';

/** Bytes of one source file; what is larger was not written by hand. */
const SOURCE = 4_000_000;
const MODULES = 200;

/** Text of a source file, `undefined` when it is not there or too large to be one. */
export async function readSource(files: Pick<Files, 'stream'>, path: string): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of files.stream(path)) {
      const bytes = part as Uint8Array;
      size += bytes.length;
      if (size > SOURCE) return undefined;
      parts.push(bytes);
    }
  } catch {
    return undefined;
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** The Go modules of the repository, by the `go.mod` files that it tracks. */
export async function goModules(files: Pick<Files, 'stream'>, root: string, tracked: readonly string[]): Promise<GoModule[]> {
  const modules: GoModule[] = [];
  for (const file of tracked.filter((path) => /(?:^|\/)go\.mod$/.test(path)).slice(0, MODULES)) {
    const path = /^\s*module\s+"?([^\s"]+)/m.exec((await readSource(files, join(root, file))) ?? '')?.[1];
    if (path !== undefined) modules.push({ path, folder: file.slice(0, -'go.mod'.length).replace(/\/$/, '') });
  }
  return modules;
}

/** The source that a report names, when somebody looks at the report alone: below the repository or beside the report, nowhere else. */
export async function sourceBeside(
  { files, root, report }: { files: Pick<Files, 'stream'>; root: string; report: string },
  raw: string,
): Promise<string | undefined> {
  const path = normalPath(cleanPath(raw));
  const beside = dirname(resolve(root, report));
  const inside = (file: string): boolean => [root, beside].some((folder) => file.startsWith(`${folder}/`));
  if (isAbsolute(path)) return inside(path) ? await readSource(files, path) : undefined;
  for (const folder of [beside, root]) {
    const file = resolve(folder, path);
    const text = inside(file) ? await readSource(files, file) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}
