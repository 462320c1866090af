import { counted, cut, grouped, oneLine } from '../lib/text.ts';
import type { Priority } from '../model/finding.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import { formatDuration } from '../model/units.ts';

/** What a finding takes off the score. Fixed weights and no denominator: the same findings give the same score for ever. */
const WEIGHTS: Readonly<Record<Priority, number>> = { P0: 40, P1: 15, P2: 5, P3: 1 };

/** A number for those who want one, with the sum that it is. It decides nothing. */
export type Score =
  | { readonly state: 'known'; readonly score: number; readonly sum: string }
  | { readonly state: 'none'; readonly why: string };

/** One run as the history keeps it. */
export interface PastRun {
  readonly id: string;
  /** ISO instant of its start. */
  readonly at: string;
  readonly head: string | undefined;
  readonly budget: string;
  readonly verdict: ReportV1['verdict']['verdict'];
  readonly durationMs: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly tests: number;
  readonly flaky: number;
  readonly score: Score;
}

export interface History {
  /** Oldest first. */
  readonly runs: readonly PastRun[];
  /** Tests that passed only when repeated, most often first. */
  readonly flaky: readonly { readonly test: string; readonly runs: number }[];
}

const MOST_FLAKY = 20;

/** The score of a run whose owed evidence arrived; none where the gate does not know everything that it should. */
export function scoreOf({ verdict, findings }: Pick<ReportV1, 'verdict' | 'findings'>): Score {
  if (verdict.verdict === 'unknown') return { state: 'none', why: 'not everything that is owed was looked at' };
  const confirmed = findings.filter(({ result }) => result.verdict === 'confirmed');
  const parts = Object.entries(WEIGHTS).flatMap(([priority, weight]) => {
    const count = confirmed.filter((finding) => finding.priority === priority).length;
    return count === 0 ? [] : [{ count, priority, weight }];
  });
  const whole = 100 - parts.reduce((sum, { count, weight }) => sum + count * weight, 0);
  const sum = ['100', ...parts.map(({ count, priority, weight }) => `${String(count)} × ${priority} (${String(weight)})`)].join(' − ');
  return { state: 'known', score: Math.max(0, whole), sum: whole < 0 ? `${sum}, not below 0` : sum };
}

/** The last runs of a repository, from the reports that they left. */
export function historyOf(reports: readonly ReportV1[], most: number): History {
  const ordered = reports.toSorted((a, b) => a.run.startedAt.localeCompare(b.run.startedAt)).slice(-most);
  const flaky = new Map<string, number>();
  for (const report of ordered)
    for (const test of new Set(report.flaky.map((one) => `${one.stage} › ${one.test}`))) flaky.set(test, (flaky.get(test) ?? 0) + 1);
  return {
    runs: ordered.map(pastRun),
    flaky: [...flaky]
      .map(([test, runs]) => ({ test, runs }))
      .toSorted((a, b) => b.runs - a.runs || a.test.localeCompare(b.test))
      .slice(0, MOST_FLAKY),
  };
}

function pastRun(report: ReportV1): PastRun {
  const { run, verdict, stages, flaky } = report;
  return {
    id: run.id,
    at: run.startedAt,
    head: run.git.head,
    budget: run.budget,
    verdict: verdict.verdict,
    durationMs: Math.max(0, Date.parse(run.finishedAt ?? run.startedAt) - Date.parse(run.startedAt)),
    stages: Object.fromEntries(stages.flatMap(({ name, run: own }) => (own ? [[name, own.durationMs]] : []))),
    tests: stages.reduce((sum, { tests }) => sum + (tests?.tests ?? 0), 0),
    flaky: flaky.length,
    score: scoreOf(report),
  };
}

const SIGNS = { pass: '✓', blocked: '✗', unknown: '?' } as const;

/** One line for each run, the newest last; then what moves, and what flickers. */
export function historyInWords({ runs, flaky }: History): string {
  const lines = runs.map(({ at, head, budget, verdict, durationMs, tests, flaky: unsteady, score }) =>
    [
      SIGNS[verdict],
      at.slice(0, 16).replace('T', ' '),
      (head ?? 'no commit').slice(0, 9),
      budget,
      verdict,
      formatDuration(durationMs < 1_000 ? durationMs : Math.round(durationMs / 1_000) * 1_000),
      counted(tests, 'test'),
      unsteady > 0 ? `${grouped(unsteady)} flaky` : '',
      score.state === 'known' ? `score ${String(score.score)} = ${score.sum}` : `no score: ${score.why}`,
    ]
      .filter((part) => part !== '')
      .join('  '),
  );
  const passed = runs.filter(({ verdict }) => verdict === 'pass').length;
  const total = `${grouped(passed)} of ${counted(runs.length, 'run')} passed; a score is a sum for whoever wants one, and decides nothing`;
  const unsteady = flaky.map(({ test, runs: times }) => `  flaky in ${counted(times, 'run')}: ${cut(oneLine(test), 200)}`);
  return `${[...lines, total, ...unsteady].join('\n')}\n`;
}

const COLORS = { pass: '#2da44e', blocked: '#cf222e', unknown: '#9a6700' } as const;

/** The newest verdict as a badge: an SVG of its own, without a foreign font or address. */
export function badgeSvg(verdict: PastRun['verdict'] | 'no run'): string {
  const color = verdict === 'no run' ? '#6e7781' : COLORS[verdict];
  const [left, right] = [66, verdict.length * 7 + 14];
  const width = String(left + right);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="gauntlet: ${verdict}"><title>gauntlet: ${verdict}</title><rect width="${width}" height="20" rx="3" fill="#24292f"/><path d="M${String(left)} 0h${String(right - 3)}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-${String(right - 3)}z" fill="${color}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="${String(left / 2)}" y="14">gauntlet</text><text x="${String(left + right / 2)}" y="14">${verdict}</text></g></svg>\n`;
}

/** The same for services that draw badges from an address: https://shields.io/badges/endpoint-badge */
export function badgeEndpoint(verdict: PastRun['verdict'] | 'no run'): Readonly<Record<string, string | number>> {
  return { schemaVersion: 1, label: 'gauntlet', message: verdict, color: verdict === 'no run' ? 'lightgrey' : COLORS[verdict].slice(1) };
}
