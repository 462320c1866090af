import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { registries } from './registries.ts';

// Registries first: what is generated after them imports the code that imports them.
const root = resolve(import.meta.dirname, '..');

for (const [path, text] of await registries(root)) await writeIfChanged(path, text);

async function writeIfChanged(path: string, text: string): Promise<void> {
  const file = join(root, path);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`wrote ${path}`);
}
