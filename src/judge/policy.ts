import { grouped } from '../lib/text.ts';
import { fingerprint, type Disposition, type DraftFinding, type Finding, type Novelty } from '../model/finding.ts';
import type { Policy, Waiver } from '../model/plan.ts';
import type { Budget } from '../model/stage.ts';
import type { Context, Drafted } from './context.ts';
import { baseLineOf, entryFor, memberPrint, noveltyOf, type BaseLine } from './novelty.ts';
import { covers, stillHolds, voidBecause, waiverFindings, type Covered, type WaiverUse } from './waivers.ts';

/**
 * The whole policy: what a finding is against the base branch, whether a waiver holds, and what it blocks.
 * Waivers cover confirmed findings alone: what could not be looked at cannot be excused.
 */
export function applyPolicy(context: Context, drafts: readonly Drafted[]): Finding[] {
  const waivers: WaiverUse = { used: new Map(), widened: new Map() };
  const base = baseLineOf(context, drafts);
  const settled = (drafted: Drafted) => settle(context, drafted, { waivers, base });
  const findings = drafts.map(settled);
  return [...findings, ...waiverFindings(context, waivers).map(settled)];
}

function settle(context: Context, drafted: Drafted, { waivers, base }: { waivers: WaiverUse; base: BaseLine | undefined }): Finding {
  const { finding } = drafted;
  const print = fingerprint(finding);
  const novelty = noveltyOf(context, drafted, base);
  const waiver = finding.result.verdict === 'confirmed' ? waiverOf(context, drafted, { print, waivers }) : [];
  for (const { id } of waiver) waivers.used.set(id, [...(waivers.used.get(id) ?? []), finding.priority]);
  const disposition: Disposition = waiver.length > 0 ? 'waived' : dispositionOf(context, drafted, novelty);
  const summary = `${finding.summary}${mixOf(context, drafted, base)}`;
  const owners = ownersOf(context, finding);
  return {
    ...finding,
    summary,
    fingerprint: print,
    novelty,
    disposition,
    ...(waiver[0] ? { waiver: waiver.map(({ id }) => id).join(', ') } : {}),
    ...(owners.length > 0 ? { owners } : {}),
  };
}

const MOST_OWNERS = 8;

function ownersOf({ owners }: Context, { locations }: DraftFinding): string[] {
  if (!owners) return [];
  return [...new Set(locations.flatMap(({ path }) => owners(path)))].slice(0, MOST_OWNERS);
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

/** What a gathered finding has that the base branch had not, in one sentence; empty when it is all one. */
function mixOf({ renamed }: Context, { finding, members }: Drafted, base: BaseLine | undefined): string {
  if (!members || !base) return '';
  // Counted apart: nothing is used up by counting.
  const counting = { ...base, used: new Set<string>() };
  const before = members.list.filter(({ subject }) => entryFor({ renamed }, { ...finding, subject }, counting) !== undefined).length;
  const fresh = members.list.length - before;
  return before > 0 && fresh > 0 ? `\n${grouped(before)} of them stood on the base branch before, ${grouped(fresh)} did not.` : '';
}

function waiverOf(
  context: Context,
  { finding, members, about }: Drafted,
  { print, waivers }: { print: string; waivers: WaiverUse },
): Waiver[] {
  const valid = context.plan.policy.waivers.filter((waiver) => !voidBecause(waiver, context.today));
  const holding = (covered: Covered) => valid.find((waiver) => covers(waiver, covered) && stillHolds(waiver, finding, waivers));
  if (!members) {
    const one = holding({ ...finding, fingerprint: print, test: about?.test, message: about?.message });
    return one ? [one] : [];
  }
  if (!members.complete) return [];
  const each = members.list.map(({ subject, path, test, message }) =>
    holding({
      code: finding.code,
      subject,
      fingerprint: memberPrint(finding, subject),
      locations: path === undefined ? [] : [{ path }],
      test,
      message,
    }),
  );
  return each.every((waiver) => waiver !== undefined) ? [...new Set(each)] : [];
}
