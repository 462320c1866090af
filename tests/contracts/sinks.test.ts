import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { judge } from '../../src/judge/judge.ts';
import type { Finding } from '../../src/model/finding.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { ReportV1 } from '../../src/model/report-v1.ts';
import { makeReport } from '../../src/report/report.ts';
import { annotationsOf } from '../../src/sinks/annotations/index.ts';
import { sinks } from '../../src/sinks/registry.ts';
import { fillCase } from '../cases/fill.ts';

const HOSTILE = [
  'a | b `c` ``d`` \\| \\\\| end\\',
  '</details></summary><script>alert(1)</script><img src=x onerror=alert(1)>',
  '@org/team #12 GH-7 https://evil.example www.evil.example [x](http://evil.example) ![y](http://evil.example/p.png)',
  '\u001B]0;title\u0007\u001B[31mred\u001B[0m\r\noverwritten\u0008\u0000\u202Egnp.exe\u200B',
  '```\n# heading\n- [ ] task\n| a | b |\n~~~\n<!-- comment -->',
  '%% click a href "javascript:alert(1)"\nsection x\nend :crit, 0, 1; #35;',
  '\uD800 lone surrogate \u{1F4A9}',
  '',
];
const hostile = (index: number) => `${HOSTILE[index % HOSTILE.length] ?? ''} ${index}`;

const empty = reportOf({ plan: {}, run: {}, evidence: [] });
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

function reportOf(file: Parameters<typeof fillCase>[0]): ReportV1 {
  const filled = fillCase(file);
  return makeReport({ ...filled, judged: judge(filled), command: 'bin/gauntlet' });
}

function hugeReport(count: number, text: (index: number) => string = hostile): ReportV1 {
  const findings = Array.from({ length: count }, (_, index) => finding(text, index));
  const stages = reportOf({ plan: { stages: [{ name: 'unit', commands: [{}] }] }, run: {}, evidence: [{ kind: 'exit' }] }).stages;
  return {
    ...empty,
    run: {
      ...empty.run,
      forge: { ...empty.run.forge, forge: 'github', runId: '18', runUrl: 'https://github.example/o/r/actions/runs/18' },
    },
    verdict: { verdict: 'blocked', by: ['TST-01'] },
    equation: `blocked by TST-01 (${count}); ${text(1)}`,
    findings,
    stages: stages.map((stage) => ({ ...stage, headline: text(3) })),
    matrix: {
      components: findings.slice(0, 40).map((_, index) => text(index)),
      stages: ['unit'],
      cells: findings.slice(0, 40).map(() => ['untested']),
    },
    stack: [{ service: text(0), kind: 'long-running', state: text(1), health: text(2), restarts: 0, phases: {} }],
    flaky: findings.map((_, index) => ({ stage: 'unit', test: text(index), attempts: [text(index)] })),
    notLooked: findings.map((_, index) => ({ code: 'GAT-01', what: text(index), because: text(index + 1), blocks: index % 2 === 0 })),
    timeline: findings.map((_, index) => ({ lane: text(index % 9), label: text(index), fromMs: index, toMs: index + 5, state: 'bad' })),
    claims: {
      file: text(0),
      claims: findings.map((_, index) => ({
        id: text(index),
        title: text(index + 1),
        kind: index % 2 === 0 ? 'defect' : 'statement',
        priority: 'P0',
        verdict: index % 3 === 0 ? 'confirmed' : 'not_tested',
        because: text(index + 2),
        tests: [{ name: text(index), outcome: 'passed', numbers: [text(index + 3)] }],
        source: { document: text(index) },
      })),
      tally: { claims: count, tested: 1, not_tested: 1, confirmed: 1, refuted: 1, documentation: 0, inconclusive: 0, tests: 1 },
      stated: findings.map((_, index) => ({
        text: text(index),
        of: 'confirmed',
        says: text(index + 1),
        computed: text(index + 2),
        holds: false,
        source: {},
      })),
    },
  };
}

function finding(text: (index: number) => string, index: number): Finding {
  return {
    code: 'TST-01',
    priority: 'P0',
    prioritySource: ['rule:P0'],
    title: text(index),
    stage: 'unit',
    result: { verdict: 'confirmed' },
    subject: `${text(index)} subject`,
    summary: `${text(index)}\n- ${text(index + 1)}\n\n${text(index + 2)}\n${text(index + 4)}`,
    evidence: [{ id: text(index + 3), shows: text(index + 1) }],
    locations: index % 2 === 0 ? [{ path: `src/${text(index)}.ts`, line: index + 1 }] : [],
    measured: text(index),
    expected: text(index + 1),
    fix: text(index + 2),
    effort: { range: '1 h', basis: 'rule-default' },
    repro: ['run', '--stage', text(index)],
    docs: 'docs/findings/TST-01.md',
    fingerprint: `r1:${index}`,
    novelty: 'new',
    disposition: 'blocking',
  };
}

function withTexts(texts: readonly string[]): ReportV1 {
  const text = (index: number) => texts[index % texts.length] ?? '';
  return hugeReport(3, text);
}
