import { basename, join } from 'node:path';

import { GauntletError } from '../../model/errors.ts';
import type { StackInstance } from '../../model/manifest.ts';
import type { Command } from '../../model/plan.ts';
import type { RunContext } from '../context.ts';
import { prefixOf } from '../git.ts';

const CHECKOUT_MS = 120_000;
const PREPARE_MS = 900_000;

/** The files of an earlier commit in a folder of the run directory, gone when it is disposed of. */
export interface BaseTree extends AsyncDisposable {
  /** Where the configuration's own folder is in it. */
  readonly root: string;
}

/**
 * Writes the files of a commit to a folder, with an index of its own, so that the repository knows nothing of it. What git does not
 * keep (installed packages) is found where the runtime looks in the folders above, or made by `prepare`.
 * @throws GauntletError when git or `prepare` fails.
 */
export async function checkOut(
  context: RunContext,
  sha: string,
  { prepare, instance, whose }: { readonly prepare: string | undefined; readonly instance: StackInstance; readonly whose: string },
): Promise<BaseTree> {
  const { ports, root, directory } = context;
  // A stack may be called after its folder: the same name makes it the same stack in its turn.
  const parent = join(directory.path, 'stack', instance, 'tree');
  const folder = join(parent, basename(root));
  const index = { GIT_INDEX_FILE: join(directory.path, 'stack', instance, 'tree.index') };
  const remove = async (): Promise<void> => {
    await ports.files.remove(parent);
    await ports.files.remove(index.GIT_INDEX_FILE);
  };
  await using undo = new AsyncDisposableStack();
  undo.defer(remove);
  await ports.files.makeDirectory(folder);
  const prefix = await prefixOf({ ports, root });
  const top = prefix === '' ? root : join(root, ...prefix.split('/').flatMap((part) => (part === '' ? [] : ['..'])));
  const running = { ...context, whose };
  await run(running, argv('git', 'read-tree', sha), { cwd: top, env: index, timeoutMs: CHECKOUT_MS });
  await run(running, argv('git', 'checkout-index', '--all', `--prefix=${folder}/`), { cwd: top, env: index, timeoutMs: CHECKOUT_MS });
  const baseRoot = join(folder, prefix);
  if (prepare !== undefined) await run(running, { type: 'shell', line: prepare }, { cwd: baseRoot, env: {}, timeoutMs: PREPARE_MS });
  undo.move();
  return { root: baseRoot, [Symbol.asyncDispose]: remove };
}

interface Running {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

async function run(
  { ports, signal, redact, whose }: RunContext & { readonly whose: string },
  command: Command,
  { env, ...options }: Running,
): Promise<void> {
  const { outcome, tail } = await ports.exec.run(command, { ...options, env: { ...ports.env, ...env }, signal, redact });
  if (outcome.ended === 'exit' && outcome.code === 0) return;
  const what = command.type === 'shell' ? command.line : command.argv.slice(0, 2).join(' ');
  throw new GauntletError(`${whose} could not be made ready: \`${what}\`: ${tail.at(-1) ?? outcome.ended}`, {
    kind: 'stack',
    hint: `run it by hand in a checkout of ${whose}`,
  });
}

function argv(...words: string[]): Command {
  return { type: 'argv', argv: words };
}
