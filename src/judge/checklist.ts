import { atMost } from '../lib/text.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { whyMissing } from './context.ts';
import type { Judged } from './judge.ts';

/** One line of a checklist, answered by evidence and by nothing else. */
export interface ChecklistItem {
  readonly when: 'before' | 'after';
  readonly what: string;
  /** `open`: nobody looked, or nobody could. Never a tick. */
  readonly state: 'met' | 'missed' | 'waived' | 'open';
  /** What the state rests on. */
  readonly because: string;
  /** Rows of the catalogue that answer it. */
  readonly rows: readonly string[];
}

interface Line {
  readonly when: ChecklistItem['when'];
  readonly what: string;
  /** Rows that must all be answered. */
  readonly all?: readonly string[];
  /** Rows of which one answer at least is needed. */
  readonly some?: readonly string[];
  /** Further rows: nobody needs them to be looked at, and what they found counts. */
  readonly also?: RegExp;
}

const LINES: readonly Line[] = [
  { when: 'before', what: 'All unit tests pass', all: ['TST-01'] },
  { when: 'before', what: 'Critical paths are covered whole', all: ['TST-07'] },
  { when: 'before', what: 'All integration tests pass', all: ['TST-02'] },
  { when: 'before', what: 'All end-to-end tests pass', some: ['TST-03', 'REL-11'] },
  { when: 'before', what: 'Performance benchmarks are met', some: ['LOAD-06', 'LOAD-07', 'LOAD-08', 'TST-04'], also: /^(?:LOAD|INP)-/ },
  { when: 'before', what: 'No memory leaks', some: ['LEAK-01', 'LEAK-02', 'LEAK-03'], also: /^LEAK-/ },
  { when: 'before', what: 'Circuit breakers are tested', some: ['RES-01', 'RES-02', 'RES-03'], also: /^RES-0[1-5]$/ },
  { when: 'before', what: 'The rollback is validated', all: ['REL-01'] },
  { when: 'after', what: 'Smoke tests pass', all: ['REL-02'] },
  { when: 'after', what: 'Monitoring alerts are configured (REL-08)', all: ['OBS-01', 'OBS-02', 'OBS-07'] },
  { when: 'after', what: 'Error rates stay below their limit', some: ['LOAD-07', 'LOAD-06'] },
  { when: 'after', what: 'Response times keep their limits', all: ['LOAD-08'] },
  { when: 'after', what: 'No critical errors in logs', all: ['OBS-19'] },
];

/** The lists of what is to be true before and after a deployment, as a view over what a run has shown. Pure. */
export function checklistOf(input: {
  readonly plan: Pick<Plan, 'owed'>;
  readonly evidence: readonly Evidence[];
  readonly judged: Pick<Judged, 'findings' | 'notLooked'>;
}): ChecklistItem[] {
  return LINES.map((line) => ({
    when: line.when,
    what: line.what,
    rows: [...(line.all ?? []), ...(line.some ?? [])],
    ...stateOf(line, input),
  }));
}

function stateOf(
  { all = [], some = [], also }: Line,
  { plan, evidence, judged }: Parameters<typeof checklistOf>[0],
): Pick<ChecklistItem, 'state' | 'because'> {
  const named = [...all, ...some];
  const about = judged.findings.filter(({ code }) => named.includes(code) || also?.test(code));
  const confirmed = about.filter(({ result }) => result.verdict === 'confirmed');
  const missed = confirmed.filter(({ disposition }) => disposition !== 'waived');
  if (missed.length > 0) return { state: 'missed', because: said(missed) };
  // What does not exist here was looked for and not found: that is no answer to "is it configured".
  const answered = (row: string): boolean =>
    !judged.notLooked.some(({ code }) => code === row) &&
    plan.owed.some((owed) => owed.rows.includes(row) && whyMissing(owed, evidence) === undefined);
  const unanswered = [...all.filter((row) => !answered(row)), ...(some.length > 0 && !some.some(answered) ? some : [])];
  const unknown = about.filter(({ result }) => result.verdict !== 'confirmed');
  if (unknown.length > 0) return { state: 'open', because: said(unknown) };
  if (unanswered.length > 0) return { state: 'open', because: whyOpen(unanswered, judged) };
  if (confirmed.length > 0) return { state: 'waived', because: `${said(confirmed)} (waived)` };
  return { state: 'met', because: `${atMost(named.filter(answered), 6)} looked at, nothing found` };
}

function whyOpen(rows: readonly string[], { notLooked }: Pick<Judged, 'notLooked'>): string {
  const told = notLooked.find(({ code }) => rows.includes(code));
  return told === undefined ? `nothing in this run answers ${rows.join(', ')}` : `${told.code}: ${told.because}`;
}

function said(findings: readonly Finding[]): string {
  return atMost(
    findings.map(({ code, title }) => `${code} ${title}`),
    3,
  );
}
