import { z } from 'zod';

import { counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const ScriptFacts = z.object({
  /** By the configuration, not found by its name. */
  named: z.boolean(),
  scripts: z.array(z.object({ path: z.string(), there: z.boolean(), steps: z.number() })),
});
export type ScriptFacts = z.output<typeof ScriptFacts>;

export const ScheduleFacts = z.object({ jobs: z.array(z.object({ path: z.string(), by: z.string().optional() })) });
export type ScheduleFacts = z.output<typeof ScheduleFacts>;

export const RunbookFacts = z.object({
  alerts: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      runbook: z.string().optional(),
      state: z.enum(['there', 'gone', 'missing', 'elsewhere']),
    }),
  ),
});
export type RunbookFacts = z.output<typeof RunbookFacts>;

const SCRIPT = 'a script with steps';
const SCHEDULE = 'a schedule that runs it';
const RUNBOOK = 'a procedure that is there';

export const judges: readonly RowJudge[] = [
  defineJudge<ScriptFacts>({
    code: 'SEC-08',
    rule: {
      title: 'the script that rotates keys does nothing',
      priority: 'P1',
      effort: '2–8 h',
      fix: 'Write the rotation down as a script: a new key beside the old one, services told, the old one taken away. An empty one gives a false safety on the day when a key leaks.',
    },
    facts: ScriptFacts,
    evaluate: ({ scripts }) =>
      scripts.map(({ path, there, steps }): RowResult => {
        const measured = there ? counted(steps, 'step') : 'no such file is tracked';
        const result = { subject: path, measured, expected: SCRIPT, locations: there ? [{ path }] : [] };
        if (there && steps > 0) return { ...result, result: { verdict: 'refuted' }, summary: `${path} has ${measured}.` };
        return {
          ...result,
          result: { verdict: 'confirmed' },
          summary: there ? `${path} holds comments alone.` : `${path} is named as the rotation, and is not there.`,
        };
      }),
  }),
  defineJudge<ScheduleFacts>({
    code: 'DATA-04',
    rule: {
      title: 'nothing runs the job that removes old data',
      priority: 'P2',
      effort: '30 min–2 h',
      fix: 'Run it every day: a cron entry, a CronJob, a scheduled workflow, or a worker of the stack.',
    },
    facts: ScheduleFacts,
    evaluate: ({ jobs }) =>
      jobs.map(({ path, by }): RowResult => {
        const measured = by === undefined ? 'no schedule names it' : `run by ${by}`;
        return {
          subject: path,
          measured,
          expected: SCHEDULE,
          locations: [{ path }],
          result: by === undefined ? { verdict: 'confirmed' } : { verdict: 'refuted' },
          summary: `${path}: ${measured}.`,
        };
      }),
  }),
  defineJudge<RunbookFacts>({
    code: 'OBS-09',
    rule: {
      title: 'a critical alert does not say what to do',
      priority: 'P2',
      effort: '30 min–2 h',
      fix: 'Give the rule an annotation `runbook_url` with a page that says what to look at, what to do and whom to call.',
    },
    facts: RunbookFacts,
    evaluate: ({ alerts }) =>
      alerts.map(({ name, path, runbook, state }): RowResult => {
        const measured =
          runbook === undefined ? 'no runbook_url' : state === 'gone' ? `${runbook}, which is not in the repository` : runbook;
        const bad = state === 'missing' || state === 'gone';
        return {
          subject: name,
          measured,
          expected: RUNBOOK,
          locations: [{ path }],
          result: bad ? { verdict: 'confirmed' } : { verdict: 'refuted' },
          summary: `${name} (${path}): ${measured}.`,
        };
      }),
  }),
];
