import { createHash } from 'node:crypto';

import type { Files } from '../ports/index.ts';
import { detect, isAnythingThere, type Detected } from './detect/detect.ts';
import { suggestedConfig } from './detect/suggestion.ts';
import { parseConfig, type Config } from './load.ts';

export { foundLines, unknownLines } from './detect/suggestion.ts';
export { suggestedWorkflow } from './detect/workflow.ts';

/** A configuration made of what is in a repository. */
export interface Suggestion {
  readonly found: Detected;
  /** False for a repository that holds nothing to run and nothing to look at: no verdict of it would say anything. */
  readonly any: boolean;
  /** The text of the file. */
  readonly text: string;
}

/** What `gauntlet init` would write here. Reads files, runs nothing. */
export async function suggest(files: Files, root: string): Promise<Suggestion> {
  const found = await detect(files, root);
  return { found, any: isAnythingThere(found), text: suggestedConfig(found) };
}

/** The suggestion as a configuration, for a run without a file. `path` is what the report calls it. */
export function asConfig({ text }: Suggestion, path: string): { config: Config; sha256: string } {
  // Nothing in it depends on the environment.
  return { config: parseConfig(text, { file: path, env: {} }), sha256: createHash('sha256').update(text).digest('hex') };
}
