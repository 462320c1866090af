import { expect, test } from 'vitest';

import { fillCase } from '../../tests/cases/fill.ts';
import type { JudgeInput } from '../judge/context.ts';
import { judge } from '../judge/judge.ts';
import { ReportV1 } from '../model/report-v1.ts';
import { makeReport, reportExitCode } from './report.ts';

const COMPONENTS = { chat: ['websocket', 'chat hub'], cache: ['redis'], billing: [] };

function report(
  file: Partial<Parameters<typeof fillCase>[0]> & Pick<Parameters<typeof fillCase>[0], 'plan'>,
  cases: JudgeInput['cases'] = [],
) {
  const filled = fillCase({ run: {}, evidence: [], ...file });
  return ReportV1.parse(makeReport({ ...filled, judged: judge({ ...filled, cases }), command: 'bin/gauntlet' }));
}

test('the matrix finds components by whole words in files, classes, names, journeys and named services', () => {
  const { matrix } = report({
    plan: {
      stages: [
        { name: 'unit', commands: [{ results: ['r'] }] },
        { name: 'integration', commands: [{}], services: ['redis'] },
        { name: 'e2e', journeys: ['pay'] },
      ],
      components: COMPONENTS,
    },
    evidence: [
      {
        kind: 'tests',
        counts: { tests: 3, runs: 3, passed: 2, failed: 1 },
        failed: [{ name: 'joins', file: 'src/WebSocketServer.test.ts' }],
        slowest: [{ name: 'rebilling runs', durationMs: 4 }],
      },
      {
        kind: 'tests',
        stage: 'integration',
        counts: { tests: 1, runs: 1, passed: 1 },
        slowest: [{ name: 'stores', class: 'Other', durationMs: 4 }],
      },
      { kind: 'journey', stage: 'e2e', journey: 'pay', steps: [{ title: 'POST /billing/pay', type: 'http', durationMs: 3, misses: [] }] },
    ],
  });
  expect(matrix).toEqual({
    components: ['chat', 'cache', 'billing'],
    stages: ['unit', 'integration', 'e2e'],
    cells: [
      ['fail', 'untested', 'untested'],
      ['untested', 'pass', 'untested'],
      ['untested', 'untested', 'pass'],
    ],
  });
});

test('every test line counts for the matrix; one failure outweighs, a skip is no test', () => {
  const line = (id: string, status: 'passed' | 'failed' | 'skipped') => ({ stage: 'unit' as const, command: 'main', id, name: id, status });
  const { matrix } = report({ plan: { stages: [{ name: 'unit', commands: [{}] }], components: COMPONENTS } }, [
    line('chat hub › opens', 'passed'),
    line('ChatHub closes', 'failed'),
    line('chat again', 'passed'),
    line('redis › sets', 'skipped'),
    line('billing', 'passed'),
  ]);
  expect(matrix.cells).toEqual([['fail'], ['untested'], ['pass']]);
});

test('headlines say what was judged, and what was not', () => {
  const { stages } = report({
    plan: {
      stages: [
        { name: 'unit', commands: [{ results: ['r'], coverage: {} }] },
        { name: 'e2e', journeys: ['a', 'b'] },
        { name: 'chaos', commands: [{}] },
        { name: 'smoke', commands: [{}] },
      ],
    },
    stageRuns: [{ stage: 'unit' }, { stage: 'e2e' }, { stage: 'chaos' }],
    evidence: [
      { kind: 'exit' },
      { kind: 'tests', counts: { tests: 1204, runs: 1206, passed: 1204, flaky: 2 } },
      { kind: 'coverage', lines: { covered: 913, total: 1000 } },
      { kind: 'journey', stage: 'e2e', journey: 'a', steps: [{ title: 's', type: 'http', durationMs: 1, misses: [] }] },
      { kind: 'journey', stage: 'e2e', journey: 'b', attempt: 1, outcome: 'failed' },
      { kind: 'journey', stage: 'e2e', journey: 'b', attempt: 2, steps: [{ title: 's', type: 'http', durationMs: 1, misses: [] }] },
      { kind: 'exit', stage: 'chaos' },
    ],
  });
  expect(stages.map(({ name, outcome, headline }) => `${name} ${outcome}: ${headline}`)).toEqual([
    'unit pass: 1,204 tests, 2 flaky, 91.3 % lines',
    'e2e pass: 2 journeys',
    'chaos pass: 1 command',
    'smoke unknown: not looked at: stage smoke never started',
  ]);
});

test('counts come from the findings, and an interrupted run exits 4 whatever it knew', () => {
  const { counts, findings, run, verdict } = report({
    plan: { stages: [{ name: 'unit', commands: [{}] }] },
    run: { ended: 'interrupted' },
    evidence: [{ kind: 'exit', outcome: { ended: 'exit', code: 1 } }],
  });
  expect(verdict.verdict).toBe('blocked');
  expect(reportExitCode({ run, verdict })).toBe(4);
  expect(counts.blocking + counts.advisory + counts.waived).toBe(findings.length);
  expect(Object.values(counts.byPriority).reduce((sum, count) => sum + count, 0)).toBe(findings.length);
});

test.each([
  ['gauntlet.yml', ['run', '--stage', 'unit', '--only', 'x']],
  ['gauntlet.yml (none: suggested)', ['run', '--stage', 'unit', '--only', 'x']],
  ['chaos.yml', ['run', '--stage', 'unit', '--only', 'x', '--config', 'chaos.yml']],
])('a line that shows a finding again reads the configuration that showed it: %s', (configPath, repro) => {
  const filled = fillCase({ run: {}, evidence: [], plan: { stages: [{ name: 'unit', commands: [{}] }] } });
  const judged = judge(filled);
  const findings = judged.findings.map((finding) => ({ ...finding, repro: ['run', '--stage', 'unit', '--only', 'x'] }));
  const shown = makeReport({ ...filled, run: { ...filled.run, configPath }, judged: { ...judged, findings }, command: 'bin/gauntlet' });
  expect(shown.findings.length).toBeGreaterThan(0);
  for (const finding of shown.findings) expect(finding.repro).toEqual(repro);
});
