import { z } from 'zod';

/** Where a fact came from: a file of the run or of the repository, with the hash that binds it. */
export const Source = z.object({
  /** Path relative to the repository root, or to the run directory when it starts with `logs/` or `evidence/`. */
  file: z.string(),
  format: z.string().optional(),
  /** Hex digest over the whole file. */
  sha256: z.string().optional(),
  bytes: z.number().optional(),
});
export type Source = z.output<typeof Source>;

/** The source that a report was read from: its format is known when exactly one claimed it. `bytes` is its size. */
export function sourceOf(
  file: string,
  { claimedBy, sha256, bytes }: { readonly claimedBy: readonly string[]; readonly sha256?: string | undefined; readonly bytes: number },
): Source {
  const [format, another] = claimedBy;
  return {
    file,
    ...(format === undefined || another !== undefined ? {} : { format }),
    ...(sha256 === undefined ? {} : { sha256 }),
    bytes,
  };
}

/** A place in the user's repository. Lines and columns start at 1. */
export const Location = z.object({
  path: z.string(),
  line: z.number().optional(),
  endLine: z.number().optional(),
  column: z.number().optional(),
});
export type Location = z.output<typeof Location>;
