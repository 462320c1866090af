import { code, fenced, folded, mermaidLabel, prose, table, text } from '../../lib/markdown.ts';
import { capital, counted, cut, grouped } from '../../lib/text.ts';
import type { MatrixCell, ReportV1 } from '../../model/report-v1.ts';
import { clockFace, formatDuration } from '../../model/units.ts';

type Stage = ReportV1['stages'][number];

const MARKS: Record<Stage['outcome'], string> = { pass: '✓', blocked: '✗', unknown: '?' };
const CELLS: Record<MatrixCell, string> = { pass: '✓', fail: '✗', untested: '', not_applicable: 'n/a' };

/** Stage by stage: what was run, how long, and how long it was asked to run. */
export function stageTable({ stages, run }: ReportV1): string {
  if (stages.length === 0) return '';
  return filled(
    ['stage', 'result', 'time', 'asked / run'],
    stages.map((stage) => [
      stage.name,
      `${MARKS[stage.outcome]} ${prose(cut(stage.headline, 200))}`,
      stage.run ? clockFace(stage.run.durationMs) : '',
      askedRun(stage, run.budget),
    ]),
  );
}

function askedRun({ run }: Stage, budget: string): string {
  if (run?.askedMs === undefined) return '';
  const short = run.durationMs < run.askedMs * 0.95;
  return `${formatDuration(run.askedMs)} / ${formatDuration(run.durationMs)}${short ? ` (\`${budget}\` budget)` : ''}`;
}

/** Which part of the system was tested where. */
export function matrixFold({ matrix }: ReportV1): string {
  if (matrix.components.length === 0 || matrix.stages.length === 0) return '';
  const rows = matrix.components
    .slice(0, 60)
    .map((component, index) => [code(cut(component, 60)), ...(matrix.cells[index] ?? []).map((cell) => CELLS[cell])]);
  const empty = matrix.cells.flat().filter((cell) => cell === 'untested').length;
  return folded(
    `Component × stage${empty > 0 ? ` (${counted(empty, 'cell')} untested)` : ''}`,
    table(['component', ...matrix.stages], rows),
  );
}

/** The tests against those of the base branch: known failures apart from new ones, and what is gone. */
export function againstFold({ against, baseline }: ReportV1, most: number): string {
  if (!against || baseline.state !== 'compared') return '';
  const rows = against.stages.map((stage) => [
    stage.stage,
    ...COUNTS.map(([, count]) => count(stage)).map((count) => (count > 0 ? grouped(count) : '')),
  ]);
  const changes = against.tests
    .filter(({ change }) => change !== 'still failing')
    .map(
      ({ stage, change, test, path, detail }) =>
        `${change} in ${stage}: ${code(cut(test, 160))}${detail === undefined ? '' : ` ${text(detail)}`}${path === undefined ? '' : ` (${code(cut(path, 120))})`}`,
    );
  const open = against.notCompared.map(({ stage, because }) => `${stage} was not compared: ${prose(cut(because, 200))}`);
  if (changes.length + open.length === 0 && rows.every((row) => row.slice(1).join('') === '')) return '';
  const parts = [filled(['stage', ...COUNTS.map(([name]) => name)], rows), list([...open, ...changes], most)];
  return folded(`Tests against the base branch (${code(baseline.sha.slice(0, 7))})`, parts.filter(Boolean).join('\n\n'));
}

type Against = NonNullable<ReportV1['against']>['stages'][number];
const COUNTS: readonly (readonly [string, (stage: Against) => number])[] = [
  ['newly failing', ({ newlyFailing }) => newlyFailing],
  ['still failing', ({ stillFailing }) => stillFailing],
  ['fixed', ({ fixed }) => fixed],
  ['newly skipped', ({ newlySkipped }) => newlySkipped],
  ['newly flaky', ({ newlyFlaky }) => newlyFlaky],
  ['gone', ({ vanished }) => vanished],
  ['moved', ({ moved }) => moved],
  ['added', ({ added }) => added],
  ['slower', ({ slower }) => slower],
];

/** Tests that nobody has written yet, as work: the most valuable first. */
export function missingFold({ missingTests }: ReportV1, most: number): string {
  if (!missingTests || missingTests.total === 0) return '';
  const { list: all, total } = missingTests;
  const lines = all
    .slice(0, most)
    .map(
      ({ what, why, where, stage }, index) =>
        `${index + 1}. ${prose(cut(what, 200))} (${stage}): ${prose(cut(why, 240))}; write it in ${placeOf(where)}`,
    );
  const rest = total - lines.length;
  return folded(
    `Missing tests (${grouped(total)})`,
    [...lines, ...(rest > 0 ? [`\n${grouped(rest)} more in the full report.`] : [])].join('\n'),
  );
}

/** A path as code, a place in words as words. */
function placeOf(where: string): string {
  return /\s/.test(where) ? prose(cut(where, 160)) : code(cut(where, 160));
}

/** A table without the columns that say nothing here: on a phone each costs a screen's width. */
function filled(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = <T>(line: readonly T[]) => line.filter((_, index) => rows.some((row) => (row[index] ?? '') !== ''));
  return table(kept(head), rows.map(kept));
}

/** How long each service took until it was healthy. */
export function stackFold({ stack }: ReportV1): string {
  if (stack.length === 0) return '';
  const rows = stack.slice(0, 60).map(({ service, kind, state, health, restarts, phases }) => [
    code(cut(service, 60)),
    // Nobody asks a one-shot for its health: its exit is what counts.
    text(kind === 'one-shot' ? `${state}, one-shot` : health === 'none' ? `${state}, no health check` : `${state}, ${health}`),
    String(restarts),
    ...[phases.pullMs, phases.buildMs, phases.startMs, phases.healthyMs].map((ms) => (ms === undefined ? '' : formatDuration(ms))),
  ]);
  return folded(
    `Stack (${counted(stack.length, 'service')})`,
    filled(['service', 'state', 'restarts', 'pull', 'build', 'start', 'healthy'], rows),
  );
}

/** The run as a Gantt chart, which GitHub draws. */
export function timelineFold({ timeline }: ReportV1, most: number): string {
  if (timeline.length === 0) return '';
  const bars = timeline.slice(0, most);
  const lanes = [...new Set(bars.map(({ lane }) => lane))];
  const STATE = { ok: 'done', bad: 'crit', unknown: 'active' } as const;
  const lines = lanes.flatMap((lane) => [
    `  section ${mermaidLabel(lane)}`,
    ...bars
      .filter((bar) => bar.lane === lane)
      .map(
        ({ label, state, fromMs, toMs }) =>
          `  ${mermaidLabel(label)} :${STATE[state]}, ${Math.round(fromMs)}, ${Math.round(Math.max(toMs, fromMs + 1))}`,
      ),
  ]);
  const more = timeline.length > bars.length ? `\n\n${counted(timeline.length - bars.length, 'more bar')} in the full report.` : '';
  return folded('Timeline', `${fenced(['gantt', '  dateFormat x', '  axisFormat %M:%S', ...lines].join('\n'), 'mermaid')}${more}`);
}

/** What was not looked at, waived or flaky: nothing is silently missing. */
export function restFold(report: ReportV1, most: number): string {
  const waived = report.findings.filter(({ disposition }) => disposition === 'waived');
  const { flaky } = report;
  // What blocks stands among the findings already.
  const notLooked = report.notLooked.filter(({ blocks }) => !blocks);
  const groups = { 'not looked at': notLooked, waived, flaky };
  const title = Object.entries(groups)
    .filter(([, { length }]) => length > 0)
    .map(([name, { length }]) => `${name} (${length})`)
    .join(', ');
  if (title === '') return '';
  const body = [
    list(
      notLooked.map(({ code: row, what, because }) => `${row} ${prose(cut(what, 160))}: ${prose(cut(because, 240))}`),
      most,
    ),
    list(
      waived.map(({ code: row, title: name, waiver }) => `${row} ${prose(cut(name, 160))}: waived by ${code(cut(waiver ?? '', 80))}`),
      most,
    ),
    list(
      flaky.map(({ stage, test, attempts }) => `${stage}: ${code(cut(test, 160))} ${text(cut(attempts.join(' → '), 80))}`),
      most,
    ),
  ];
  return folded(capital(title), body.filter(Boolean).join('\n\n'));
}

function list(items: readonly string[], most: number): string {
  const lines = items.slice(0, most).map((item) => `- ${item}`);
  return [...lines, ...(items.length > most ? [`- and ${items.length - most} more in the full report`] : [])].join('\n');
}

/** Which commit and run this speaks about, and where all of it is. */
export function footer({ run }: ReportV1): string {
  const { forge, git } = run;
  const head = git.head ?? forge.headSha;
  const url = forge.runUrl !== undefined && /^https?:\/\/[^\s<>()"'`[\]|\\]{1,500}$/.test(forge.runUrl) ? forge.runUrl : undefined;
  const name = `run ${/^\d{1,20}$/.test(forge.runId ?? '') ? forge.runId : 'log'}`;
  const parts = [
    head === undefined ? '' : code(cut(head.slice(0, 7), 7)),
    url === undefined ? code(cut(run.id, 80)) : `[${name}](${url})`,
    forge.runAttempt > 1 ? `attempt ${forge.runAttempt}` : '',
    `budget \`${run.budget}\``,
    forge.forge === 'none'
      ? `full report and logs: ${code(cut(`.gauntlet/runs/${run.id}/`, 120))}`
      : 'full report and logs: artifact `gauntlet-report`',
    `gauntlet ${code(cut(run.tool.version, 30))}`,
  ];
  return `<sub>${parts.filter(Boolean).join(' · ')}</sub>`;
}
