import type { Baseline } from '../model/baseline.ts';

/**
 * Where the judged run of the base branch is found, to tell new from known: a file today; artifacts of the forge or a branch by
 * other adapters. Every run leaves its own `baseline.json` in its run directory: keeping that one is how a store gets filled.
 */
export interface BaselineStore {
  /**
   * The newest baseline; `undefined` when there is none yet, which the report says aloud.
   * @throws GauntletError of kind `config` when one was named and cannot be used: never silently "everything is new".
   */
  read(): Promise<Baseline | undefined>;
}
