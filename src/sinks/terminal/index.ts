import { clockFace, formatDuration } from '../../model/units.ts';
import { counted, cut, grouped, oneLine, visible } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { defineSink } from '../contract.ts';
import { claimProof, claimTally, claimWord, statedTally } from '../sections/claims.ts';
import { DEGRADATION_CELLS } from '../sections/degradation.ts';
import { reproLine, where } from '../sections/findings.ts';
import { loadCells, performanceTally, thresholdCells, toolNotes } from '../sections/performance.ts';

/** How words stand out; picocolors has this shape. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const same = (text: string) => text;
const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same };
const MOST = 20;
/** Lines told of one finding. */
const STORY = 16;

/** The report for people at a terminal, without colour codes. */
export const terminal = defineSink({
  name: 'terminal',
  summary: 'the report for a terminal',
  render: (report) => renderTerminal(report),
});

export interface Rendering {
  readonly style?: Style;
  /** Run directory as the reader reaches it; below the repository without it. */
  readonly directory?: string | undefined;
}

/** The same with colours: verdict and equation first, then findings, stages, and where the report is. */
export function renderTerminal(report: ReportV1, { style = PLAIN, directory }: Rendering = {}): string {
  const shown = report.findings.filter(({ disposition }) => disposition !== 'waived');
  const rest = shown.length - MOST;
  const blocks = [
    verdictBlock(report, style),
    ...shown.slice(0, MOST).map((finding) => findingBlock(report, finding, style)),
    rest > 0 ? `${counted(rest, 'more finding')} in the full report.` : '',
    stageBlock(report, style),
    performanceBlock(report, style),
    degradationBlock(report, style),
    claimsBlock(report, style),
    restBlock(report),
    whereBlock(report, { style, directory }),
    // The eye rests at the end of a long output: the answer stands there again.
    shown.length > 1 ? verdictLine(report, style) : '',
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function verdictBlock(report: ReportV1, style: Style): string {
  const held = report.findings.filter(({ disposition }) => disposition === 'release-blocking').length;
  const baseline =
    report.baseline.state === 'none' && held > 0
      ? `no baseline (${oneLine(report.baseline.because)}): nobody can tell what is new, so ${counted(held, 'P1 blocks', 'P1 block')} a release and not this change`
      : '';
  return [verdictLine(report, style), baseline].filter(Boolean).join('\n');
}

/** `BLOCKED by TST-01; clearing this turns it green`. */
function verdictLine({ verdict: { verdict }, equation }: ReportV1, style: Style): string {
  const paint = verdict === 'pass' ? style.green : style.red;
  const rest = oneLine(equation);
  return `${style.bold(paint(verdict.toUpperCase()))}${rest.startsWith(verdict) ? rest.slice(verdict.length) : `: ${rest}`}`;
}

function whereBlock({ run }: ReportV1, { style, directory }: Required<Pick<Rendering, 'style'>> & Rendering): string {
  const dirty = run.git.dirty ? ' with uncommitted changes' : '';
  return [
    `report  ${directory ?? `.gauntlet/runs/${oneLine(run.id)}`}/report.md (also .json, .html; evidence/ and logs/ beside it)`,
    run.git.head === undefined
      ? ''
      : style.dim(`commit  ${oneLine(run.git.head).slice(0, 12)}${dirty}, budget ${run.budget}, seed ${run.seed}`),
  ]
    .filter(Boolean)
    .join('\n');
}

function findingBlock(report: ReportV1, finding: Finding, style: Style): string {
  const blocks = finding.disposition === 'blocking';
  const known =
    finding.result.verdict === 'confirmed'
      ? { new: 'new', existing: 'known', moved: 'known', regressed: 'regressed', unknown: '' }[finding.novelty]
      : 'not looked at';
  const mark = [finding.priority, known, blocks ? 'blocks' : finding.disposition === 'release-blocking' ? 'blocks a release' : '']
    .filter(Boolean)
    .join(', ');
  const row = (name: string, value: string) => `  ${style.dim(name.padEnd(9))} ${value}`;
  // What does not block is told in short: the whole story is in the report.
  const told = (blocks ? visible(finding.summary) : '').split('\n').filter((line) => line.trim() !== '');
  const story = told.slice(0, told.length > STORY ? STORY - 1 : STORY).map((line) => `    ${cut(line, 200)}`);
  if (told.length > STORY) story.push(`    … and ${counted(told.length - story.length, 'more line')} in the full report`);
  return [
    `${style.bold(blocks ? style.red(finding.code) : style.yellow(finding.code))} ${oneLine(finding.title)} ${style.dim(`(${mark})`)}`,
    ...story,
    row('where', `${cut(oneLine(where(finding)), 160)}${finding.owners ? ` (${cut(oneLine(finding.owners.join(' ')), 120)})` : ''}`),
    row('measured', `${oneLine(finding.measured)}; allowed: ${oneLine(finding.expected)}`),
    ...finding.evidence.slice(0, blocks ? 2 : 0).map(({ id, shows }) => row('proof', `${oneLine(id)}: ${cut(oneLine(shows), 200)}`)),
    row('fix', `${oneLine(finding.fix)} (${finding.effort.range})`),
    row('again', oneLine(reproLine(report, finding))),
  ].join('\n');
}

/** What each journey becomes without each dependency, one line for each fault. */
function degradationBlock({ degradation }: ReportV1, style: Style): string {
  if (degradation === undefined) return '';
  const lines = degradation.rows.slice(0, MOST).map(({ dependency, fault, cells }) => {
    const said = cells.map((cell, index) => {
      const text = `${oneLine(degradation.journeys[index] ?? '')} ${DEGRADATION_CELLS[cell]}`;
      return text.includes('✗') ? style.red(text) : text;
    });
    return `  ${cut(oneLine(dependency), 24).padEnd(12)} ${said.join(', ')} ${style.dim(`(${cut(oneLine(fault), 60)})`)}`;
  });
  const hidden = degradation.rows.length - lines.length + degradation.more;
  return [
    style.bold('without a dependency'),
    ...lines,
    ...(hidden > 0 ? [`  ${counted(hidden, 'more fault')} in the full report`] : []),
  ].join('\n');
}

function stageBlock({ stages }: ReportV1, style: Style): string {
  const width = Math.max(0, ...stages.map(({ name }) => name.length));
  const MARKS = { pass: style.green('✓'), blocked: style.red('✗'), unknown: style.yellow('?') };
  return stages
    .map(({ name, outcome, headline, run }) => {
      const asked = run?.askedMs === undefined ? '' : `, asked ${formatDuration(run.askedMs)}`;
      return `${MARKS[outcome]} ${name.padEnd(width)}  ${oneLine(headline)}${run ? style.dim(`  ${clockFace(run.durationMs)}${asked}`) : ''}`;
    })
    .join('\n');
}

/** The claims in one line each: what nobody tested stands with the others. */
function claimsBlock({ claims }: ReportV1, style: Style): string {
  if (claims === undefined) return '';
  const shown = claims.claims.slice(0, 60);
  const ids = Math.max(...shown.map(({ id }) => id.length), 0);
  const lines = shown.map((claim) => {
    const word = claimWord(claim).padEnd(14);
    const good = claim.kind === 'statement' ? 'confirmed' : 'refuted';
    const paint =
      claim.verdict === good ? style.green : claim.verdict === 'not_tested' || claim.verdict === 'inconclusive' ? style.yellow : style.red;
    return `  ${oneLine(claim.id).padStart(ids)}  ${paint(word)} ${cut(oneLine(claim.title), 60)}${style.dim(`  ${cut(claimProof(claim), 100)}`)}`;
  });
  const wrong = claims.stated.filter(({ holds }) => !holds);
  return [
    `claims (${oneLine(claims.file)}): ${[claimTally(claims), statedTally(claims)].filter(Boolean).join('; ')}`,
    ...lines,
    ...(claims.claims.length > shown.length ? [`  and ${claims.claims.length - shown.length} more`] : []),
    ...wrong
      .slice(0, 10)
      .map(({ text, says, computed }) =>
        style.yellow(`  "${cut(oneLine(text), 80)}": stated ${cut(oneLine(says), 40)}, counted ${cut(oneLine(computed), 160)}`),
      ),
  ].join('\n');
}

/** Each load in one line, and each threshold below. */
function performanceBlock({ performance }: ReportV1, style: Style): string {
  if (!performance || performance.length === 0) return '';
  const loads = performance
    .filter(({ load }) => load !== undefined)
    .map(loadCells)
    .map(([name = '', asked = '', achieved = '', n = '', p50 = '', p95 = '', p99 = '', errors = '']) =>
      p50 === ''
        ? `  ${oneLine(name)}  ${askedText(asked)}${cut(oneLine(achieved), 160)}`
        : `  ${oneLine(name)}  ${askedText(asked)}got ${achieved}; n ${n}, p50 ${p50}, p95 ${p95}, p99 ${p99}; errors ${errors}`,
    );
  const paint: Record<string, (text: string) => string> = { '✓': style.green, '✗': style.red, '?': style.yellow };
  const limits = thresholdCells(performance)
    .slice(0, 40)
    .map(([mark = '', text = '', under = '', measured = '']) => {
      const shown = style.dim(`  ${cut(oneLine(under), 40)}: ${cut(oneLine(measured), 160)}`);
      return `  ${paint[mark]?.(mark) ?? mark} ${cut(oneLine(text), 80)}${shown}`;
    });
  const notes = toolNotes(performance).map((note) => style.dim(`  ${oneLine(note)}`));
  return [`performance: ${performanceTally(performance)}`, ...loads, ...limits, ...notes].join('\n');
}

function askedText(asked: string): string {
  return asked === '' ? '' : `asked ${asked}; `;
}

function restBlock({ notLooked: all, findings, flaky, missingTests }: ReportV1): string {
  // What blocks stands among the findings already.
  const notLooked = all.filter(({ blocks }) => !blocks);
  const open = notLooked.slice(0, 10).map(({ code, because }) => `  ${code}: ${cut(oneLine(because), 200)}`);
  const more = notLooked.length > 10 ? [`  and ${grouped(notLooked.length - 10)} more`] : [];
  const waived = findings
    .filter(({ disposition }) => disposition === 'waived')
    .map(({ code, title, waiver }) => `  ${code}: ${cut(oneLine(title), 160)} (${oneLine(waiver ?? 'waived')})`);
  const unlisted = (missingTests?.total ?? 0) - Math.min(3, missingTests?.list.length ?? 0);
  const work =
    missingTests?.list.slice(0, 3).map(({ what, where: place }) => `  ${cut(oneLine(what), 120)}: ${cut(oneLine(place), 80)}`) ?? [];
  return [
    work.length > 0
      ? [
          `missing tests (${grouped(missingTests?.total ?? 0)}), most valuable first:`,
          ...work,
          ...(unlisted > 0 ? [`  and ${grouped(unlisted)} more in the report`] : []),
        ].join('\n')
      : '',
    notLooked.length > 0 ? ['not looked at:', ...open, ...more].join('\n') : '',
    waived.length > 0 ? ['waived:', ...waived].join('\n') : '',
    flaky.length > 0 ? `${grouped(flaky.length)} flaky` : '',
  ]
    .filter(Boolean)
    .join('\n');
}
