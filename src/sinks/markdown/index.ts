import { defineSink } from '../contract.ts';
import { findingSection } from '../sections/findings.ts';
import { renderDocument } from '../sections/document.ts';

/** The whole report as Markdown: nothing is left out. */
export const markdown = defineSink({
  name: 'markdown',
  file: 'report.md',
  summary: 'the whole report as Markdown',
  render: (report) => {
    const most = Number.MAX_SAFE_INTEGER;
    // The tables above, and every finding open below, in the same order.
    const top = renderDocument(report, {
      rows: most,
      folds: 0,
      length: 0,
      elsewhere: true,
      bars: 200,
      stack: true,
      matrix: true,
      rest: most,
      stages: true,
    });
    return `${top.trimEnd()}\n${report.findings.length > 0 ? `\n## Findings\n\n${report.findings.map((finding) => findingSection(report, finding, 3_000)).join('\n\n')}\n` : ''}`;
  },
});
