import { fingerprint, type Disposition, type DraftFinding, type Finding, type Novelty } from '../model/finding.ts';
import type { Policy, Waiver } from '../model/plan.ts';
import type { Budget } from '../model/stage.ts';
import type { Context, Drafted } from './context.ts';
import { covers, voidBecause, waiverFindings } from './waivers.ts';

/**
 * The whole policy: what a finding is against the base branch, whether a waiver holds, and what it blocks.
 * Waivers cover confirmed findings alone: what could not be looked at cannot be excused.
 */
export function applyPolicy(context: Context, drafts: readonly Drafted[]): Finding[] {
  const used = new Set<string>();
  const findings = drafts.map((drafted) => settle(context, drafted, used));
  return [...findings, ...waiverFindings(context, used).map((drafted) => settle(context, drafted, used))];
}

function settle(context: Context, drafted: Drafted, used: Set<string>): Finding {
  const { finding } = drafted;
  const print = fingerprint(finding);
  const novelty = noveltyOf(context, drafted, print);
  const waiver = finding.result.verdict === 'confirmed' ? waiverOf(context, drafted, print) : [];
  for (const { id } of waiver) used.add(id);
  const disposition: Disposition = waiver.length > 0 ? 'waived' : dispositionOf(context, drafted, novelty);
  return { ...finding, fingerprint: print, novelty, disposition, ...(waiver[0] ? { waiver: waiver.map(({ id }) => id).join(', ') } : {}) };
}

function dispositionOf({ plan, run }: Context, { finding, owed }: Drafted, novelty: Novelty): Disposition {
  const { result } = finding;
  switch (result.verdict) {
    case 'confirmed':
      return confirmedDisposition(plan.policy, { priority: finding.priority, novelty, budget: run.budget });
    case 'not_tested':
      if (result.reason === 'budget' && run.budget !== 'release') return 'advisory';
      return owed ? 'blocking' : 'advisory';
    case 'inconclusive':
      return owed ? 'blocking' : 'advisory';
    case 'refuted':
    case 'not_applicable':
      return 'advisory';
  }
}

function confirmedDisposition(
  { block }: Policy,
  { priority, novelty, budget }: { priority: DraftFinding['priority']; novelty: Novelty; budget: Budget },
): Disposition {
  if (block.includes(priority)) return 'blocking';
  if (!block.includes(`new ${priority}`)) return 'advisory';
  // What is new cannot be told without a baseline: a pull request is not blocked for it, a release is.
  return budget === 'release' || novelty === 'new' || novelty === 'regressed' ? 'blocking' : 'release-blocking';
}

function noveltyOf({ baseline }: Context, { finding, members }: Drafted, print: string): Novelty {
  if (!baseline) return 'unknown';
  const known = new Set(baseline.findings.map((entry) => entry.fingerprint));
  if (!members) return known.has(print) ? 'existing' : 'new';
  const all = members.list.every(({ subject }) => known.has(memberPrint(finding, subject)));
  // Members that a bound left out are known only if a gathered finding was known before.
  return all && (members.complete || known.has(print)) ? 'existing' : 'new';
}

function waiverOf(context: Context, { finding, members }: Drafted, print: string): Waiver[] {
  const valid = context.plan.policy.waivers.filter((waiver) => !voidBecause(waiver, context.today));
  if (!members) return valid.filter((waiver) => covers(waiver, { ...finding, fingerprint: print })).slice(0, 1);
  if (!members.complete) return [];
  const each = members.list.map(({ subject, path }) =>
    valid.find((waiver) =>
      covers(waiver, {
        code: finding.code,
        subject,
        fingerprint: memberPrint(finding, subject),
        locations: path === undefined ? [] : [{ path }],
      }),
    ),
  );
  return each.every((waiver) => waiver !== undefined) ? [...new Set(each)] : [];
}

/** The fingerprint that a gathered subject would have alone, so that it stays known when the others are gone. */
export function memberPrint({ code, stage }: Pick<DraftFinding, 'code' | 'stage'>, subject: string): string {
  return fingerprint({ code, stage, subject });
}
