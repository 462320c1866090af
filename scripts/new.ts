import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { readCatalogue } from './catalogue.ts';
import { ROOT, runNode } from './process.ts';
import { camelCase, KINDS } from './registries.ts';

// `npm run new -- results tap` makes src/results/tap from scripts/templates/results, and registers it.
// A check also says its row: `npm run new -- checks secret-mode SEC-01`.

const TEMPLATES = join(import.meta.dirname, 'templates');
const USAGE = `npm run new -- <kind> <name> [row]
  kind  ${KINDS.map(({ folder }) => folder).join(', ')}
  name  lower case with hyphens, such as go-json
  row   for checks: a row of the catalogue, such as SEC-01`;

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

async function main([kind = '', folder = '', code]: readonly string[]): Promise<number> {
  const problem = await refusal(kind, folder, code);
  if (problem !== undefined) {
    console.error(`${problem}\n\n${USAGE}`);
    return 3;
  }
  const files = await fromTemplate(kind, folder, code);
  for (const [path, text] of files) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
    console.log(`wrote ${path}`);
  }
  const generated = await runNode('scripts/generate.ts', [], { output: 'show' });
  if (generated.code === 0) console.log(nextSteps(kind, folder));
  return generated.code;
}

function nextSteps(kind: string, folder: string): string {
  const steps = [
    `write the real thing in src/${kind}/${folder}/, with real input of its kind below fixtures/: the placeholder only shows the form`,
    ...(kind === 'checks' ? ['say in catalogue/owners.yml which test finds, and which is silent'] : []),
    `its own tests, and what every plugin of the kind must keep: npx vitest run src/${kind}/${folder} tests/contracts/${kind}`,
    'the page of plugins, what users run, and the rules of the house: npm run generate && npm run build && npm run check',
  ];
  return `\nnext\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}`;
}

/** Path → text of a new plugin. */
export async function fromTemplate(kind: string, folder: string, code = ''): Promise<Map<string, string>> {
  const template = join(TEMPLATES, kind);
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(template.length + 1));
  const fill = (text: string): string =>
    text.replaceAll('{{folder}}', folder).replaceAll('{{name}}', camelCase(folder)).replaceAll('{{code}}', code);
  const files = paths.sort().map(async (path) => {
    const text = await readFile(join(template, path), 'utf8');
    return [`src/${kind}/${folder}/${fill(path).replace(/\.tmpl$/, '')}`, fill(text)] as const;
  });
  return new Map(await Promise.all(files));
}

async function refusal(kind: string, folder: string, code: string | undefined): Promise<string | undefined> {
  if (!KINDS.some((known) => known.folder === kind)) return `"${kind}" is not a kind of plugin`;
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(folder)) return `"${folder}" is not a name for a folder`;
  if (existsSync(join(ROOT, 'src', kind, folder))) return `src/${kind}/${folder} exists already`;
  if (kind !== 'checks') return undefined;
  const { rows } = await readCatalogue(ROOT);
  return rows.some(({ id }) => id === code) ? undefined : `"${code ?? ''}" is not a row of catalogue/rows.json`;
}
