import { z } from 'zod';

/** Why evidence that was owed is not there, or cannot be used. */
export const GapReason = z.enum([
  'missing',
  'empty',
  'zero-tests',
  'truncated',
  'hostile',
  'encoding',
  'malformed',
  'ambiguous',
  'unrecognised',
  'too-large',
  'crashed',
  'timed-out',
  'interrupted',
  'not-started',
  'nothing-to-run',
  'unsupported',
  'no-samples',
  'unproved',
  'budget',
  'matched-nothing',
  'stack-not-ready',
]);
export type GapReason = z.output<typeof GapReason>;
