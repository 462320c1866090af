import { execFileSync } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { nodeExec } from '../ports/node/exec.ts';
import { renamedSince } from '../run/git.ts';
import { fillCase } from '../../tests/cases/fill.ts';
import { makeBaseline } from './baseline.ts';
import type { JudgeInput } from './context.ts';
import { judge } from './judge.ts';

const AT = '2026-11-19T00:00:00.000Z';

/** A run whose critical files are not covered: one P0 finding each, whose subject is the file. */
function run(files: readonly string[], more: Partial<JudgeInput> = {}): JudgeInput {
  const critical = Object.fromEntries(files.map((file) => [file, 1]));
  const filled = fillCase({
    plan: { stages: [{ name: 'unit', commands: [{ results: ['r.xml'], coverage: { files: ['lcov.info'], min: 0, critical } }] }] },
    run: {},
    evidence: [
      { kind: 'exit' },
      { kind: 'tests', counts: { tests: 3, runs: 3, passed: 3 } },
      {
        kind: 'coverage',
        lines: { covered: 1, total: 2 },
        files: files.map((path) => ({ path, lines: { covered: 1, total: 2 }, uncovered: [[2, 2]] })),
      },
    ],
  });
  return { ...filled, ...more };
}

function baselineOf(input: JudgeInput) {
  return makeBaseline(input, judge(input), AT);
}

/** Code, file and novelty of what was found. */
function novelties(input: JudgeInput): string[] {
  return judge(input)
    .findings.filter(({ code }) => code === 'TST-07')
    .map(({ subject, novelty }) => `${subject.split(/[: ]/).find((part) => part.includes('/')) ?? subject} ${novelty}`)
    .toSorted();
}

const before = baselineOf(run(['src/auth/token.ts', 'src/auth/login.ts']));

describe('against the base branch', () => {
  test('a finding of a renamed file is known by its old name', () => {
    const renamed = new Map([['src/session/token.ts', 'src/auth/token.ts']]);
    const input = run(['src/session/token.ts', 'src/auth/login.ts'], { baseline: before });
    expect(novelties({ ...input, renamed })).toEqual(['src/auth/login.ts existing', 'src/session/token.ts moved']);
    expect(novelties(input)).toEqual(['src/auth/login.ts existing', 'src/session/token.ts new']);
  });

  test('an entry stands for one finding: what was copied, or stands at its old place still, absorbs no second', () => {
    const renamed = new Map([
      ['src/a/token.ts', 'src/auth/token.ts'],
      ['src/b/token.ts', 'src/auth/token.ts'],
    ]);
    const twice = run(['src/a/token.ts', 'src/b/token.ts'], { baseline: before, renamed });
    expect(novelties(twice).map((line) => line.split(' ')[1])).toEqual(['moved', 'new']);
    const both = run(['src/a/token.ts', 'src/auth/token.ts'], { baseline: before, renamed });
    expect(novelties(both)).toEqual(['src/a/token.ts new', 'src/auth/token.ts existing']);
  });

  test('what is gone is fixed, and what comes back is a relapse', () => {
    const repaired = run(['src/auth/login.ts'], { baseline: before });
    const gone = judge(repaired);
    expect(gone.fixed?.map(({ code, subject }) => `${code} ${subject}`)).toEqual([expect.stringMatching(/^TST-07 .*src\/auth\/token\.ts/)]);
    const after = makeBaseline(repaired, gone, '2026-11-20T00:00:00.000Z');
    expect(novelties(run(['src/auth/token.ts'], { baseline: after }))).toEqual(['src/auth/token.ts regressed']);
    // Once it stands on the base branch again it is known, and no relapse any more.
    const again = run(['src/auth/token.ts'], { baseline: after });
    expect(novelties(run(['src/auth/token.ts'], { baseline: baselineOf(again) }))).toEqual(['src/auth/token.ts existing']);
  });

  test('a renamed file is not fixed', () => {
    const renamed = new Map([['src/session/token.ts', 'src/auth/token.ts']]);
    expect(judge(run(['src/session/token.ts', 'src/auth/login.ts'], { baseline: before, renamed })).fixed).toBeUndefined();
  });

  test.each<[string, (input: JudgeInput) => JudgeInput]>([
    ['its report did not arrive', (input) => ({ ...input, evidence: input.evidence.filter(({ kind }) => kind !== 'coverage') })],
    [
      'its stage was stopped',
      (input) => ({ ...input, stageRuns: input.stageRuns.map((stage) => ({ ...stage, status: 'timedout' as const })) }),
    ],
    ['the run was narrowed', (input) => ({ ...input, plan: { ...input.plan, only: ['TST-01'] } })],
  ])('nothing is fixed when %s', (_, change) => {
    expect(judge(change(run(['src/auth/login.ts'], { baseline: before }))).fixed).toBeUndefined();
  });
});

test('git tells what a file was called on the base branch', async () => {
  const root = await mkdtemp(join(tmpdir(), 'gauntlet-renamed-'));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { encoding: 'utf8' }).trim();
  git('init', '-q');
  await writeFile(join(root, 'old name.ts'), 'line\n'.repeat(40));
  git('add', '-A');
  git('commit', '-qm', 'first');
  const sha = git('rev-parse', 'HEAD');
  await rename(join(root, 'old name.ts'), join(root, 'ü.ts'));
  git('add', '-A');
  const ports = { exec: nodeExec, env: { PATH: process.env['PATH'] ?? '' } };
  expect(await renamedSince({ ports, root }, sha)).toEqual(new Map([['ü.ts', 'old name.ts']]));
  expect(await renamedSince({ ports, root }, '--output=/tmp/x')).toEqual(new Map());
  expect(await renamedSince({ ports, root }, 'f'.repeat(40))).toEqual(new Map());
  await rm(root, { recursive: true });
});

describe('waivers', () => {
  const REASON = 'the vendor repairs this with version 4';
  const waived = (over: object): JudgeInput => {
    const filled = run(['src/auth/token.ts']);
    const waiver = {
      id: 'W-1',
      match: { code: 'TST-07', path: 'src/auth/*' },
      reason: REASON,
      approved_by: '@a',
      expires: '2026-11-30',
      ...over,
    };
    return { ...filled, plan: { ...filled.plan, policy: { block: ['P0'], waivers: [waiver] } } };
  };
  const told = (input: JudgeInput) => {
    const { verdict, findings } = judge(input);
    return [verdict.verdict, ...findings.filter(({ code }) => code === 'GAT-10').map(({ measured }) => measured)];
  };

  test('hold while what they excuse is no worse than it was', () => {
    expect(told(waived({}))).toEqual(['pass']);
    expect(told(waived({ only_while: 'measured >= 50' }))).toEqual(['pass']);
    expect(told(waived({ only_while: 'measured >= 60' }))).toEqual(['blocked', 'widened']);
  });

  test('of a P0 that end later than in two weeks hold, and are told', () => {
    expect(told(waived({ expires: '2026-12-04' }))).toEqual(['pass']);
    expect(told(waived({ expires: '2026-12-05' }))).toEqual(['pass', 'over-long']);
  });
});
