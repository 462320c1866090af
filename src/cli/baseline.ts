import { resolve } from 'node:path';

import { parseJson } from '../lib/json.ts';
import { Baseline } from '../model/baseline.ts';
import { GauntletError } from '../model/errors.ts';
import type { RunInfo } from '../model/run.ts';
import type { BaselineStore, Files, Ports } from '../ports/index.ts';
import type { RunContext } from '../run/context.ts';
import { knowsCommit, showFile } from '../run/git.ts';

/** Where a repository may keep its baseline. */
const USUAL = '.gauntlet/baseline.json';

interface Place extends Pick<RunContext, 'root'> {
  readonly ports: Pick<Ports, 'exec' | 'env'> & { readonly files: Pick<Files, 'exists' | 'readText'> };
  readonly info: { readonly git: Pick<RunInfo['git'], 'base'> };
}

/**
 * A baseline in a file: the one that somebody named (relative to the repository), which must be there, or the usual one, which
 * may be. Where a change is judged against a base, the usual one is the base's own: no change may bring along what it calls known.
 */
export function fileBaseline({ ports, root, info }: Place, named: string | undefined): BaselineStore {
  const { files } = ports;
  if (named !== undefined) return { read: () => readNamed(files, resolve(root, named)) };
  const { base } = info.git;
  const usual = resolve(root, USUAL);
  return {
    read: async () => {
      if (base !== undefined) {
        const text = await showFile({ ports, root }, { commit: base, path: USUAL });
        return text === undefined ? undefined : parse(text, `${USUAL} of ${base}`);
      }
      return (await files.exists(usual)) ? parse(await files.readText(usual), usual) : undefined;
    },
  };
}

/** The baseline, with the doubt that it is of this repository at all. */
export async function doubting(
  place: Pick<Place, 'ports' | 'root'>,
  baseline: Baseline | undefined,
  repository: string | undefined,
): Promise<Baseline | undefined> {
  if (baseline === undefined) return undefined;
  const { doubt: _, ...kept } = baseline;
  if (repository !== undefined && kept.repository !== undefined && kept.repository !== repository)
    return { ...kept, doubt: `it is of the repository ${kept.repository}` };
  const known = await knowsCommit(place, kept.sha);
  return known === false ? { ...kept, doubt: `its commit ${kept.sha.slice(0, 12)} is none of this repository` } : kept;
}

async function readNamed(files: Pick<Files, 'exists' | 'readText'>, path: string): Promise<Baseline> {
  if (await files.exists(path)) return parse(await files.readText(path), path);
  throw new GauntletError(`there is no baseline at ${path}`, {
    kind: 'config',
    hint: 'name a `baseline.json` of a run of the base branch, or leave --baseline out',
  });
}

function parse(text: string, path: string): Baseline {
  const parsed = Baseline.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new GauntletError(`${path} is not a baseline of this version`, {
    kind: 'config',
    hint: 'use the `baseline.json` of a run by the same version',
  });
}
