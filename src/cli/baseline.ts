import { resolve } from 'node:path';

import { parseJson } from '../lib/json.ts';
import { Baseline } from '../model/baseline.ts';
import { GauntletError } from '../model/errors.ts';
import type { BaselineStore, Files } from '../ports/index.ts';

/** Where a repository may keep its baseline. */
const USUAL = '.gauntlet/baseline.json';

interface Place {
  readonly ports: { readonly files: Pick<Files, 'exists' | 'readText'> };
  readonly root: string;
}

/** A baseline in a file: the one that somebody named (relative to the repository), which must be there, or the usual one, which may be. */
export function fileBaseline({ ports: { files }, root }: Place, named: string | undefined): BaselineStore {
  const path = resolve(root, named ?? USUAL);
  return {
    read: async () => {
      if (await files.exists(path)) return parse(await files.readText(path), path);
      if (named === undefined) return undefined;
      throw new GauntletError(`there is no baseline at ${path}`, {
        kind: 'config',
        hint: 'name a `baseline.json` of a run of the base branch, or leave --baseline out',
      });
    },
  };
}

function parse(text: string, path: string): Baseline {
  const parsed = Baseline.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new GauntletError(`${path} is not a baseline of this version`, {
    kind: 'config',
    hint: 'use the `baseline.json` of a run by the same version',
  });
}
