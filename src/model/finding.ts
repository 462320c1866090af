import { createHash } from 'node:crypto';

import { z } from 'zod';

import { Location } from './source.ts';
import { StageName } from './stage.ts';

export const Priority = z.enum(['P0', 'P1', 'P2', 'P3']);
export type Priority = z.output<typeof Priority>;

/** A piece of evidence that bears a finding out; the first of a finding is its primary proof. */
export const EvidenceRef = z.object({
  /** Id of the evidence in the run. */
  id: z.string(),
  /** What it shows, in one redacted line. */
  shows: z.string(),
});
export type EvidenceRef = z.output<typeof EvidenceRef>;

export const FindingVerdict = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('confirmed') }),
  z.object({ verdict: z.literal('refuted') }),
  z.object({ verdict: z.literal('inconclusive'), because: z.string() }),
  z.object({ verdict: z.literal('not_tested'), because: z.string(), reason: z.enum(['gap', 'budget', 'unsupported']) }),
  z.object({ verdict: z.literal('not_applicable'), because: z.string() }),
]);
export type FindingVerdict = z.output<typeof FindingVerdict>;

/** Working time that the fix usually takes. */
export const Effort = z.object({ range: z.string(), basis: z.enum(['rule-default', 'history', 'user']) });
export type Effort = z.output<typeof Effort>;

/**
 * Against the base branch's stored run; `unknown` without one. `moved` stood there about a file that has another name now, and counts as
 * known; `regressed` was gone there already, and counts as new.
 */
export const Novelty = z.enum(['new', 'existing', 'moved', 'regressed', 'unknown']);
export type Novelty = z.output<typeof Novelty>;

/** What the policy makes of a finding. */
export const Disposition = z.enum(['blocking', 'release-blocking', 'advisory', 'waived']);
export type Disposition = z.output<typeof Disposition>;

const draft = {
  /** A row of the catalogue (`DB-11`) or of the gate's own family (`GAT-01`). */
  code: z.string().regex(/^[A-Z]{2,4}-\d{2}$/),
  priority: Priority,
  /** Every step that led to the priority: `rule:P0`, `escalate:published-port`. */
  prioritySource: z.array(z.string()).min(1),
  title: z.string().min(1),
  stage: StageName,
  result: FindingVerdict,
  /** What it is about: service, test, file, journey. Part of the fingerprint: no line numbers, no measured values. */
  subject: z.string().min(1),
  /** What happened, in a sentence or two. */
  summary: z.string().min(1),
  evidence: z.array(EvidenceRef).min(1),
  locations: z.array(Location),
  measured: z.string().min(1),
  expected: z.string().min(1),
  fix: z.string().min(1),
  effort: Effort,
  /** Arguments for the gate's own command that shows it again: `run --only DB-11 --seed 41`. */
  repro: z.array(z.string()).min(1),
  /** Docs page, relative to the repository of the gate: `docs/findings/DB-11.md`. */
  docs: z.string().regex(/^docs\/findings\/[A-Z]{2,4}-\d{2}\.md$/),
  /** Findings with the same cause share a group; the cause itself comes first. */
  group: z.string().optional(),
};

/** A judged fact, before policy. */
export const DraftFinding = z.object(draft);
export type DraftFinding = z.output<typeof DraftFinding>;

export const Finding = z.object({
  ...draft,
  fingerprint: z.string(),
  novelty: Novelty,
  disposition: Disposition,
  waiver: z.string().optional(),
  /** Owners of its places, from the CODEOWNERS of the base branch. */
  owners: z.array(z.string()).optional(),
});
export type Finding = z.output<typeof Finding>;

/**
 * The only way to make a finding. Refuses an incomplete one: no proof, no numbers, no fix, no finding.
 * @throws z.ZodError naming the missing part: a defect of the rule that made it.
 */
export function makeFinding(parts: Omit<DraftFinding, 'docs'>): DraftFinding {
  return DraftFinding.parse({ ...parts, docs: `docs/findings/${parts.code}.md` });
}

/** Stable over moved lines and changed measurements: code, stage and subject alone. */
export function fingerprint({ code, stage, subject }: Pick<DraftFinding, 'code' | 'stage' | 'subject'>): string {
  return `r1:${createHash('sha256').update([code, stage, subject].join('\0')).digest('hex').slice(0, 16)}`;
}
