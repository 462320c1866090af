import { judge } from '../../src/judge/judge.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ReportV1 } from '../../src/model/report-v1.ts';
import { makeReport } from '../../src/report/report.ts';
import { fillCase } from '../cases/fill.ts';

/** Text of tests, branches and services that means something to a terminal, to Markdown, to HTML or to Mermaid. */
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

export const emptyReport = reportOf({ plan: {}, run: {}, evidence: [] });

/** What the pipeline makes of a case. */
export function reportOf(file: Parameters<typeof fillCase>[0]): ReportV1 {
  const filled = fillCase(file);
  return makeReport({ ...filled, judged: judge(filled), command: 'bin/gauntlet' });
}

/** A report with so many findings, tests and rows, all of them named by `text`: by default what somebody would write to break out. */
export function hugeReport(count: number, text: (index: number) => string = hostile): ReportV1 {
  const findings = Array.from({ length: count }, (_, index) => finding(text, index));
  const stages = reportOf({ plan: { stages: [{ name: 'unit', commands: [{}] }] }, run: {}, evidence: [{ kind: 'exit' }] }).stages;
  return {
    ...emptyReport,
    run: {
      ...emptyReport.run,
      forge: { ...emptyReport.run.forge, forge: 'github', runId: '18', runUrl: 'https://github.example/o/r/actions/runs/18' },
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
