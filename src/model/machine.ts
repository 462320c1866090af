import { z } from 'zod';

/** What a run was made on: two runs of one machine, or of two of one kind, may be compared by their times; others may not. */
export const Machine = z.object({
  platform: z.string(),
  cpus: z.number(),
  memoryBytes: z.number(),
  node: z.string(),
  cpuModel: z.string().optional(),
  kernel: z.string().optional(),
  /** Image of the CI's runner, where it names one. */
  image: z.string().optional(),
});
export type Machine = z.output<typeof Machine>;

/** Machines of one kind have the same memory but for what their kernels keep. */
const MEMORY = 0.02;

/** Why times of one machine say nothing about those of another; `undefined` where both are of one kind. */
export function differencesOf(before: Machine, now: Machine): string | undefined {
  if (before.cpuModel === undefined || now.cpuModel === undefined) return 'nobody knows on what machine it was measured';
  const different = (['cpuModel', 'cpus', 'kernel', 'node', 'image', 'platform'] as const).flatMap((key) =>
    before[key] === now[key] ? [] : [`${NAMES[key]} ${String(before[key] ?? 'unknown')} against ${String(now[key] ?? 'unknown')}`],
  );
  const memory = Math.abs(before.memoryBytes - now.memoryBytes) > MEMORY * now.memoryBytes ? ['another amount of memory'] : [];
  const all = [...different, ...memory];
  return all.length === 0 ? undefined : `it is of another machine (${all.join(', ')})`;
}

const NAMES = { cpuModel: 'CPU', cpus: 'cores', kernel: 'kernel', node: 'Node', image: 'image', platform: 'platform' } as const;
