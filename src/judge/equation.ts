import { atMost, counted, cut, numberWord, sentenceList } from '../lib/text.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';

/** The verdict that the findings carry: blocked wins over unknown, and nothing owed may be open in a pass. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const blocking = findings.filter(({ disposition }) => disposition === 'blocking');
  const by = codes(blocking.filter(isConfirmed));
  if (by.length > 0) return { verdict: 'blocked', by };
  const because = [...new Set(blocking.map(reasonOf))];
  return because.length > 0 ? { verdict: 'unknown', because } : { verdict: 'pass' };
}

/** The verdict in one sentence: what blocks, and what turns it green. */
export function equationOf(verdict: Verdict, findings: readonly Finding[], plan: Plan): string {
  const blocking = findings.filter(({ disposition }) => disposition === 'blocking');
  const open = blocking.filter((finding) => !isConfirmed(finding));
  switch (verdict.verdict) {
    case 'pass':
      return passed(findings, plan);
    case 'blocked':
      return blocked(blocking.filter(isConfirmed), open);
    case 'unknown':
      return `unknown, which blocks: ${listReasons(verdict.because)}`;
  }
}

function blocked(confirmed: readonly Finding[], open: readonly Finding[]): string {
  const names = codes(confirmed).map((code) => withCount(code, confirmed.filter((finding) => finding.code === code).length));
  const causes = new Set(confirmed.map(causeOf)).size;
  const one = confirmed.length === 1 ? 'this' : 'their one cause';
  const these = causes === 1 ? one : `these ${numberWord(causes)}${causes < confirmed.length ? ' causes' : ''}`;
  const shown = names.length > 8 ? atMost(names, 8) : sentenceList(names);
  if (open.length === 0) return `blocked by ${shown}; clearing ${these} turns it green`;
  const waiting = open.filter(({ group }) => group !== undefined && confirmed.some((finding) => finding.group === group));
  if (waiting.length === open.length)
    return `blocked by ${shown}; clearing ${these} lets the rest be looked at: ${counted(open.length, 'owed answer waits', 'owed answers wait')} for the same cause (${sentenceList(codes(open))})`;
  const what = `${counted(open.length, 'owed answer')} could not be looked at (${sentenceList(codes(open))})`;
  return `blocked by ${shown}; clearing ${these} is not enough to turn it green: ${what}`;
}

/** A race fails the test that it is seen in; a service that died is no more than the first suspect for what failed beside it. */
function causeOf({ group, fingerprint }: Finding): string {
  return group?.startsWith('data-race:') === true ? group : fingerprint;
}

function passed(findings: readonly Finding[], plan: Plan): string {
  const count = (disposition: Finding['disposition']) => findings.filter((finding) => finding.disposition === disposition).length;
  const extras = [
    count('waived') > 0 ? `${count('waived')} waived` : '',
    count('release-blocking') > 0 ? `${count('release-blocking')} would block a release` : '',
    count('advisory') > 0 ? `${count('advisory')} advisory` : '',
  ].filter(Boolean);
  return `pass: ${plan.owed.length === 1 ? 'the one piece' : `all ${counted(plan.owed.length, 'piece')}`} of evidence that the plan owes arrived, and nothing blocks${extras.length > 0 ? ` (${extras.join(', ')})` : ''}`;
}

function listReasons(reasons: readonly string[]): string {
  const shown = reasons
    .slice(0, 3)
    .map((reason) => cut(reason, 240))
    .join('; ');
  return reasons.length > 3 ? `${shown}; and ${reasons.length - 3} more` : shown;
}

function reasonOf({ result, title }: Finding): string {
  return 'because' in result ? result.because : title;
}

function isConfirmed({ result }: Finding): boolean {
  return result.verdict === 'confirmed';
}

function codes(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ code }) => code))];
}

function withCount(code: string, count: number): string {
  return count > 1 ? `${code} (${count})` : code;
}
