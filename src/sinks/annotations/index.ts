import { cut, oneLine, visible } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { defineSink } from '../contract.ts';
import { reproLine } from '../sections/findings.ts';

/** One line of the output: what a workflow command (`::error file=…`) needs. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly file: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly title: string;
  readonly message: string;
}

/** GitHub keeps ten annotations of a level per step and cuts their messages. */
const PER_LEVEL = 10;
const MESSAGE = 4_096;

/** One annotation per finding that has a place in the repository, as JSON lines. */
export const annotations = defineSink({
  name: 'annotations',
  summary: 'one annotation per finding with a place in the repository, as JSON lines',
  render: (report) =>
    annotationsOf(report)
      .map((annotation) => `${JSON.stringify(annotation)}\n`)
      .join(''),
});

/** The annotations themselves, most important first, within GitHub's limits. */
export function annotationsOf(report: ReportV1): Annotation[] {
  const left = { error: PER_LEVEL, warning: PER_LEVEL, notice: PER_LEVEL };
  return report.findings.flatMap((finding) => {
    const annotation = annotationOf(report, finding);
    if (!annotation || left[annotation.level] === 0) return [];
    left[annotation.level] -= 1;
    return [annotation];
  });
}

function annotationOf(report: ReportV1, finding: Finding): Annotation | undefined {
  const [place] = finding.locations;
  if (!place || finding.disposition === 'waived') return undefined;
  const parts = [
    finding.summary,
    `Measured ${finding.measured}; allowed ${finding.expected}.`,
    `Fix: ${finding.fix}`,
    `Here: ${reproLine(report, finding)}`,
  ];
  return {
    level: finding.disposition === 'blocking' ? 'error' : finding.priority === 'P3' ? 'notice' : 'warning',
    file: oneLine(place.path),
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(place.endLine === undefined ? {} : { endLine: place.endLine }),
    title: cut(oneLine(`${finding.priority} ${finding.code} ${finding.title}`), 200),
    message: cut(visible(parts.join('\n')), MESSAGE),
  };
}
