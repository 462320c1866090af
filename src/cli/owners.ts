import { codeowners, CODEOWNERS_PATHS } from '../lib/codeowners.ts';
import { prefixOf, showFile } from '../run/git.ts';
import type { RunContext } from '../run/context.ts';

/** Who owns the paths of this run, by the CODEOWNERS of the base branch; by the commit that stands where there is no base. */
export async function ownersOf({ ports, root, info }: RunContext): Promise<((path: string) => readonly string[]) | undefined> {
  const commit = info.git.base ?? 'HEAD';
  for (const path of CODEOWNERS_PATHS) {
    const text = await showFile({ ports, root }, { commit, path });
    if (text === undefined) continue;
    const prefix = await prefixOf({ ports, root });
    const owners = codeowners(text);
    return (below) => owners(`${prefix}${below}`);
  }
  return undefined;
}
