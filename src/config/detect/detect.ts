import type { Files } from '../../ports/index.ts';
import { findCompose, type ComposeElsewhere, type ComposeFound } from './compose.ts';
import { dotnetSuites, goSuites, jvmSuites, rustSuites } from './compiled.ts';
import { nodeSuites } from './node.ts';
import { pythonSuites } from './python.ts';
import { Repository } from './repository.ts';
import { phpSuites, rubySuites } from './scripted.ts';
import type { Detect, Suite } from './suite.ts';
import { lookAround, type Surroundings } from './surroundings.ts';

const ECOSYSTEMS: readonly Detect[] = [nodeSuites, pythonSuites, goSuites, rustSuites, jvmSuites, dotnetSuites, phpSuites, rubySuites];

/** Everything that was found in a repository and matters for its gate. */
export interface Detected {
  readonly compose?: ComposeFound;
  /** Compose files of which nobody knows whether one is the stack. */
  readonly elsewhere?: ComposeElsewhere;
  readonly suites: readonly Suite[];
  readonly around: Surroundings;
}

/** Looks at a repository: reads files, runs nothing. */
export async function detect(files: Files, root: string): Promise<Detected> {
  const repository = new Repository(files, root);
  const [compose, around, ...suites] = await Promise.all([
    findCompose(repository),
    lookAround(repository),
    ...ECOSYSTEMS.map((find) => find(repository)),
  ]);
  const stack = compose === undefined ? {} : 'files' in compose ? { elsewhere: compose } : { compose };
  return { ...stack, suites: suites.flat(), around };
}

/** Is there anything that a gate could look at? Of nothing, a pass would say nothing. */
export function isAnythingThere({ compose, elsewhere, suites, around }: Detected): boolean {
  return compose !== undefined || elsewhere !== undefined || suites.length > 0 || around.dockerfiles.length > 0;
}
