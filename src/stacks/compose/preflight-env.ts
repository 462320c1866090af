import { join } from 'node:path';

import { envExamples } from '../../lib/env-examples.ts';
import { atMost } from '../../lib/text.ts';
import type { Preflight } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import type { Project } from './options.ts';

/** What is known of a model that Compose refuses. */
export interface Refused {
  /** Compose's own words. */
  readonly says: string;
  /** Variables that it filled with nothing. */
  readonly unset: readonly string[];
}

/** A stack that lacks its env file, or the values in it: most often a repository that was just cloned. `undefined` for other faults. */
export async function lackingEnv(
  { says, unset }: Refused,
  { projectDirectory }: Pick<Project, 'projectDirectory'>,
  ports: Pick<Ports, 'files'>,
): Promise<Preflight | undefined> {
  const file = /env file (\S.*?) not found/.exec(says)?.[1];
  if (file === undefined && unset.length === 0) return undefined;
  const wanted = file === undefined ? join(projectDirectory, '.env') : join(projectDirectory, relativeTo(projectDirectory, file));
  const examples = await Promise.all(envExamples(wanted).map(async (path) => ((await ports.files.exists(path)) ? [path] : [])));
  const [example] = examples.flat();
  const copy = example === undefined ? '' : ` (\`cp ${example} ${wanted}\`)`;
  return file === undefined
    ? {
        level: 'error',
        what: 'variable-unset',
        message: `the compose files are not valid without values for ${atMost(unset, 8)}: ${says}`,
        fix: `Set ${unset.length === 1 ? 'it' : 'them'} in \`stack.env\`, in the environment of the job, or in ${wanted}${copy} before the gate runs`,
      }
    : {
        level: 'error',
        what: 'env-file-missing',
        message: `the compose files read ${wanted} with \`env_file\`, and it is not there`,
        fix: `Make it in a step before the gate${copy}, or mark it \`required: false\` where the stack works without it`,
      };
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
