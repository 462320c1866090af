import { defineCheck, type CheckPlugin } from '../contract.ts';
import { BugOptions, criticalBugs } from './bugs.ts';
import { complianceDocuments, DocumentOptions } from './documents.ts';
import { BugFacts, DocumentFacts, UptimeFacts } from './judge.ts';
import { uptime, UptimeOptions } from './uptime.ts';

/** What no run can measure and a release rests on: records of weeks, lists of bugs, documents. */
export const readiness: readonly CheckPlugin[] = [
  {
    ...defineCheck<UptimeFacts>({
      code: 'REL-06',
      summary: 'a record of weeks shows the promised uptime',
      needs: 'static',
      facts: UptimeFacts,
      collect: uptime,
    }),
    options: UptimeOptions,
  },
  {
    ...defineCheck<BugFacts>({
      code: 'REL-07',
      summary: 'no issue with the label of critical bugs is open',
      needs: 'static',
      facts: BugFacts,
      collect: criticalBugs,
    }),
    options: BugOptions,
  },
  {
    ...defineCheck<DocumentFacts>({
      code: 'REL-09',
      summary: 'documents that compliance asks for are there, owned and reviewed',
      needs: 'static',
      facts: DocumentFacts,
      collect: complianceDocuments,
    }),
    options: DocumentOptions,
  },
];
