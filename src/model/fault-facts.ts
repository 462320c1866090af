import { z } from 'zod';

/** How each process or container of a service ended when it was asked to (SIGTERM). */
export const ShutdownFacts = z.object({
  kind: z.literal('shutdown'),
  service: z.string(),
  /** Time that it was given before SIGKILL. */
  graceMs: z.number(),
  /** Connections that were open to it and said nothing. */
  connections: z.number(),
  /** When it was told (ISO 8601): the helper that opens connections takes its time before. */
  at: z.string().optional(),
  exits: z.array(
    z.object({
      name: z.string(),
      /** Absent while it still runs, or where nobody can tell. */
      code: z.number().optional(),
      tookMs: z.number(),
      /** SIGKILL ended it, because its time was over. */
      killed: z.boolean(),
    }),
  ),
});
export type ShutdownFacts = z.output<typeof ShutdownFacts>;

/** What became of a key or certificate that was replaced while users were served. */
export const RotationFacts = z.object({
  kind: z.literal('rotation'),
  /** How the command ended; absent when it did not within its time. */
  exitCode: z.number().optional(),
  tookMs: z.number(),
  /** Whether the old and the new key are accepted, before and after; absent where nobody said how to ask. */
  old: z.object({ before: z.boolean(), after: z.boolean() }).optional(),
  new: z.object({ before: z.boolean(), after: z.boolean() }).optional(),
  /** Serial numbers of the certificate that is served. */
  serial: z.object({ before: z.string(), after: z.string() }).optional(),
  /** From the command's beginning until the new one was served. */
  servedAfterMs: z.number().optional(),
});
export type RotationFacts = z.output<typeof RotationFacts>;
