import { z } from 'zod';

/** One start of a service with one thing changed. */
export const BootCase = z.object({
  /** What was changed: `PORT = 70000`. Values of secrets are told by their class. */
  case: z.string(),
  ended: z.enum(['ready', 'exited', 'silent', 'impossible']),
  code: z.number().optional(),
  afterMs: z.number(),
  /** Last line that it printed. */
  said: z.string(),
  /** What was seen while it was ready. */
  seen: z.string().optional(),
  /** Whether that is what must not be seen. */
  effect: z.boolean().optional(),
});
export type BootCase = z.output<typeof BootCase>;

export const BootFacts = z.object({
  services: z.array(
    z.object({
      service: z.string(),
      /** The same start with nothing changed: without it nothing is shown. */
      control: BootCase,
      cases: z.array(BootCase),
    }),
  ),
});
export type BootFacts = z.output<typeof BootFacts>;
