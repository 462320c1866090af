import { z } from 'zod';

import type { PlannedRollback } from '../model/rollback.ts';
import { expected } from './explain.ts';
import { defined, duration, flag, NAME, NAME_RULE, oneOrMore, text } from './fields.ts';

const journey = z.string({ error: expected('the name of a journey') }).regex(NAME, NAME_RULE);
const LIMIT_MS = 900_000;

/** A rollback as it was written: without journeys, those of the smoke stage. */
export type RollbackSettings = Omit<PlannedRollback, 'journeys'> & { readonly journeys?: string[] };

const keeps = z.union(
  [
    journey.transform((write) => ({ write })),
    z
      .strictObject({
        write: journey.describe('The journey that writes one thing, whose unique id is `{{nonce}}`.'),
        read: journey.optional().describe('The journey whose answer holds that id; the last step of the writing one without it.'),
      })
      .transform(({ write, read }) => ({ write, ...(read === undefined ? {} : { read }) })),
  ],
  { error: expected('the name of a journey, or {write: a journey, read: a journey}') },
);

const rollback = z
  .strictObject({
    to: text.optional().describe('The version before this one: a tag, branch or commit. The newest tag before this commit without it.'),
    journeys: oneOrMore(journey, 'a list of journeys')
      .optional()
      .describe('Journeys that every version must pass; those of the smoke stage without it, or all.'),
    keeps: keeps.optional().describe('A journey that writes, and one that reads back: what one version wrote, the others must find.'),
    prepare: text.optional().describe('What the checked-out earlier version needs before its stack can come up, such as `npm ci`.'),
    limit: duration.optional().describe('The longest that going back and forward may take; 15m without it.'),
  })
  .transform(({ limit, ...rest }): RollbackSettings => defined({ limitMs: limit ?? LIMIT_MS, ...rest }) as RollbackSettings);

const undo = z.union(
  [
    text.transform((command) => ({ command, automatic: false })),
    z
      .strictObject({
        run: text.describe('A line for the shell.'),
        automatic: flag.default(false).describe('`gauntlet run` does it when the smoke stage does not pass; otherwise it is only said.'),
      })
      .transform(({ run: command, automatic }) => ({ command, automatic })),
  ],
  { error: expected('a line for the shell, or {run: ./rollback.sh, automatic: true}') },
);

/** `release:` what a version owes beyond its stages before it goes out. */
export const release = z.strictObject(
  {
    rollback: rollback
      .optional()
      .describe('Try the way back: the version before starts on the data of this one, passes, and this one starts again (REL-01).'),
    undo: undo.optional().describe('How to go back after a deployment whose smoke stage does not pass.'),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : expected('a map, such as {rollback: {to: v1.2.0}}')(issue)) },
);
