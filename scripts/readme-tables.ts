import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';
import { z } from 'zod';

const Action = z.object({
  inputs: z
    .record(
      z.string(),
      z.object({
        description: z.string(),
        required: z.boolean().optional(),
        default: z.union([z.string(), z.number(), z.boolean()]).optional(),
      }),
    )
    .optional(),
  outputs: z.record(z.string(), z.object({ description: z.string() })).optional(),
});
type Action = z.output<typeof Action>;

/**
 * README path → text with its tables of inputs and outputs filled from the action.yml beside it.
 * @throws Error naming the README that lacks `<!-- inputs:start -->` and `<!-- inputs:end -->`.
 */
export async function readmeTables(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const folder of await actionFolders(root)) {
    const readme = join(folder, 'README.md');
    if (!existsSync(join(root, readme)))
      throw new Error(
        `${join(folder, 'action.yml')} has no ${readme} beside it: write one with the markers <!-- inputs:start --> and <!-- inputs:end -->`,
      );
    const action = Action.parse(parse(await readFile(join(root, folder, 'action.yml'), 'utf8')));
    files.set(readme, fillTables(await readFile(join(root, readme), 'utf8'), action, readme));
  }
  return files;
}

/** The README with what stands between its markers replaced. Pure. */
export function fillTables(text: string, action: Action, readme: string): string {
  const inputs = Object.entries(action.inputs ?? {}).map(([name, input]) => [`\`${name}\``, oneLine(input.description), shown(input)]);
  const outputs = Object.entries(action.outputs ?? {}).map(([name, { description }]) => [`\`${name}\``, oneLine(description)]);
  const withInputs = fill(text, {
    marker: 'inputs',
    body: table(['input', 'what it says', 'default'], inputs),
    needed: inputs.length > 0,
    readme,
  });
  return fill(withInputs, { marker: 'outputs', body: table(['output', 'what it holds'], outputs), needed: outputs.length > 0, readme });
}

interface Filling {
  readonly marker: string;
  readonly body: string;
  readonly needed: boolean;
  readonly readme: string;
}

function fill(text: string, { marker, body, needed, readme }: Filling): string {
  const [start, end] = [`<!-- ${marker}:start -->`, `<!-- ${marker}:end -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from >= 0 && to > from) return `${text.slice(0, from + start.length)}\n\n${body}\n${text.slice(to)}`;
  if (!needed) return text;
  throw new Error(`${readme} has no place for its ${marker}: add ${start} and ${end}`);
}

function shown({ required, default: value }: NonNullable<Action['inputs']>[string]): string {
  if (required === true) return '**required**';
  if (value === undefined || value === '') return '';
  return `\`${oneLine(String(value)).replaceAll('`', "'")}\``;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  if (lines.length === 0) return 'None.\n';
  return [head, head.map(() => '---'), ...lines].map((columns) => `| ${columns.join(' | ')} |\n`).join('');
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

async function actionFolders(root: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true }).catch(() => []);
  const folders = [
    '.',
    ...entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join('actions', name))
      .sort(),
  ];
  return folders.filter((folder) => existsSync(join(root, folder, 'action.yml')));
}
