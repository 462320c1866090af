import { grouped } from '../lib/text.ts';
import { fingerprint, type Disposition, type DraftFinding, type Finding, type Novelty } from '../model/finding.ts';
import type { Policy, Waiver } from '../model/plan.ts';
import type { Budget } from '../model/stage.ts';
import { answers, type Context, type Drafted } from './context.ts';
import { covers, voidBecause, waiverFindings } from './waivers.ts';

/**
 * The whole policy: what a finding is against the base branch, whether a waiver holds, and what it blocks.
 * Waivers cover confirmed findings alone: what could not be looked at cannot be excused.
 */
export function applyPolicy(context: Context, drafts: readonly Drafted[]): Finding[] {
  const used = new Set<string>();
  const known: Known = context.baseline && new Set(context.baseline.findings.map((entry) => entry.fingerprint));
  const findings = drafts.map((drafted) => settle(context, drafted, { used, known }));
  return [...findings, ...waiverFindings(context, used).map((drafted) => settle(context, drafted, { used, known }))];
}

/** Fingerprints that the base branch has; `undefined` without a baseline. */
type Known = ReadonlySet<string> | undefined;

function settle(context: Context, drafted: Drafted, { used, known }: { used: Set<string>; known: Known }): Finding {
  const { finding } = drafted;
  const print = fingerprint(finding);
  const novelty = noveltyOf(context, drafted, { print, known });
  const waiver = finding.result.verdict === 'confirmed' ? waiverOf(context, drafted, print) : [];
  for (const { id } of waiver) used.add(id);
  const disposition: Disposition = waiver.length > 0 ? 'waived' : dispositionOf(context, drafted, novelty);
  const summary = `${finding.summary}${mixOf(drafted, known)}`;
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

function noveltyOf(context: Context, { finding, members }: Drafted, { print, known }: { print: string; known: Known }): Novelty {
  if (!known) return 'unknown';
  const all = members ? members.list.every(({ subject }) => known.has(memberPrint(finding, subject))) : known.has(print);
  // Members that a bound left out are known only if a gathered finding was known before.
  if (all && (!members || members.complete || known.has(print))) return 'existing';
  return baseLooked(context, finding) ? 'new' : 'unknown';
}

/** Did the base branch's run look at what the finding is about? What it did not look at may have been there for years. */
function baseLooked({ baseline, evidence, plan }: Context, { stage, evidence: [proof] }: DraftFinding): boolean {
  if (!baseline || baseline.only.length > 0) return false;
  if (baseline.stages && !baseline.stages.includes(stage)) return false;
  const piece = baseline.notLooked.length === 0 ? undefined : evidence.find(({ id }) => id === proof?.id);
  if (!piece) return true;
  const owed = plan.owed.find((candidate) => answers(piece, candidate));
  return owed === undefined || !baseline.notLooked.includes(owed.id);
}

/** What a gathered finding has that the base branch had not, in one sentence; empty when it is all one. */
function mixOf({ finding, members }: Drafted, known: Known): string {
  if (!members || !known) return '';
  const before = members.list.filter(({ subject }) => known.has(memberPrint(finding, subject))).length;
  const fresh = members.list.length - before;
  return before > 0 && fresh > 0 ? `\n${grouped(before)} of them stood on the base branch before, ${grouped(fresh)} did not.` : '';
}

function waiverOf(context: Context, { finding, members, about }: Drafted, print: string): Waiver[] {
  const valid = context.plan.policy.waivers.filter((waiver) => !voidBecause(waiver, context.today));
  if (!members)
    return valid
      .filter((waiver) => covers(waiver, { ...finding, fingerprint: print, test: about?.test, message: about?.message }))
      .slice(0, 1);
  if (!members.complete) return [];
  const each = members.list.map(({ subject, path, test, message }) =>
    valid.find((waiver) =>
      covers(waiver, {
        code: finding.code,
        subject,
        fingerprint: memberPrint(finding, subject),
        locations: path === undefined ? [] : [{ path }],
        test,
        message,
      }),
    ),
  );
  return each.every((waiver) => waiver !== undefined) ? [...new Set(each)] : [];
}

/** The fingerprint that a gathered subject would have alone, so that it stays known when the others are gone. */
export function memberPrint({ code, stage }: Pick<DraftFinding, 'code' | 'stage'>, subject: string): string {
  return fingerprint({ code, stage, subject });
}
