import { code, prose } from '../../lib/markdown.ts';
import { atMost, capital, counted, cut, numberWord } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';

/** The first line: am I blocked, and by what. Only a pass has a tick. */
export function heading(report: ReportV1): string {
  // Without a baseline a P1 cannot block a change: then, and only then, the first line says so.
  const baseline = undecided(report) > 0 ? ' (no baseline)' : '';
  const { verdict } = report;
  switch (verdict.verdict) {
    case 'pass':
      return `### ✅ Gauntlet: pass${baseline}`;
    case 'unknown':
      return `### ⛔ Gauntlet: unknown, which blocks${baseline}`;
    case 'blocked': {
      const confirmed = blockers(report).filter(({ result }) => result.verdict === 'confirmed').length;
      return `### ⛔ Gauntlet: blocked by ${counted(confirmed, 'finding')}: ${verdict.by.slice(0, 8).map(code).join(', ')}${verdict.by.length > 8 ? ` and ${verdict.by.length - 8} more` : ''}${baseline}`;
    }
  }
}

/** The verdict equation as a sentence, and whose the findings are. */
export function equationLine(report: ReportV1): string {
  // What blocks stands in the heading already.
  const news = report.verdict.verdict === 'blocked' ? report.equation.replace(/^blocked by [^;]*; /, '') : report.equation;
  const sentence = `${capital(news)}.`;
  return [prose(cut(sentence, 1_500)), noveltyLine(report), fixedLine(report)].filter(Boolean).join(' ');
}

/** A pass in two more lines: what was looked at, and what was not. */
export function lookedAt(report: ReportV1): string {
  const stages = report.stages.map(({ name, headline }) => `${name} (${headline})`);
  const commit = report.run.git.head === undefined ? '' : ` on \`${report.run.git.head.slice(0, 7).replace(/[^0-9a-f]/gi, '?')}\``;
  return `Looked at: ${prose(atMost(stages, 10))}${commit}, with the \`${report.run.budget}\` budget.`;
}

export function notLookedAt({ notLooked, counts, stages }: ReportV1): string {
  const rows = notLooked.map(({ code: row, because }) => `${row}: ${cut(because, 160)}`);
  const skipped = stages.filter(({ run }) => !run).map(({ name }) => `${name}: not run`);
  const all = [...new Set([...rows, ...skipped])];
  const waived = counts.waived > 0 ? ` ${counted(counts.waived, 'finding is', 'findings are')} waived.` : '';
  return `${all.length === 0 ? 'Not looked at: nothing that the plan owes.' : `Not looked at: ${prose(all.slice(0, 3).join('; '))}${all.length > 3 ? ` and ${all.length - 3} more (below)` : ''}.`}${waived}`;
}

/** The good news: what stood on the base branch and is gone. */
function fixedLine({ fixed = [] }: ReportV1): string {
  if (fixed.length === 0) return '';
  const codes = [...new Set(fixed.map((one) => one.code))];
  return `Fixed here: ${counted(fixed.length, 'finding')} of the base branch (${codes.slice(0, 5).map(code).join(', ')}${codes.length > 5 ? ', …' : ''}).`;
}

/** Whose the findings are: new in this change, or on the base branch before. */
export function noveltyLine(report: ReportV1): string {
  if (!report.findings.some(({ result, disposition }) => result.verdict === 'confirmed' && disposition !== 'waived')) return '';
  if (report.baseline.state === 'none') {
    const held = undecided(report);
    const so = held > 0 ? `, so ${held === 1 ? 'one P1 blocks' : `${numberWord(held)} P1 block`} a release and not this change` : '';
    return `What of this is new here is not known (${prose(cut(report.baseline.because, 200))})${so}.`;
  }
  const blocking = blockers(report).filter(({ result }) => result.verdict === 'confirmed');
  const fresh = blocking.filter(({ novelty }) => novelty === 'new' || novelty === 'regressed').length;
  if (blocking.length === 0) return '';
  const base = `on the base branch (${code(report.baseline.sha.slice(0, 7))}) before`;
  if (fresh === blocking.length) return `${fresh === 1 ? 'It is' : `All ${numberWord(fresh)} are`} new in this change.`;
  if (fresh === 0) return `${blocking.length === 1 ? 'It was' : `All ${numberWord(blocking.length)} were`} ${base}.`;
  return `${capital(numberWord(fresh))} ${fresh === 1 ? 'is' : 'are'} new in this change, ${numberWord(blocking.length - fresh)} ${blocking.length - fresh === 1 ? 'was' : 'were'} ${base}.`;
}

/** Findings that would block if they were new, and nobody can tell. */
function undecided({ baseline, findings }: ReportV1): number {
  return baseline.state === 'none' ? findings.filter(({ disposition }) => disposition === 'release-blocking').length : 0;
}

function blockers({ findings }: ReportV1): Finding[] {
  return findings.filter(({ disposition }) => disposition === 'blocking');
}
