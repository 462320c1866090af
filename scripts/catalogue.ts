import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { z } from 'zod';

// The catalogue is written by people as Markdown tables; `node scripts/catalogue.ts <catalogue.md>` reads it once
// into catalogue/rows.json, which is what the code and the docs work from.

/** One row of the catalogue: a thing that a finding can be about. */
export const CatalogueRow = z.strictObject({
  id: z.string().regex(/^[A-Z]{2,4}-\d{2}$/),
  family: z.string(),
  /** Numbers of the seed documents, main source first. */
  seeds: z.array(z.string()).min(1),
  /** Implied by a seed, not named there as a check. */
  derived: z.boolean(),
  title: z.string().min(1),
  how: z.string().min(1),
  inputs: z.string().min(1),
  priority: z.string().min(1),
  evidence: z.string().min(1),
});
export type CatalogueRow = z.output<typeof CatalogueRow>;

export const Catalogue = z.strictObject({
  families: z.array(z.strictObject({ id: z.string(), title: z.string() })),
  rows: z.array(CatalogueRow),
});
export type Catalogue = z.output<typeof Catalogue>;

if (import.meta.main) await main();

/** The committed catalogue. */
export async function readCatalogue(root: string): Promise<Catalogue> {
  return Catalogue.parse(JSON.parse(await readFile(join(root, 'catalogue/rows.json'), 'utf8')));
}

/**
 * Reads the Markdown.
 * @throws Error when a family's own count, an id or the number of cells does not fit.
 */
export function parseCatalogue(markdown: string): Catalogue {
  const families: { id: string; title: string; count: number }[] = [];
  const rows: CatalogueRow[] = [];
  for (const line of markdown.split('\n')) {
    const heading = /^## ([A-Z]{2,4}) — (.+?) \((\d+)\)$/.exec(line);
    if (heading) families.push({ id: heading[1] ?? '', title: heading[2] ?? '', count: Number(heading[3]) });
    if (/^\| [A-Z]{2,4}-\d{2} \|/.test(line)) rows.push(parseRow(line));
  }
  for (const { id, count } of families) {
    const found = rows.filter(({ family }) => family === id).length;
    if (found !== count) throw new Error(`${id}: the heading says ${count} rows, ${found} were read`);
  }
  return Catalogue.parse({ families: families.map(({ id, title }) => ({ id, title })), rows });
}

function parseRow(line: string): CatalogueRow {
  const cells = line
    .trim()
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
  if (cells.length !== 7) throw new Error(`${cells.length} cells instead of 7: ${line}`);
  const [id = '', seed = '', title, how, inputs, priority, evidence] = cells;
  return CatalogueRow.parse({
    id,
    family: id.split('-')[0],
    seeds: seed.match(/\d{3}/g) ?? [],
    derived: seed.includes('†'),
    title,
    how,
    inputs,
    priority,
    evidence,
  });
}

async function main(): Promise<void> {
  const [source] = process.argv.slice(2);
  if (source === undefined) throw new Error('say which file: node scripts/catalogue.ts <catalogue.md>');
  const catalogue = parseCatalogue(await readFile(source, 'utf8'));
  const file = resolve(import.meta.dirname, '../catalogue/rows.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(catalogue, undefined, 2)}\n`);
  console.log(`${catalogue.rows.length} rows in ${catalogue.families.length} families`);
}
