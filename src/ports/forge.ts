import type { ForgeContext } from '../model/forge.ts';

export type NoteOutcome =
  | { readonly state: 'created' | 'updated' | 'unchanged'; readonly url: string }
  /** A newer head has reported already: an old result must not overwrite it. */
  | { readonly state: 'stale'; readonly newerHead: string }
  /** The token may only read (a fork): the report is to be read elsewhere, the gate is not changed. */
  | { readonly state: 'read-only'; readonly message: string }
  | { readonly state: 'no-pull-request' };

/** Where a change is discussed: GitHub today, other forges by other adapters. */
export interface Forge {
  readonly context: ForgeContext;
  /**
   * Creates or updates the one note of the gate on the pull request; never another author's. `head` is the commit
   * that the body judges: a result of an older head never overwrites a newer one.
   */
  upsertNote(body: string, options: { readonly head: string }): Promise<NoteOutcome>;
}
