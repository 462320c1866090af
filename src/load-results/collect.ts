import { join } from 'node:path';

import { readReport } from '../lib/decode-report.ts';
import { counted, grouped } from '../lib/text.ts';
import type { GapReason } from '../model/gap.ts';
import { LIMITS } from '../model/limits.ts';
import type { LoadTool } from '../model/load-results.ts';
import { reportFix } from '../model/report-fixes.ts';
import { sourceOf, type Source } from '../model/source.ts';
import type { Files } from '../ports/index.ts';
import type { LoadResultEvent } from './contract.ts';
import { durationOf, labelMetrics, wholeMetrics, windowOf, type LoadMetric, type LoadWindow } from './metrics.ts';
import { loadResultsFormats } from './registry.ts';
import { FileTally, merged, type Measure } from './tally.ts';

export interface CollectLoadOptions {
  readonly files: Files;
  /** The repository. */
  readonly root: string;
  readonly paths: readonly string[];
  readonly redact: (text: string) => string;
  /** Metrics that thresholds name: their labels are kept however many others there are. */
  readonly metrics?: readonly string[];
}

export interface LoadGap {
  readonly reason: GapReason;
  readonly message: string;
  readonly source?: Source;
  readonly fix?: string;
}

export interface CollectedLoad {
  /** Absent where no file told of a request. */
  readonly tool?: LoadTool;
  /** Empty where nothing of the load counts. */
  readonly metrics: readonly LoadMetric[];
  /** What the tool's requests, groups and scenarios are called. */
  readonly labels: readonly string[];
  /** Where the files say. */
  readonly window?: LoadWindow;
  readonly gaps: readonly LoadGap[];
}

const GAPS_PER_FILE = 20;
const NOTES = 50;

interface ReadFile {
  readonly tally: FileTally;
  readonly source: Source;
  readonly tool: string | undefined;
}

/** All load results of one command: samples and counts of several files add up, and summaries stand beside samples without counting twice. */
export async function collectLoad(options: CollectLoadOptions): Promise<CollectedLoad> {
  const gaps: LoadGap[] = [];
  const files: ReadFile[] = [];
  const wanted = new Set((options.metrics ?? []).map((metric) => metric.replace(/\.(?:latency|errors)$/, '')));
  for (const path of new Set(options.paths)) {
    const read = await readFile(options, path, wanted);
    gaps.push(...read.gaps);
    if (read.file) files.push(read.file);
  }
  const told = files.filter(({ tally }) => tally.companion === undefined);
  const tools = [...new Set(told.flatMap(({ tool }) => tool ?? []))];
  const [tool, another] = tools;
  if (tool === undefined) return { metrics: [], labels: [], gaps: gaps.length > 0 ? gaps : [onlyCompanions(files)] };
  if (another !== undefined) {
    const fix = 'Give each tool a command of its own, with its own `load_results`.';
    gaps.push({ reason: 'ambiguous', message: `results of ${tools.join(' and of ')} for one command: these are two loads`, fix });
    return { metrics: [], labels: [], gaps };
  }
  return measured(tool, told, gaps);
}

function onlyCompanions(files: readonly ReadFile[]): LoadGap {
  const names = files.map(({ source, tally }) => `${source.file} (${tally.companion ?? ''})`).join(', ');
  return {
    reason: 'no-samples',
    message: `no file tells of requests: there are only ${names}`,
    ...reportFix('no-samples', 'load-results'),
  };
}

async function readFile(
  { files, root, redact }: CollectLoadOptions,
  path: string,
  wanted: ReadonlySet<string>,
): Promise<{ file?: ReadFile; gaps: readonly LoadGap[] }> {
  const shown = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  const tally = new FileTally(wanted);
  const problems: { reason: GapReason; message: string }[] = [];
  const emit = (event: LoadResultEvent): void => {
    if (event.type !== 'gap') tally.take(event);
    else if (problems.length < GAPS_PER_FILE) problems.push({ reason: event.reason, message: event.message });
  };
  const bytes = (): AsyncIterable<Uint8Array> => files.stream(path.startsWith('/') ? path : join(root, path));
  const reading = await readReport({ path: shown, bytes, formats: loadResultsFormats, maxBytes: LIMITS.reportBytes, emit });
  problems.push(...reading.problems.map((problem) => (isBinaryLog(shown, problem.reason) ? BINARY_LOG : problem)));
  if (tally.absurd !== undefined) problems.push({ reason: 'malformed', message: `${tally.absurd}: no load has that` });
  if (problems.length === 0 && tally.companion === undefined && tally.whole.of === 0) problems.push(NO_SAMPLES);
  const source = sourceOf(shown, reading);
  for (const message of reading.notes) tally.take({ type: 'note', message });
  const gaps = problems.map(({ reason, message }) => ({
    reason,
    message: `${shown}: ${redact(message).slice(0, LIMITS.caseText)}`,
    source,
    ...reportFix(reason, 'load-results'),
  }));
  const tool = loadResultsFormats.find(({ format }) => format === source.format)?.tool;
  return { gaps, ...(gaps.length > 0 && tally.whole.of === 0 && tally.companion === undefined ? {} : { file: { tally, source, tool } }) };
}

