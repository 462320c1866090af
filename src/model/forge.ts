import { z } from 'zod';

/** What the place that started the run says about it: a forge's CI, or a laptop. */
export const ForgeContext = z.object({
  forge: z.enum(['github', 'gitlab', 'none']),
  event: z.string(),
  /** `owner/name`. */
  repository: z.string().optional(),
  /** Commit that is judged: a pull request's own head, not the merge commit that CI checks out. */
  headSha: z.string().optional(),
  baseSha: z.string().optional(),
  baseRef: z.string().optional(),
  pullRequest: z.number().optional(),
  /** The pull request comes from another repository, so the token may only read. */
  fork: z.boolean(),
  runId: z.string().optional(),
  runAttempt: z.number(),
  runUrl: z.string().optional(),
  serverUrl: z.string().optional(),
});
export type ForgeContext = z.output<typeof ForgeContext>;
