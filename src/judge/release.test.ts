import { describe, expect, test } from 'vitest';

import type { Verdict } from '../model/verdict.ts';
import { clearRelease, type ReleaseInput } from './release.ts';

const SHA = 'a'.repeat(40);
const WINDOW = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' };

const RIGHT: ReleaseInput = {
  sha: SHA,
  now: '2026-11-21T10:00:00.000Z',
  maxAgeMs: 7 * 86_400_000,
  stages: ['unit', 'chaos'],
  configSha256: 'c',
  run: {
    schema: 'gauntlet.run/1',
    id: 'r1',
    tool: { name: 'gauntlet', version: '1.0.0' },
    startedAt: WINDOW.from,
    finishedAt: WINDOW.to,
    budget: 'release',
    seed: 1,
    configPath: 'gauntlet.yml',
    configSha256: 'c',
    git: { head: SHA, dirty: false },
    forge: { forge: 'none', event: 'local', fork: false, runAttempt: 1 },
    machine: { platform: 'linux', cpus: 2, memoryBytes: 1, node: 'v24' },
    ended: 'completed',
  },
  stageRuns: (['unit', 'chaos'] as const).map((stage) => ({ stage, status: 'completed', window: WINDOW, durationMs: 1, workMs: 1 })),
  judged: { verdict: { verdict: 'pass' }, equation: 'pass', findings: [] },
  stored: undefined,
  altered: [],
};
const RUN = RIGHT.run;
const STORED = { verdict: { verdict: 'pass' }, run: RUN } as const;
const GOOD: ReleaseInput = { ...RIGHT, stored: STORED };

const refusals = (input: ReleaseInput) => clearRelease(input).refusals.map(({ code, what }) => `${code} ${what}`);

test('the right one goes out', () => {
  expect(clearRelease({ ...GOOD, provenance: { state: 'known', headSha: SHA, conclusion: 'success' } })).toMatchObject({
    cleared: true,
    refusals: [],
    notes: [],
    stages: [{ name: 'unit' }, { name: 'chaos' }],
  });
});

describe('REL-04: all stages have evidence at this commit', () => {
  test.each<[string, Partial<ReleaseInput>, string]>([
    ['a stage is missing', { stageRuns: RIGHT.stageRuns.slice(0, 1) }, 'the stage chaos has no evidence at this commit'],
    [
      'a stage did not come to its end',
      { stageRuns: RIGHT.stageRuns.map((stage) => ({ ...stage, ...(stage.stage === 'chaos' ? { status: 'timedout' as const } : {}) })) },
      'the stage chaos ended as timedout',
    ],
    [
      'a stage is older than its run',
      {
        stageRuns: RIGHT.stageRuns.map((stage) => ({
          ...stage,
          ...(stage.stage === 'unit' ? { window: { ...WINDOW, from: '2026-11-19T10:00:00.000Z' } } : {}),
        })),
      },
      'the stage unit began before its own run did',
    ],
  ])('%s', (_, change, what) => {
    expect(refusals({ ...GOOD, ...change })).toEqual([`REL-04 ${what}`]);
  });

  test('one that nobody asks for need not be there', () => {
    expect(refusals({ ...GOOD, stages: ['unit'], stageRuns: RIGHT.stageRuns.slice(0, 1) })).toEqual([]);
  });
});

describe('REL-05: only a pass goes out', () => {
  test.each([
    [{ verdict: 'blocked', by: ['TST-01'] } satisfies Verdict, 'blocked by TST-01'],
    [{ verdict: 'unknown', because: ['GAT-01'] } satisfies Verdict, 'unknown, which blocks: no report'],
  ])('%o does not', (verdict, equation) => {
    const input = { ...GOOD, judged: { verdict, equation, findings: [] } };
    expect(refusals(input)).toContainEqual(`REL-05 judged today, the evidence is no pass: ${equation}`);
    expect(clearRelease(input).cleared).toBe(false);
  });
});

describe('the evidence belongs to this commit, and is fresh', () => {
  test.each<[string, Partial<ReleaseInput>, string]>([
    ['another commit', { sha: 'b'.repeat(40) }, 'RPT-11 the verdict is about aaaaaaaaaaaa, and bbbbbbbbbbbb is to go out'],
    [
      'no commit',
      { run: { ...RUN, git: { dirty: false } }, stored: { ...STORED, run: { ...RUN, git: { dirty: false } } } },
      'RPT-11 the verdict is about no commit',
    ],
    ['a changed work tree', { run: { ...RUN, git: { head: SHA, dirty: true } } }, 'its work tree had changes'],
    ['another configuration', { configSha256: 'd' }, 'the run had another configuration'],
    ['a smaller budget', { run: { ...RUN, budget: 'nightly' } }, 'the run had the budget nightly'],
    ['an interrupted run', { run: { ...RUN, ended: 'interrupted' } }, 'the run did not come to its end: interrupted'],
    ['a stale verdict', { now: '2026-11-28T11:00:01.000Z' }, 'the verdict is 168h0m1s old'],
    ['a run of tomorrow', { now: '2026-11-20T10:00:00.000Z' }, 'the run ends in the future'],
    ['a run without an end', { run: { ...RUN, finishedAt: undefined } }, 'the run has no end'],
  ])('%s', (name, change, what) => {
    const all = refusals({ ...GOOD, ...change });
    expect(all.length, all.join('\n')).toBe(1);
    expect(all[0]).toContain(name === 'a stale verdict' ? 'old, and at most' : what);
  });

  test('the last moment still counts', () => {
    expect(refusals({ ...GOOD, now: '2026-11-27T11:00:00.000Z' })).toEqual([]);
  });
});

describe('what was forged', () => {
  test.each<[string, Partial<ReleaseInput>, string]>([
    ['never judged', { stored: undefined }, 'the run was never judged'],
    ['another run’s report', { stored: { ...STORED, run: { ...RUN, id: 'r2' } } }, 'the report in this folder is another run’s'],
    [
      'a report that did not pass',
      { stored: { ...STORED, verdict: { verdict: 'blocked', by: ['X'] } } },
      'the run’s own verdict was blocked',
    ],
    ['a file that was changed', { altered: ['logs/api.log'] }, 'logs/api.log is not what the evidence says of it'],
    [
      'a workflow run about another commit',
      { provenance: { state: 'known', headSha: 'b'.repeat(40), conclusion: 'success' } },
      'the forge says that this workflow run was about bbbbbbbbbbbb',
    ],
    [
      'a workflow run that failed',
      { provenance: { state: 'known', headSha: SHA, conclusion: 'failure' } },
      'the forge says that this workflow run ended as failure',
    ],
    [
      'a workflow run that nobody knows',
      { provenance: { state: 'unknown', because: 'Not Found' } },
      'the forge was asked for this workflow run: Not Found',
    ],
  ])('%s', (_, change, what) => {
    expect(refusals({ ...GOOD, ...change })).toEqual([`RPT-11 ${what}`]);
  });

  test('a report that says pass over evidence that blocks', () => {
    const judged = {
      verdict: { verdict: 'blocked', by: ['TST-01'] },
      equation: 'blocked by TST-01',
      findings: [],
    } satisfies ReleaseInput['judged'];
    expect(refusals({ ...GOOD, judged })).toContainEqual('RPT-11 its report says pass, and its evidence does not');
  });
});