const NO_SAMPLES = { reason: 'no-samples', message: 'it tells of no request: nothing was asked of the system' } as const;
const BINARY_LOG = {
  reason: 'unsupported',
  message: 'Gatling writes simulation.log in a binary form of its own since 3.11: name `js/stats.json` of its HTML report instead',
} as const;

function isBinaryLog(path: string, reason: GapReason): boolean {
  return reason === 'encoding' && /(?:^|\/)simulation\.log$/.test(path);
}

function measured(name: string, files: readonly ReadFile[], earlier: readonly LoadGap[]): CollectedLoad {
  const gaps = [...earlier];
  const sampled = files.filter(({ tally }) => tally.sampled);
  const counting = sampled.length > 0 ? sampled : files;
  if (sampled.length > 0)
    gaps.push(
      ...disagreements(
        sampled,
        files.filter(({ tally }) => !tally.sampled),
      ),
    );
  const tallies = counting.map(({ tally }) => tally);
  const whole = merged(tallies.map((tally) => tally.whole));
  const reporting = tallies.filter((tally) => tally.whole.reported !== undefined);
  if (reporting.length > 0 && tallies.length > 1) gaps.push(unmergeable(name, counting));
  const labels = [...new Set(tallies.flatMap((tally) => [...tally.labels.keys()]))];
  const doubt = doubtOf(files.map(({ tally }) => tally));
  if (doubt !== undefined) gaps.push({ reason: 'unproved', message: `${name}: ${doubt}`, ...reportFix('unproved', 'load-results') });
  const tool = toolOf(name, { files, tallies, whole, doubt });
  const window = windowOf(tallies);
  const metrics =
    doubt === undefined
      ? [
          ...wholeMetrics(name, { whole, tallies, tool }),
          ...labels.flatMap((label) => labelMetrics(name, label, merged(tallies.flatMap((tally) => tally.labels.get(label) ?? [])))),
        ]
      : [];
  return { tool, metrics, labels, gaps, ...(window === undefined ? {} : { window }) };
}

/** A summary beside samples must be of the same requests: else one of the two is of another run, or not all of it. */
function disagreements(sampled: readonly ReadFile[], summaries: readonly ReadFile[]): LoadGap[] {
  const of = sampled.reduce((sum, { tally }) => sum + tally.whole.of, 0);
  const said = summaries.reduce((sum, { tally }) => sum + tally.whole.of, 0);
  if (summaries.length === 0 || said === of) return [];
  const [first] = summaries;
  const message = `${first?.source.file ?? 'the summary'} tells of ${counted(said, 'request')}, and the samples of ${sampled.map(({ source }) => source.file).join(', ')} are ${grouped(of)}`;
  return [{ reason: 'malformed', message, fix: 'Have one run write both, and remove what earlier runs left.' }];
}

function unmergeable(name: string, files: readonly ReadFile[]): LoadGap {
  return {
    reason: 'unsupported',
    message: `percentiles of ${counted(files.length, 'file')} (${files
      .slice(0, 3)
      .map(({ source }) => source.file)
      .join(', ')}) have no common one: they cannot be added up`,
    fix: `Have ${name} write its samples, or one summary of all; or give each part a command of its own.`,
  };
}

function doubtOf(tallies: readonly FileTally[]): string | undefined {
  const dropped = new Map<string, number>();
  // The same drops stand in the samples and in the summary of a run.
  for (const tally of tallies) for (const [what, count] of tally.dropped) dropped.set(what, Math.max(count, dropped.get(what) ?? 0));
  const [first] = dropped;
  if (first === undefined) return undefined;
  return `${grouped(first[1])} ${first[0]} were dropped for want of users, so the load that was asked was not put on the system`;
}

interface Measuring {
  readonly files: readonly ReadFile[];
  readonly tallies: readonly FileTally[];
  readonly whole: Measure;
  readonly doubt: string | undefined;
}

function toolOf(name: string, { files, tallies, whole, doubt }: Measuring): LoadTool {
  const all = files.map(({ tally }) => tally);
  const {
    version,
    model = 'unknown',
    times = 'as it measures them',
  } = Object.assign({}, ...all.map(({ tool }) => tool)) as FileTally['tool'];
  const durationMs = durationOf(tallies);
  const unkept = all.reduce((sum, tally) => sum + tally.unkept, 0);
  const notes = [
    ...all.flatMap((tally) => tally.notes),
    ...(unkept > 0 ? ['there are more names of requests than are told apart: give requests of one kind one name'] : []),
  ];
  return {
    name,
    ...(version === undefined ? {} : { version }),
    model,
    times,
    requests: whole.of,
    failed: whole.failed,
    ...(durationMs === undefined ? {} : { durationMs }),
    thresholds: all.flatMap((tally) => tally.thresholds),
    ...(doubt === undefined ? {} : { doubt }),
    sources: files.map(({ source }) => source),
    notes: [...new Set(notes)].slice(0, NOTES),
  };
}
