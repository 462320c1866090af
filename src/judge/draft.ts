import { cut, oneLine, visible } from '../lib/text.ts';
import { fingerprint, makeFinding, type DraftFinding, type EvidenceRef, type FindingVerdict, type Priority } from '../model/finding.ts';
import { ruleOf, type Rule } from '../model/rules.ts';
import type { StageName } from '../model/stage.ts';
import type { Drafted, Member } from './context.ts';

export const CONFIRMED: FindingVerdict = { verdict: 'confirmed' };

/** What was owed and could not be looked at. */
export function notTested(because: string, reason: 'gap' | 'budget' | 'unsupported' = 'gap'): FindingVerdict {
  return { verdict: 'not_tested', because: line(because, 500), reason };
}

export interface DraftParts {
  readonly stage: StageName;
  readonly subject: string;
  readonly summary: string;
  readonly evidence: readonly EvidenceRef[];
  readonly measured: string;
  readonly expected: string;
  readonly result?: FindingVerdict;
  readonly title?: string;
  readonly fix?: string | undefined;
  readonly priority?: readonly [Priority, string];
  readonly locations?: DraftFinding['locations'];
  readonly repro?: readonly string[];
  readonly group?: string | undefined;
  readonly owed?: boolean;
  readonly cause?: boolean;
  readonly members?: { readonly list: readonly Member[]; readonly complete: boolean };
  readonly about?: Member;
  readonly rule?: Rule | undefined;
}

/** A finding with the words and weights of its code; every text is bounded and visible, whatever it was made of. */
export function draft(code: string, parts: DraftParts): Drafted {
  const rule = parts.rule ?? ruleOf(code);
  const [priority, step] = parts.priority ?? [rule.priority, undefined];
  const finding = makeFinding({
    code,
    priority,
    prioritySource: step === undefined ? [`rule:${rule.priority}`] : [`rule:${rule.priority}`, step],
    title: line(parts.title ?? rule.title, 160),
    stage: parts.stage,
    result: parts.result ?? CONFIRMED,
    subject: subjectOf(parts.subject),
    summary: cut(visible(parts.summary).trim() || '(no text)', 3_000),
    evidence: parts.evidence.slice(0, 12).map(({ id, shows }) => ({ id: line(id, 300), shows: line(shows, 400) })),
    locations: [...(parts.locations ?? [])].slice(0, 50),
    measured: line(parts.measured, 200),
    expected: line(parts.expected, 200),
    fix: cut(visible(parts.fix ?? rule.fix).trim() || rule.fix, 1_500),
    effort: { range: rule.effort, basis: 'rule-default' },
    repro: [...(parts.repro ?? ['run', '--stage', parts.stage])],
    ...(parts.group === undefined ? {} : { group: parts.group }),
  });
  return {
    finding,
    owed: parts.owed ?? false,
    ...(parts.members ? { members: parts.members } : {}),
    ...(parts.about ? { about: parts.about } : {}),
    ...(parts.cause ? { cause: true } : {}),
  };
}

/** A subject that is too long keeps its identity by a digest of the whole. */
export function subjectOf(subject: string): string {
  const whole = oneLine(subject) || '(no name)';
  return whole.length <= 240 ? whole : `${cut(whole, 220)} ${fingerprint({ code: 'GAT-01', stage: 'audit', subject: whole }).slice(3, 15)}`;
}

function line(text: string, length: number): string {
  return cut(oneLine(text) || '(no text)', length);
}
