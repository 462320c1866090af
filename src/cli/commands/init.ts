import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { foundLines, suggest, suggestedWorkflow, unknownLines, type Suggestion } from '../../config/suggest.ts';
import { prefixOf } from '../../run/git.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import type { Ports } from '../../ports/index.ts';
import { portsOf, rootOf, type GlobalOptions } from '../ports.ts';
import { CONFIG } from '../session.ts';
import type { World } from '../world.ts';

export interface InitOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly uses?: string;
}

const WORKFLOW = '.github/workflows/gauntlet.yml';
/** Stands for the owner of the action's repository where nobody knows it. */
const ANY_OWNER = '<owner>/gauntlet@v1';

/** `gauntlet init`: looks, writes what is not there, and says what it could not know. Runs nothing. */
export async function init(world: World, options: InitOptions): Promise<number> {
  const ports = portsOf(world, options);
  const root = rootOf(world, options);
  const suggestion = await suggest(ports.files, root);
  const uses = options.uses ?? usesFrom(world.env) ?? ANY_OWNER;
  const files = await filesFor(suggestion, { ports, root, uses });
  if (options.dryRun === true) {
    for (const { path, text } of files) world.stdout.write(`# ${path}\n${text}\n`);
    return EXIT_CODES.pass;
  }
  const done = [];
  for (const { path, text } of files) done.push(`${(await writeNew(join(root, path), text)) ? 'wrote' : 'left alone'} ${path}`);
  world.stdout.write(sections(suggestion, { done, uses }));
  return EXIT_CODES.pass;
}

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** A workflow belongs to the top of a repository; one that runs the gate already is enough. */
async function filesFor(suggestion: Suggestion, { ports, root, uses }: { ports: Ports; root: string; uses: string }): Promise<NewFile[]> {
  const below = await prefixOf({ ports, root });
  const workflow = below === '' && suggestion.found.around.gated === undefined;
  return [
    { path: CONFIG, text: suggestion.text },
    ...(workflow ? [{ path: WORKFLOW, text: suggestedWorkflow(suggestion.found, uses) }] : []),
  ];
}

/** @returns false for a file that is there: it stays as it is. */
async function writeNew(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Inside of a job of the gate's own action it is known what the action is called. */
function usesFrom(env: World['env']): string | undefined {
  const { GAUNTLET_REPOSITORY: repository, GAUNTLET_REF: ref } = env;
  return repository ? `${repository}@${ref || 'v1'}` : undefined;
}

function sections({ found, any }: Suggestion, { done, uses }: { done: readonly string[]; uses: string }): string {
  const { gated } = found.around;
  const unknown = [
    ...unknownLines(found),
    ...(uses === ANY_OWNER && gated === undefined
      ? [`Where the action is: put its repository in the place of \`${ANY_OWNER}\` in ${WORKFLOW}, or give --uses.`]
      : []),
  ];
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Found', any ? foundLines(found) : ['nothing to run: neither tests, nor a compose file, nor a Dockerfile']],
    ['Could not know', unknown],
    ['Done', [...done, ...(gated === undefined ? [] : [`left workflows alone: ${gated} runs the gate`])]],
    [
      'Next',
      [
        'gauntlet plan    what would be done, and what it owes',
        'gauntlet run     the verdict',
        `Each line that ${CONFIG} holds as a comment says what it would buy.`,
      ],
    ],
  ];
  return parts.map(([title, lines]) => `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`).join('\n');
}
