import type { JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';

/** Settings that had no effect: somebody wrote them and believes that they do something. */
export const notes: JudgeRule = {
  name: 'notes',
  judge: ({ plan }) => ({
    drafts: plan.notes.map(({ kind, message, fix, location }) =>
      draft('GAT-06', {
        stage: plan.stages[0]?.name ?? 'audit',
        subject: message,
        title: message,
        summary: message,
        evidence: [{ id: 'plan.json', shows: `${kind}: ${message}` }],
        measured: kind === 'suggested' ? 'no configuration' : kind.replaceAll('-', ' '),
        expected: kind === 'suggested' ? 'a configuration that somebody has read' : 'every setting has an effect',
        fix,
        locations: location ? [location] : [],
        repro: ['plan'],
        ...(kind === 'matched-nothing' ? {} : { priority: ['P3', `de-escalate:${kind}`] as const }),
      }),
    ),
  }),
};
