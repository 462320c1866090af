import { z } from 'zod';

import { atMost } from '../../lib/text.ts';
import { ForgeRules, Workflow, type WorkflowJob } from '../../model/deployment.ts';
import { doorsOf, heldBy, type Hold, mergeGates, type Repository, softenedGates } from '../../model/deployment-holds.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const BlockingFacts = z.object({
  /** What stays open is owed: the configuration says something of this row. */
  asked: z.boolean(),
  workflows: z.array(Workflow),
  rules: ForgeRules,
});
export type BlockingFacts = z.output<typeof BlockingFacts>;

export const HotfixFacts = z.object({
  /** What deploys: the reason to ask. */
  deploys: z.array(z.string()),
  routes: z.array(z.object({ path: z.string(), line: z.number(), what: z.string(), steps: z.number() })),
});
export type HotfixFacts = z.output<typeof HotfixFacts>;

const HELD = 'nothing goes out, and nothing is merged, while the gate is red';
const ROUTE = 'a documented or automated way to bring out an urgent fix';

export const judges: readonly RowJudge[] = [
  defineJudge<BlockingFacts>({
    code: 'REL-03',
    rule: {
      title: 'a failure of the gate does not block what goes out',
      priority: 'P1',
      effort: '15–60 min',
      fix: 'Let the job that deploys need the job of the gate (`needs: gate`, no `always()`, no `continue-on-error`), or put `actions/release` before its first step; and make the gate a required check of the branch.',
    },
    facts: BlockingFacts,
    evaluate: (facts) => [...doors(facts), ...softened(facts), required(facts)],
  }),
  defineJudge<HotfixFacts>({
    code: 'REL-10',
    rule: {
      title: 'there is no way for an urgent fix',
      priority: 'P3',
      effort: '1–4 h',
      fix: 'Write down who may start a hotfix, from which commit its branch begins, which stages of the gate it owes and how it comes back to the main branch: a section “Hotfix” in the runbook, or a workflow for `hotfix/**`.',
    },
    facts: HotfixFacts,
    evaluate: ({ deploys, routes }): RowResult[] => {
      const route = routes.find(({ steps }) => steps > 0);
      const empty = routes[0];
      const base = { subject: 'hotfix', expected: ROUTE };
      if (route !== undefined)
        return [
          {
            ...base,
            measured: `${route.path}: ${route.what}`,
            result: { verdict: 'refuted' },
            summary: `${route.path}:${String(route.line)} holds ${route.what}.`,
            locations: [{ path: route.path, line: route.line }],
          },
        ];
      return [
        {
          ...base,
          measured: empty === undefined ? 'no workflow, no page and no section' : `${empty.path}: ${empty.what}, and nothing in it`,
          result: { verdict: 'confirmed' },
          summary: `${atMost(deploys, 3)} deploys, and ${empty === undefined ? 'nothing that git tracks says how an urgent fix goes out' : `what should say how an urgent fix goes out is empty`}.`,
          locations: empty === undefined ? [] : [{ path: empty.path, line: empty.line }],
        },
      ];
    },
  }),
];

function doors(facts: BlockingFacts): RowResult[] {
  return doorsOf(facts).map(({ workflow, job }) =>
    fromHold(heldBy(facts, workflow, job), { asked: facts.asked, subject: `${workflow.path}: ${job.id}`, job, path: workflow.path }),
  );
}

interface About {
  readonly asked: boolean;
  readonly subject: string;
  readonly path: string;
  readonly job: WorkflowJob;
}

function fromHold(hold: Hold, { asked, subject, path, job }: About): RowResult {
  const base = { subject, expected: HELD, measured: hold.why, locations: [{ path, line: hold.line ?? job.line }] };
  const said = `${path}: the job ${job.id} deploys: ${hold.why}.`;
  switch (hold.state) {
    case 'held':
      return { ...base, result: { verdict: 'refuted' }, summary: said };
    case 'loose':
      return {
        ...base,
        result: { verdict: 'confirmed' },
        summary: said,
        ...(hold.byHand ? { priority: ['P2', 'lower:started-by-hand'] as const } : {}),
      };
    case 'unclear':
      return { ...base, result: open(hold.why, asked), summary: said };
  }
}

/** Where nobody asked for this row by its options, what the forge did not say is listed as not looked at, and blocks nothing. */
function open(because: string, asked: boolean): RowResult['result'] {
  return asked ? { verdict: 'inconclusive', because } : { verdict: 'not_applicable', because };
}

function softened(facts: Repository): RowResult[] {
  return softenedGates(facts).map(({ path, job, line, how }) => ({
    subject: `${path}: ${job}: the gate`,
    expected: 'a red gate is a red job',
    measured: how,
    result: { verdict: 'confirmed' },
    summary: `${path}:${String(line)}: the gate runs with \`${how}\`, so its job is green whatever it finds.`,
    locations: [{ path, line }],
  }));
}

function required(facts: BlockingFacts): RowResult {
  const gates = mergeGates(facts);
  const base = { subject: 'the required check', expected: 'a rule of the branch that requires the gate' };
  const { rules } = facts;
  if (rules.state === 'unknown')
    return {
      ...base,
      measured: 'not known',
      result: open(`whether the branch requires the gate is not known: ${rules.because}`, facts.asked),
      summary: `Whether the branch requires the gate is not known: ${rules.because}.`,
    };
  const measured = rules.checks.length === 0 ? 'no required check' : `requires ${atMost(rules.checks, 5)}`;
  if (gates.state === 'required') {
    const skipped = gates.skipped;
    if (skipped === undefined)
      return {
        ...base,
        measured: `requires ${gates.by}`,
        result: { verdict: 'refuted' },
        summary: `${rules.branch} requires ${gates.by}.`,
      };
    return {
      ...base,
      measured: `requires ${gates.by}, which is skipped when ${skipped.needs} fails`,
      result: { verdict: 'confirmed' },
      summary: `${rules.branch} requires ${gates.by}, and ${skipped.path} skips it when ${skipped.needs} fails: GitHub counts a required check that was skipped as passed.`,
      fix: `Give the job \`if: always()\` and let it fail by itself when a job that it needs did not succeed.`,
      locations: [{ path: skipped.path, line: skipped.line }],
    };
  }
  if (gates.state === 'unclear')
    return { ...base, measured, result: open(gates.why, facts.asked), summary: `${rules.branch}: ${measured}; ${gates.why}.` };
  return {
    ...base,
    measured,
    result: { verdict: 'confirmed' },
    summary: `${rules.branch} can be merged into while the gate is red: ${measured}, and none of these is the gate (${atMost(gates.names, 4)}).`,
    fix: `Require the check \`${gates.names[0] ?? 'gate'}\` in a ruleset of ${rules.branch}.`,
  };
}
