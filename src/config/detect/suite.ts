import type { StageName } from '../../model/stage.ts';
import type { Repository } from './repository.ts';

/** One test command that a repository can run, with the reports that it then writes. */
export interface Suite {
  /** What runs the tests: `vitest`, `pytest`. */
  readonly runner: string;
  readonly stage: Extract<StageName, 'unit' | 'integration' | 'e2e'>;
  /** Folder of the project, `.` for the root. */
  readonly folder: string;
  /** One line for the shell, run in that folder. */
  readonly run: string;
  /** Globs from the root of the repository; empty when the runner writes none that can be asked for. */
  readonly results: readonly string[];
  readonly coverage: readonly string[];
  /** What a CI runs first, in the same folder. */
  readonly setup: readonly string[];
  /** What told: `vitest in package.json`. */
  readonly because: string;
  /** What could not be known, in whole sentences. */
  readonly unknown: readonly string[];
}

/** Looks for the tests of one ecosystem. */
export type Detect = (repository: Repository) => Promise<readonly Suite[]>;
