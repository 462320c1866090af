import { z } from 'zod';

import { counted, sentenceList } from '../../lib/text.ts';
import { isLocalPath } from '../../lib/secret-value.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

/** What is missing in, or too much for, one container of a workload. */
export const Fault = z.enum(['privileged', 'host', 'no-memory-limit', 'no-readiness', 'unpinned']);
export type Fault = z.output<typeof Fault>;

export const WorkloadFacts = z.object({
  looked: z.string(),
  workloads: z.array(z.object({ path: z.string(), line: z.number(), kind: z.string(), name: z.string(), faults: z.array(Fault) })),
});
export type WorkloadFacts = z.output<typeof WorkloadFacts>;

const SAID: Readonly<Record<Fault, string>> = {
  privileged: 'a privileged container',
  host: 'the network or the processes of the node',
  'no-memory-limit': 'no memory limit',
  'no-readiness': 'no readiness probe',
  unpinned: 'an image that is not pinned',
};
const GRAVE: ReadonlySet<Fault> = new Set(['privileged', 'host']);

export const judges: readonly RowJudge[] = [
  defineJudge<WorkloadFacts>({
    code: 'CFG-17',
    rule: {
      title: 'a Kubernetes workload is not ready for production',
      priority: 'P2',
      effort: '30 min–2 h',
      fix: 'Give each container `resources.limits.memory`, a `readinessProbe` that asks the service itself, an image with a version, and no more of the node than its work needs.',
    },
    facts: WorkloadFacts,
    evaluate: ({ looked, workloads }) =>
      workloads.length === 0
        ? [
            {
              subject: 'workloads',
              result: { verdict: 'refuted' },
              summary: `${looked}: nothing found.`,
              measured: looked,
              expected: 'nothing found',
            },
          ]
        : workloads.map(evaluate),
  }),
];

function evaluate({ path, line, kind, name, faults }: WorkloadFacts['workloads'][number]): RowResult {
  const says = sentenceList(faults.map((fault) => SAID[fault]));
  return {
    subject: `${path}: ${kind}/${name}`,
    result: { verdict: 'confirmed' },
    summary: `${kind} ${name} (${path}:${line}) has ${says}.`,
    measured: `${counted(faults.length, 'fault')}: ${says}`,
    expected: 'a memory limit, a readiness probe, a pinned image, nothing of the node',
    locations: [{ path, line }],
    ...(isLocalPath(path)
      ? { priority: ['P3', 'lower:file-for-one-machine'] as const }
      : faults.some((fault) => GRAVE.has(fault))
        ? { priority: ['P1', 'escalate:parts-of-the-node'] as const }
        : {}),
  };
}
