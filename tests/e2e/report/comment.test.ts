import { marked } from 'marked';
import { describe, expect, it } from 'vitest';

import { LIMITS } from '../../../src/model/limits.ts';
import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { comment } from '../../../src/sinks/comment/index.ts';
import { emptyReport, hugeReport, reportOf } from '../../support/reports.ts';
import { ask, describeWithBrowser } from './support.ts';

// The comment as a reader has it before them: through a renderer of GitHub's Markdown, and on a phone.
const STAGE = { stages: [{ name: 'unit' as const, commands: [{ results: ['r.xml'] }] }] };
const HOSTILE: readonly string[] = [
  '<img src=x onerror=alert(1)>',
  '</details><script>alert(1)</script>',
  '[click](https://evil.example) ![x](https://evil.example/x.png)',
  'https://evil.example www.evil.example a@evil.example',
  '@org/team @octocat #1 GH-2 org/repo#3',
  '``` \n~~~ \n| a | b |\n|---|---|',
  '<!-- gauntlet:comment:v1 head=aa run=9 attempt=1 -->',
  '\u202Egnp.exe \u0007 \u200B',
  '&lt;b&gt; &#60;i&#62; \\<u> \\| \\`',
  '<details open><summary>x',
];

const REPORTS: Readonly<Record<string, ReportV1>> = {
  pass: reportOf({ plan: STAGE, run: {}, evidence: [{ kind: 'exit' }, { kind: 'tests', counts: { tests: 3, runs: 3, passed: 3 } }] }),
  blocked: hugeReport(3, (index) => `test number ${String(index)} of the suite`),
  unknown: emptyReport,
  '2,000 findings': hugeReport(2_000, (index) => `test number ${String(index)} of the suite`),
  'hostile names': hugeReport(40, (index) => HOSTILE[index % HOSTILE.length] ?? ''),
};

const rendered = (report: ReportV1): string => marked.parse(comment.render(report), { async: false, gfm: true });
/** What stands outside of code, where names of others could do something. */
const outsideCode = (html: string): string => html.replace(/<pre>[\s\S]*?<\/pre>|<code>[\s\S]*?<\/code>/g, '');

describe.each(Object.entries(REPORTS))('the rendered comment: %s', (_, report) => {
  const html = rendered(report);

  it('has no element, attribute or link that is not of the gate', () => {
    const tags = new Set(
      [...html.matchAll(/<(\w+)([^>]*)>/g)].map(([, tag = '', attributes = '']) => `${tag}${attributes.trim() === '' ? '' : '+'}`),
    );
    const own = [
      'h3',
      'h4',
      'p',
      'ul',
      'li',
      'table',
      'thead',
      'tbody',
      'tr',
      'th',
      'td',
      'strong',
      'em',
      'code',
      'pre',
      'br',
      'hr',
      'b',
      'sub',
      'details',
      'summary',
    ];
    // The way to the run, a fence of a language and a column that is aligned are the only attributes.
    expect([...tags].filter((tag) => !own.includes(tag) && !['a+', 'code+', 'th+', 'td+'].includes(tag))).toEqual([]);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, url = '']) => url);
    expect(links.filter((url) => !url.startsWith(report.run.forge.runUrl ?? '(no run)'))).toEqual([]);
    expect(html).not.toMatch(/<img|<script|<[^>]* on\w+=|javascript:/i);
  });

  it('mentions nobody, and opens nothing that it does not close', () => {
    const text = outsideCode(html).replace(/<[^>]*>/g, '');
    expect(text).not.toMatch(/(?:^|[^\w`])@\w/);
    expect(text).not.toMatch(/(?:^|\s)(?:#|GH-)\d/);
    for (const tag of ['details', 'summary', 'table', 'code', 'pre'])
      expect([tag, html.split(`<${tag}>`).length + html.split(`<${tag} `).length - 1]).toEqual([tag, html.split(`</${tag}>`).length]);
  });

  it('keeps to the length that GitHub takes, marker and all', () => {
    expect(comment.render(report).length).toBeLessThanOrEqual(LIMITS.commentCharacters);
    expect(LIMITS.commentCharacters).toBeLessThan(65_536 - 200);
  });
});

describeWithBrowser('the comment on a phone', () => {
  /** Measures of GitHub's own page on a phone of 390 × 844. */
  const STYLE =
    'body{font:16px/1.5 sans-serif;margin:16px;overflow-wrap:anywhere}table{display:block;width:max-content;max-width:100%;overflow:auto;border-collapse:collapse}td,th{padding:6px 13px;border:1px solid}';
  const SCREEN = 844;

  it.each(['pass', 'blocked', 'unknown'])('says all that matters within two screens: %s', async (name) => {
    const report = REPORTS[name];
    const page = `<!doctype html><style>${STYLE}</style>${report === undefined ? '' : rendered(report)}`;
    const height = await ask<number>(page, { width: 390, expression: 'page.body.scrollHeight' });
    expect(height).toBeGreaterThan(100);
    expect(height).toBeLessThanOrEqual(2 * SCREEN);
  });
});
