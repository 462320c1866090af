import type { Baseline } from '../model/baseline.ts';
import { ofKind } from '../model/evidence.ts';
import { fingerprint, type DraftFinding, type Novelty } from '../model/finding.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import { answers, whyMissing, type Context, type Drafted } from './context.ts';

/** What is known of the base branch, made ready for many questions. */
export interface BaseLine {
  readonly baseline: Baseline;
  readonly known: ReadonlySet<string>;
  readonly relapsed: ReadonlySet<string>;
  /** Everything that this run found, so that what stands here still did not move from there. */
  readonly here: ReadonlySet<string>;
  /** Entries that stand for a finding of this run: each stands for one. */
  readonly used: Set<string>;
}

/** The base branch for one run; `undefined` without a baseline. */
export function baseLineOf({ baseline }: Context, drafts: readonly Drafted[]): BaseLine | undefined {
  if (!baseline) return undefined;
  return {
    baseline,
    known: new Set(baseline.findings.map((entry) => entry.fingerprint)),
    relapsed: new Set((baseline.fixed ?? []).map((entry) => entry.fingerprint)),
    here: new Set(drafts.flatMap(printsOf)),
    used: new Set(),
  };
}

/** What a finding is against the base branch. */
export function noveltyOf(context: Context, drafted: Drafted, base: BaseLine | undefined): Novelty {
  if (!base) return 'unknown';
  const { finding, members } = drafted;
  const print = fingerprint(finding);
  const each = members
    ? members.list.map(({ subject }) => entryFor(context, { ...finding, subject }, base))
    : [entryFor(context, finding, base)];
  // Members that a bound left out are known only if a gathered finding was known before.
  if (each.every((entry) => entry !== undefined) && (!members || members.complete || base.known.has(print))) {
    return each.includes('moved') ? 'moved' : 'existing';
  }
  const prints = members ? members.list.map(({ subject }) => memberPrint(finding, subject)) : [print];
  if (prints.some((one) => base.relapsed.has(one))) return 'regressed';
  return baseLooked(context, finding) ? 'new' : 'unknown';
}

/** The fingerprint that a gathered subject would have alone, so that it stays known when the others are gone. */
export function memberPrint({ code, stage }: Pick<DraftFinding, 'code' | 'stage'>, subject: string): string {
  return fingerprint({ code, stage, subject });
}

type Named = Pick<DraftFinding, 'code' | 'stage' | 'subject'>;

/** Was it there before: by itself, or about a file that had another name? An entry whose finding still stands absorbs no other. */
export function entryFor({ renamed }: Pick<Context, 'renamed'>, finding: Named, base: BaseLine): 'same' | 'moved' | undefined {
  const print = fingerprint(finding);
  if (base.known.has(print)) {
    base.used.add(print);
    return 'same';
  }
  for (const [path, before] of namesIn(finding.subject, renamed)) {
    const old = fingerprint({ ...finding, subject: finding.subject.replace(path, () => before) });
    if (!base.known.has(old) || base.here.has(old) || base.used.has(old)) continue;
    base.used.add(old);
    return 'moved';
  }
  return undefined;
}

/** Files of a subject that had another name on the base branch. */
function namesIn(subject: string, renamed: Context['renamed']): (readonly [string, string])[] {
  if (!renamed || renamed.size === 0) return [];
  return subject.split(/[\s,()]+|:(?=\d|\s|$)/).flatMap((word) => {
    const before = renamed.get(word);
    return before === undefined ? [] : [[word, before] as const];
  });
}

function printsOf({ finding, members }: Drafted): string[] {
  return [fingerprint(finding), ...(members?.list ?? []).map(({ subject }) => memberPrint(finding, subject))];
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

/** Findings of the base branch that are gone. Only of stages that this run looked at in full: what was not looked at is not repaired. */
export function fixedOf(context: Context, drafts: readonly Drafted[]): NonNullable<ReportV1['fixed']> {
  const base = baseLineOf(context, drafts);
  if (!base || context.plan.only.length > 0) return [];
  for (const { finding, members } of drafts) {
    entryFor(context, finding, base);
    for (const { subject } of members?.list ?? []) entryFor(context, { ...finding, subject }, base);
  }
  const looked = new Set(context.plan.stages.map(({ name }) => name as string).filter((name) => lookedAtAll(context, name)));
  return base.baseline.findings.flatMap(({ fingerprint: print, code, stage, subject, firstSeen }) =>
    stage !== undefined && subject !== undefined && looked.has(stage) && !base.used.has(print)
      ? [{ fingerprint: print, code, stage, subject, firstSeen }]
      : [],
  );
}

function lookedAtAll({ plan, evidence, stageRuns }: Context, name: string): boolean {
  const gaps = new Set(ofKind(evidence, 'gap').flatMap(({ owed }) => owed));
  const own = plan.owed.filter(({ stage }) => stage === name);
  const ended = stageRuns.filter(({ stage }) => stage === name);
  return (
    own.length > 0 &&
    ended.length > 0 &&
    ended.every(({ status }) => status === 'completed') &&
    own.every((piece) => !gaps.has(piece.id) && !whyMissing(piece, evidence))
  );
}
