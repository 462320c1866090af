import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { LIMITS } from '../../src/model/limits.ts';
import type { ReportV1 } from '../../src/model/report-v1.ts';
import { annotationsOf } from '../../src/sinks/annotations/index.ts';
import { sinks } from '../../src/sinks/registry.ts';
import { emptyReport as empty, hugeReport, reportOf } from '../support/reports.ts';

const huge = hugeReport(2_000);
const LIMIT: Record<string, (text: string) => boolean> = {
  comment: (text) => text.length <= LIMITS.commentCharacters,
  summary: (text) => Buffer.byteLength(text) <= LIMITS.summaryBytes,
};

describe.each(sinks.map((sink) => [sink.name, sink] as const))('%s', (name, sink) => {
  test('says the same twice', () => {
    expect(sink.render(huge)).toBe(sink.render(structuredClone(huge)));
  });

  test('never calls an empty run a pass', () => {
    const text = sink.render(empty);
    expect(text).not.toMatch(/✅|✓|\bpass: all|"verdict": "pass"/);
    expect(text === '' ? 'unknown' : text.toLowerCase()).toContain('unknown');
  });

  test('stays under its limit with 2,000 findings of hostile text', () => {
    const text = sink.render(huge);
    expect(LIMIT[name]?.(text) ?? true).toBe(true);
    expect(text.length).toBeGreaterThan(0);
  });

  test('lets no control or direction character through', () => {
    // JSON escapes what it must; its reader gets the report as it is.
    const text = name === 'json' ? '' : sink.render(huge);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
  });

  test('renders any text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { minLength: 1, maxLength: 5 }), (texts) => {
        const text = sink.render(withTexts(texts));
        expect(LIMIT[name]?.(text) ?? true).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe.each(['comment', 'summary', 'markdown'])('%s escapes', (name) => {
  const text = sinks.find((sink) => sink.name === name)?.render(huge) ?? '';
  /** Markdown outside of code, where its signs mean something. */
  const bare = text
    .replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '')
    .replace(/<code>.*?<\/code>/g, '')
    .replace(/`[^`\n]*`/g, '')
    .replace(/&#?\w+;/g, '')
    .replace(/\\[*_[\]~]/g, '');
  const found = (pattern: RegExp) => [...new Set([...bare.matchAll(pattern)].map(([match]) => match))].slice(0, 5);

  test('has no tag but its own', () => {
    expect(found(/<(?!\/?(?:details|summary|b|sub|code)>|br>)/g)).toEqual([]);
  });

  test('mentions nobody and links nowhere', () => {
    expect(found(/@org|https?:\/\/evil|www\.evil|#\d|GH-\d/g)).toEqual([]);
    // GitHub reads no Markdown inside of `<summary>`.
    const read = bare.replace(/<summary>.*<\/summary>/g, '');
    expect([...read.matchAll(/\]\((?!https:\/\/github\.example\/)/g)].length).toBe(0);
  });

  test('keeps every table row in its columns', () => {
    const rows = bare.split('\n').filter((line) => line.startsWith('| '));
    const widths = new Set(rows.filter((line) => /^\| (\*\*)?P[0-3]/.test(line)).map((line) => line.split('|').length));
    expect([...widths]).toEqual([8]);
  });

  test('closes what it folds', () => {
    expect([...bare.matchAll(/<details>/g)].length).toBe([...bare.matchAll(/<\/details>/g)].length);
  });
});

test('the comment says what it leaves out', () => {
  const text = sinks.find(({ name }) => name === 'comment')?.render(huge) ?? '';
  expect(text).toMatch(/Left out here for length: 1,\d{3} of 2,000 findings/);
});

test('a comment about a very large but ordinary report keeps the verdict, a table and the stages', () => {
  const report = hugeReport(2_000, (index) => `test number ${index} of the suite`);
  const text = sinks.find(({ name }) => name === 'comment')?.render(report) ?? '';
  expect(text).toContain('blocked by 2,000 findings');
  expect(text).toContain('| stage | result | time |');
  expect(text).toContain('<b>TST-01</b>');
});

test('annotations keep to ten of a level and to 4,096 characters', () => {
  const all = annotationsOf(huge);
  for (const level of ['error', 'warning', 'notice'] as const)
    expect(all.filter((annotation) => annotation.level === level).length).toBeLessThanOrEqual(10);
  expect(all.length).toBeGreaterThan(0);
  expect(all.length).toBeLessThanOrEqual(50);
  for (const { message, title } of all) {
    expect(message.length).toBeLessThanOrEqual(4_096);
    expect(title).not.toContain('\n');
  }
});

test('a pass is three lines and what folds', () => {
  const report = reportOf({
    plan: { stages: [{ name: 'unit', commands: [{ results: ['r.xml'] }] }] },
    run: {},
    evidence: [{ kind: 'exit' }, { kind: 'tests', counts: { tests: 3, runs: 3, passed: 3 } }],
  });
  const text = sinks.find(({ name }) => name === 'comment')?.render(report) ?? '';
  expect(
    text
      .split('<details>')[0]
      ?.trim()
      .split('\n')
      .filter((line) => line !== ''),
  ).toEqual([
    '### ✅ Gauntlet: pass',
    'Looked at: unit (3 tests) on `0f3c2e1`, with the `pr` budget.',
    'Not looked at: nothing that the plan owes.',
  ]);
});

function withTexts(texts: readonly string[]): ReportV1 {
  const text = (index: number) => texts[index % texts.length] ?? '';
  return hugeReport(3, text);
}
