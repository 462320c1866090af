import { z } from 'zod';

/** The gate's verdict. `unknown` blocks like `blocked`: nothing judged is never a pass. */
export const Verdict = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('pass') }),
  z.object({ verdict: z.literal('blocked'), by: z.array(z.string()).min(1) }),
  z.object({ verdict: z.literal('unknown'), because: z.array(z.string()).min(1) }),
]);
export type Verdict = z.output<typeof Verdict>;

/** Exit codes of every command, one sentence each. */
export const EXIT_CODES = {
  /** Everything owed was looked at and nothing blocks. */
  pass: 0,
  /** At least one finding blocks. */
  blocked: 1,
  /** Something owed could not be looked at; this blocks too. */
  unknown: 2,
  /** The configuration or the command line has to be changed before anything can run. */
  usage: 3,
  /** Somebody stopped the run; what was known by then is in the report. */
  interrupted: 4,
  /** A defect of the gate itself. */
  internal: 70,
} as const;

/** The exit code that says a verdict. */
export function exitCode(verdict: Verdict): number {
  return EXIT_CODES[verdict.verdict];
}
