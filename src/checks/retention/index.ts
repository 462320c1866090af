import { defineCheck, type CheckPlugin } from '../contract.ts';
import { collectNearDuplicates, collectOldRows } from './collect.ts';
import { RetentionFacts } from './judge.ts';
import { NearDuplicates, OldRows } from './settings.ts';

/** Jobs that remove data, tried on rows of our own: what is to go goes, and nothing else. */
export const retention: readonly CheckPlugin[] = [
  {
    ...defineCheck<RetentionFacts>({
      code: 'DATA-03',
      summary: 'the job that removes old data removes old rows of low value alone',
      needs: 'live',
      facts: RetentionFacts,
      collect: (context) => collectOldRows(context, OldRows.safeParse(context.options?.['DATA-03']).data),
    }),
    options: OldRows,
  },
  {
    ...defineCheck<RetentionFacts>({
      code: 'DATA-05',
      summary: 'the job that removes near-duplicate vectors leaves the others',
      needs: 'live',
      facts: RetentionFacts,
      collect: (context) => collectNearDuplicates(context, NearDuplicates.safeParse(context.options?.['DATA-05']).data),
    }),
    options: NearDuplicates,
  },
];
