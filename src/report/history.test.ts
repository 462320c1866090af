import { describe, expect, test } from 'vitest';

import type { ReportV1 } from '../model/report-v1.ts';
import { badgeEndpoint, badgeSvg, historyInWords, historyOf, scoreOf } from './history.ts';

const finding = (priority: string, verdict = 'confirmed') => ({ priority, result: { verdict } });
const of = (verdict: string, findings: readonly object[] = []) => ({ verdict: { verdict }, findings }) as unknown as ReportV1;
const run = (at: string, verdict: string, more: object = {}) =>
  ({
    ...of(verdict),
    run: { id: at, startedAt: at, finishedAt: at.replace(':00.', ':30.'), budget: 'pr', git: { head: 'abcdef0123456' } },
    stages: [{ name: 'unit', tests: { tests: 3 }, run: { durationMs: 900 } }],
    flaky: [],
    ...more,
  }) as unknown as ReportV1;

describe('RPT-10: the score', () => {
  test('is shown with its sum', () => {
    expect(scoreOf(of('pass'))).toEqual({ state: 'known', score: 100, sum: '100' });
    expect(scoreOf(of('blocked', [finding('P0'), finding('P1'), finding('P1'), finding('P3')]))).toEqual({
      state: 'known',
      score: 29,
      sum: '100 − 1 × P0 (40) − 2 × P1 (15) − 1 × P3 (1)',
    });
    expect(
      scoreOf(
        of(
          'blocked',
          Array.from({ length: 3 }, () => finding('P0')),
        ),
      ),
    ).toMatchObject({ score: 0, sum: '100 − 3 × P0 (40), not below 0' });
  });

  test('is none where something that is owed is not known', () => {
    expect(scoreOf(of('unknown', [finding('P0', 'not_tested')]))).toEqual({
      state: 'none',
      why: 'not everything that is owed was looked at',
    });
  });

  test('counts only what is confirmed', () => {
    expect(scoreOf(of('pass', [finding('P0', 'refuted'), finding('P1', 'inconclusive')]))).toMatchObject({ score: 100 });
  });
});

test('the history is in the order of time, bounded, and counts a flaky test once for each run', () => {
  const flaky = [
    { stage: 'unit', test: 'a', attempts: [] },
    { stage: 'unit', test: 'a', attempts: [] },
  ];
  const history = historyOf(
    [
      run('2026-11-03T10:00:00.000Z', 'pass', { flaky }),
      run('2026-11-01T10:00:00.000Z', 'blocked'),
      run('2026-11-02T10:00:00.000Z', 'unknown', { flaky }),
    ],
    2,
  );
  expect(history.runs.map(({ at, verdict, durationMs }) => [at.slice(8, 10), verdict, durationMs])).toEqual([
    ['02', 'unknown', 30_000],
    ['03', 'pass', 30_000],
  ]);
  expect(history.flaky).toEqual([{ test: 'unit › a', runs: 2 }]);
  const words = historyInWords(history);
  expect(words).toMatch(/^\?  2026-11-02 10:00  abcdef012  pr  unknown  30 s  3 tests  2 flaky  no score: not everything/);
  expect(words).toContain('1 of 2 runs passed; a score is a sum');
  expect(words).toContain('flaky in 2 runs: unit › a');
});

test('the badge says the verdict in a picture and in an endpoint', () => {
  expect(badgeSvg('blocked')).toMatch(/^<svg [^>]*aria-label="gauntlet: blocked"/);
  expect(badgeSvg('blocked')).not.toMatch(/href|url\(|<script/);
  expect(badgeEndpoint('pass')).toEqual({ schemaVersion: 1, label: 'gauntlet', message: 'pass', color: '2da44e' });
});
