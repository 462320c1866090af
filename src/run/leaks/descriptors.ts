import type { Inside } from '../../stacks/contract.ts';

const PATIENCE_MS = 10_000;

/**
 * Prints how many descriptors the processes that it is told of have open, `none` where none of them is there any more; fails where one
 * may not be looked into (proc_pid_fd(5)): half a sum would be a lie.
 */
export const COUNT_DESCRIPTORS =
  'n=0; seen=; for p; do [ -d "/proc/$p" ] || continue; ' +
  'set -- "/proc/$p/fd/"*; [ "$1" = "/proc/$p/fd/*" ] && exit 1; seen=1; n=$((n+$#)); done; [ -n "$seen" ] && echo "$n" || echo none';

/** Counted from within, for whoever may not look into processes of other users on the machine itself; `undefined` where nobody may. */
export async function descriptorsWithin(insides: readonly Inside[], signal: AbortSignal): Promise<number | undefined> {
  const counts = await Promise.all(
    insides.map(async ({ processes, run }) => {
      if (processes.length === 0) return undefined;
      const argv = ['sh', '-c', COUNT_DESCRIPTORS, 'sh', ...processes.map(({ pid }) => String(pid))];
      const { stdout } = await run(argv, { limits: { timeoutMs: PATIENCE_MS, signal } });
      if (stdout === 'none\n') return undefined;
      return /^\d+\n$/.test(stdout) ? Number(stdout) : Number.NaN;
    }),
  );
  // Whoever saw no process at all has counted nothing, which is not zero.
  const seen = counts.filter((count) => count !== undefined);
  const sum = seen.reduce((total, count) => total + count, 0);
  return seen.length === 0 || Number.isNaN(sum) ? undefined : sum;
}
