import { folded } from '../../lib/markdown.ts';
import { cut, grouped, sentenceList } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { claimsFold } from './claims.ts';
import { degradationFold } from './degradation.ts';
import { findingFold, findingsTable } from './findings.ts';
import { performanceFold } from './performance.ts';
import { equationLine, heading, lookedAt, noveltyLine, notLookedAt } from './headline.ts';
import { againstFold, footer, matrixFold, missingFold, restFold, stackFold, stageTable, timelineFold } from './tables.ts';

/** How much of a report a document shows. Zero leaves a part out. */
export interface Extent {
  /** Findings in the tables. */
  readonly rows: number;
  /** Findings with proof, fix and repro. */
  readonly folds: number;
  /** Characters of each part of a fold. */
  readonly length: number;
  readonly bars: number;
  readonly stack: boolean;
  readonly matrix: boolean;
  /** Entries per list of what was not looked at, waived or flaky. */
  readonly rest: number;
  readonly stages: boolean;
  /** The findings stand in full elsewhere in the same document. */
  readonly elsewhere?: boolean;
}

/** The document at the largest extent that fits; `size` measures it in the limit's own unit. */
export function fitted(
  report: ReportV1,
  extents: readonly Extent[],
  { limit, size }: { limit: number; size: (text: string) => number },
): string {
  for (const extent of extents) {
    const whole = renderDocument(report, extent);
    if (size(whole) <= limit) return whole;
  }
  // Only names of absurd length come here: the verdict is always said.
  const least = `${heading(report)}\n\n${footer(report)}\n`;
  return size(least) <= limit ? least : cut(heading(report), Math.floor(limit / 4));
}

/** Verdict and equation first, then findings with their proof, then the stages; the rest folds. */
export function renderDocument(report: ReportV1, extent: Extent): string {
  const parts = report.verdict.verdict === 'pass' ? passed(report, extent) : stopped(report, extent);
  return `${[...parts, leftOut(report, extent), footer(report)].filter((part) => part !== '').join('\n\n')}\n`;
}

function passed(report: ReportV1, extent: Extent): string[] {
  const open = report.findings.filter(({ disposition }) => disposition !== 'waived');
  const looked = [stages(report, extent), ...folds(report, extent)].filter((part) => part !== '').join('\n\n');
  return [
    heading(report),
    `${lookedAt(report)}\n${notLookedAt(report)}`,
    open.some(({ disposition }) => disposition === 'release-blocking') ? noveltyLine(report) : '',
    open.length > 0 && extent.rows > 0
      ? folded(
          `Advice (${grouped(open.length)})`,
          [findingsTable(open.slice(0, extent.rows)), ...proofs(report, open, extent)].join('\n\n'),
        )
      : '',
    looked === '' ? '' : folded('Stages, components, stack, timeline', looked),
  ];
}

function stopped(report: ReportV1, extent: Extent): string[] {
  const blocking = report.findings.filter(({ disposition }) => disposition === 'blocking');
  const others = report.findings.filter(({ disposition }) => disposition === 'advisory' || disposition === 'release-blocking');
  const room = Math.max(0, extent.rows - blocking.length);
  return [
    heading(report),
    equationLine(report),
    extent.rows > 0 && blocking.length > 0 ? findingsTable(blocking.slice(0, extent.rows)) : '',
    ...proofs(report, blocking, extent),
    stages(report, extent),
    room > 0 && others.length > 0
      ? folded(
          `Does not block (${grouped(others.length)})`,
          [
            findingsTable(others.slice(0, room)),
            ...proofs(report, others.slice(0, room), { ...extent, folds: Math.max(0, extent.folds - blocking.length) }),
          ].join('\n\n'),
        )
      : '',
    ...folds(report, extent),
  ];
}

function proofs(report: ReportV1, findings: readonly Finding[], { folds: most, length }: Extent): string[] {
  const told = findings.slice(0, most).map((finding) => findingFold(report, finding, length));
  return told.length === 0 ? [] : ['Proof, fix, and the command that shows it again:', ...told];
}

function stages(report: ReportV1, extent: Extent): string {
  return extent.stages ? stageTable(report) : '';
}

function folds(report: ReportV1, extent: Extent): string[] {
  return [
    // A comment names the few that matter most; the full report names all that it has.
    extent.rest > 0 ? performanceFold(report, extent.elsewhere ? 500 : 30) : '',
    degradationFold(report, extent.elsewhere ? 60 : Math.min(12, extent.rest)),
    extent.rest > 0 ? missingFold(report, extent.elsewhere ? 100 : Math.min(5, extent.rest)) : '',
    extent.rest > 0 ? againstFold(report, extent.rest) : '',
    extent.rest > 0 ? claimsFold(report, extent.elsewhere ? 500 : 60) : '',
    extent.matrix ? matrixFold(report) : '',
    extent.stack ? stackFold(report) : '',
    extent.rest > 0 ? restFold(report, extent.rest) : '',
    extent.bars > 0 ? timelineFold(report, extent.bars) : '',
  ];
}

/** What the document does not show, so that nobody takes it for all there is. */
function leftOut(report: ReportV1, extent: Extent): string {
  if (extent.elsewhere) return '';
  const shown = report.findings.filter(({ disposition }) => disposition !== 'waived');
  const rows = shown.length - extent.rows;
  const folded = Math.min(shown.length, extent.rows) - extent.folds;
  const parts = [
    rows > 0 ? `${grouped(rows)} of ${grouped(shown.length)} findings` : '',
    folded > 0 ? `proof and fix of ${grouped(folded)} more` : '',
    !extent.stages && report.stages.length > 0 ? 'the stages' : '',
    !extent.matrix && report.matrix.components.length > 0 ? 'component × stage' : '',
    !extent.stack && report.stack.length > 0 ? 'the stack' : '',
    extent.rest === 0 && report.claims !== undefined ? 'the claims' : '',
    extent.rest === 0 && report.performance !== undefined ? 'performance' : '',
    extent.rest === 0 && report.degradation !== undefined ? 'what journeys become without a dependency' : '',
    extent.rest === 0 && report.notLooked.length + report.flaky.length + report.counts.waived > 0
      ? 'what was not looked at, waived or flaky'
      : '',
    extent.bars === 0 && report.timeline.length > 0 ? 'the timeline' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `Left out here for length: ${sentenceList(parts)}. All of it is in the full report.`;
}
