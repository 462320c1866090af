import { join } from 'node:path';

import { readReport } from '../lib/decode-report.ts';
import type { ChangedLines } from '../lib/diff.ts';
import type { Ratio } from '../model/coverage.ts';
import type { CoverageEvidence } from '../model/evidence.ts';
import type { GapReason } from '../model/gap.ts';
import { LIMITS } from '../model/limits.ts';
import { reportFix } from '../model/report-fixes.ts';
import { sourceOf, type Source } from '../model/source.ts';
import type { Disagreement } from '../model/tests.ts';
import type { Files, Ports } from '../ports/index.ts';
import type { CoverageContext, CoverageEvent, CoverageRecord, Totals } from './contract.ts';
import { doubtsAbout } from './doubts.ts';
import { CoverageMerge } from './merge.ts';
import { findNeverLoaded } from './never-loaded.ts';
import { PathMapper } from './paths.ts';
import { coverageFormats } from './registry.ts';
import { goModules, readSource, sourceBeside } from './sources.ts';

export interface CoverageGap {
  readonly reason: GapReason;
  readonly message: string;
  readonly source?: Source;
  readonly fix?: string;
}

export interface CoverageNote {
  readonly message: string;
  readonly source?: Source;
}

export interface CollectCoverageOptions {
  readonly ports: Pick<Ports, 'files'>;
  /** The repository. */
  readonly root: string;
  readonly paths: readonly string[];
  /** Git's own list of files, relative to `root`. */
  readonly tracked: readonly string[];
  readonly redact: (text: string) => string;
  /** Folder that the command ran in, relative to `root`. */
  readonly cwd?: string | undefined;
  /** Globs of the sources that tests should load, and of what is none after all. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** The lines of the change, when they are asked for and known. */
  readonly change?: { readonly base: string; readonly lines: ChangedLines } | undefined;
}

export interface CollectedCoverage {
  readonly coverage: Omit<CoverageEvidence, 'id' | 'stage' | 'window' | 'kind' | 'command'>;
  readonly gaps: readonly CoverageGap[];
  readonly notes: readonly CoverageNote[];
}

/** Paths named of those that could not be mapped; the rest is counted in a note. */
const UNMAPPED = 500;
const GAPS_PER_FILE = 20;
const NOTES = 50;
const DISAGREEMENTS = 100;
/** Folders that relative paths start at: a report has a few. */
const ROOTS = 50;

/** Coverage of one command: every report, merged per line, its paths led back to the repository's files. */
export async function collectCoverage(options: CollectCoverageOptions): Promise<CollectedCoverage> {
  const { ports, root, tracked, redact } = options;
  const merge = new CoverageMerge();
  const mapper = new PathMapper(root, tracked, await goModules(ports.files, root, tracked));
  const { gaps, notes, sources, disagreements } = await readAll(options, merge, mapper);
  const { unmapped, ambiguous } = settle(merge, mapper);
  for (const [path, candidates] of ambiguous.slice(0, GAPS_PER_FILE))
    notes.push({ message: redact(`${path} could be ${candidates.join(' or ')}`) });
  if (unmapped.length > UNMAPPED) notes.push({ message: `${unmapped.length - UNMAPPED} more paths lead to no file of the repository` });
  for (const doubt of await doubtsAbout({ ...options, files: ports.files, lastLines: merge.lastLines() }))
    gaps.push({ ...doubt, message: redact(doubt.message) });
  const told = notes.map(({ message, source }) => (source === undefined ? message : `${source.file}: ${message}`)).slice(0, NOTES);
  return {
    coverage: {
      sources,
      ...merge.totals(),
      files: merge.files(),
      ...(await unloaded(options, merge)),
      unmapped: unmapped.slice(0, UNMAPPED).map(redact),
      ...(disagreements.length > 0 && { disagreements }),
      ...(told.length > 0 && { notes: told }),
    },
    gaps,
    notes,
  };
}

interface ReadReports {
  readonly gaps: CoverageGap[];
  readonly notes: CoverageNote[];
  readonly sources: Source[];
  readonly disagreements: NonNullable<CoverageEvidence['disagreements']>;
}

/** Every report, with its records under the keys of the mapper. */
async function readAll(
  { ports, root, paths, redact, cwd }: CollectCoverageOptions,
  merge: CoverageMerge,
  mapper: PathMapper,
): Promise<ReadReports> {
  const all: ReadReports = { gaps: [], notes: [], sources: [], disagreements: [] };
  /** Reports that tell nothing but sums. */
  const withoutFiles: Source[] = [];
  for (const path of new Set(paths)) {
    const report = shownPath(root, path);
    const key = (raw: string, roots: readonly string[], within?: string): string =>
      mapper.place(raw, { roots, report, within, ...(cwd !== undefined && { cwd }) });
    let onlyTotals = false;
    const read = await readFile({ files: ports.files, root, redact }, path, {
      place: (record, roots) => merge.add(key(record.path, roots, record.within), record),
      totals: (totals) => {
        merge.stated(totals);
        onlyTotals ||= (totals.lines?.total ?? 0) > 0;
      },
      source: async (raw, roots) => {
        const mapped = mapper.now(key(raw, roots));
        return mapped.to === 'repository' ? await readSource(ports.files, join(root, mapped.path)) : undefined;
      },
    });
    if (onlyTotals) withoutFiles.push(read.source);
    all.sources.push(read.source);
    all.gaps.push(...read.gaps);
    all.notes.push(...read.notes);
    const room = DISAGREEMENTS - all.disagreements.length;
    all.disagreements.push(
      ...read.disagreements.slice(0, room).map((told) => ({ file: read.source.file, ...told, scope: redact(told.scope) })),
    );
  }
  if (merge.namesLines()) all.gaps.push(...withoutFiles.map(uncountable));
  return all;
}

function uncountable(source: Source): CoverageGap {
  const message = 'the report names no file, so nobody knows whether the other reports tell of the same: it is not counted';
  return { reason: 'unsupported', message: `${source.file}: ${message}`, source, ...reportFix('unsupported', 'coverage') };
}

/** Puts what was read under the repository's own paths; what leads nowhere keeps the path of its report. */
function settle(merge: CoverageMerge, mapper: PathMapper) {
  const unmapped = new Set<string>();
  const ambiguous = new Map<string, readonly string[]>();
  for (const [key, { raw, mapped }] of mapper.settle()) {
    if (!merge.has(key)) continue;
    if (mapped.to === 'ambiguous') ambiguous.set(raw, mapped.candidates);
    if (mapped.to !== 'repository') unmapped.add(raw);
    merge.move(key, mapped.to === 'repository' ? mapped.path : raw);
  }
  return { unmapped: [...unmapped], ambiguous: [...ambiguous] };
}

/** Files that no test loaded, and the lines of the change. Where nothing was covered at all, nothing can be told from likeness. */
async function unloaded({ ports, root, tracked, include, exclude, change }: CollectCoverageOptions, merge: CoverageMerge) {
  const found = await findNeverLoaded({
    tracked,
    told: new Set(merge.paths()),
    include,
    exclude,
    change: change?.lines,
    read: (path) => readSource(ports.files, join(root, path)),
  });
  const changed = change && {
    base: change.base,
    ...merge.changed(change.lines),
    ...(found.changed !== undefined && { neverLoaded: found.changed }),
  };
  return { ...(changed && { changed }), ...(found.neverLoaded && { neverLoaded: found.neverLoaded }) };
}

export interface CoverageInspection {
  readonly file: string;
  readonly format: string;
  readonly lines: Ratio;
  readonly branches?: Ratio;
  readonly functions?: Ratio;
  /** How many source files the report tells of. */
  readonly files: number;
  readonly disagreements?: readonly Disagreement[];
  readonly notes?: readonly string[];
  readonly gap?: CoverageGap;
}

/** Totals of one file by itself; `undefined` when no coverage format claims it. */
export async function inspectCoverage(files: Files, root: string, path: string): Promise<CoverageInspection | undefined> {
  const merge = new CoverageMerge();
  const { claimedBy, source, gaps, notes, disagreements } = await readFile({ files, root, redact: (text) => text }, path, {
    // Two modules may have a file of one name each.
    place: (record) => merge.add(record.within === undefined ? record.path : `${record.within}/${record.path}`, record),
    totals: (totals) => merge.stated(totals),
    source: (raw) => sourceBeside({ files, root, report: path }, raw),
  });
  if (claimedBy.length === 0) return undefined;
  const gap = gaps[0];
  return {
    file: source.file,
    format: claimedBy.length === 1 ? (claimedBy[0] ?? '') : 'ambiguous',
    ...merge.totals(),
    files: merge.size,
    ...(disagreements.length > 0 && { disagreements }),
    ...(notes.length > 0 && { notes: notes.map(({ message }) => message) }),
    ...(gap === undefined ? {} : { gap }),
  };
}

interface FileOutcome {
  readonly source: Source;
  readonly claimedBy: readonly string[];
  readonly gaps: readonly CoverageGap[];
  readonly notes: readonly CoverageNote[];
  readonly disagreements: readonly Disagreement[];
}

interface ReadContext {
  readonly files: Files;
  readonly root: string;
  readonly redact: (text: string) => string;
}

interface ReadHandlers {
  /** Is given each record with the roots that were named before it. */
  readonly place: (record: CoverageRecord, roots: readonly string[]) => void;
  readonly totals: (totals: Totals) => void;
  readonly source: (raw: string, roots: readonly string[]) => Promise<string | undefined>;
}

async function readFile({ files, root, redact }: ReadContext, path: string, handlers: ReadHandlers): Promise<FileOutcome> {
  const shown = shownPath(root, path);
  const gaps: { reason: GapReason; message: string }[] = [];
  const notes: string[] = [];
  const roots: string[] = [];
  const disagreements: Disagreement[] = [];
  let lines = 0;
  const take = (event: CoverageEvent): void => {
    if (event.type === 'file') {
      lines += event.record.lines.size + (event.record.totals?.total ?? 0);
      handlers.place(event.record, roots);
    } else if (event.type === 'totals') {
      const told = event.totals.lines?.total ?? 0;
      lines += told;
      if (told > 0) notes.push('the report names no file: all that is known is its total');
      handlers.totals(event.totals);
    } else if (event.type === 'root') {
      if (roots.length < ROOTS) roots.push(event.path);
    } else if (event.type === 'disagreement') {
      const { type: _, ...told } = event;
      if (disagreements.length < DISAGREEMENTS) disagreements.push(told);
    } else if (event.type === 'note') {
      if (notes.length < NOTES) notes.push(event.message);
    } else if (gaps.length < GAPS_PER_FILE) gaps.push({ reason: event.reason, message: event.message });
  };
  const context: CoverageContext = { source: (raw) => handlers.source(raw, roots) };
  const formats = coverageFormats.map(({ format, sniff, parse }) => ({
    format,
    sniff,
    parse: (text: AsyncIterable<string>, emit: (event: CoverageEvent) => void) => parse(text, emit, context),
  }));
  const bytes = (): AsyncIterable<Uint8Array> => files.stream(path.startsWith('/') ? path : join(root, path));
  const reading = await readReport({ path: shown, bytes, formats, maxBytes: LIMITS.reportBytes, emit: take });
  gaps.push(...reading.problems);
  if (gaps.length === 0 && lines === 0) gaps.push({ reason: 'empty', message: 'the report tells of no line' });
  const source = sourceOf(shown, reading);
  return {
    source,
    claimedBy: reading.claimedBy,
    disagreements,
    gaps: gaps.map(({ reason, message }) => ({
      reason,
      message: `${shown}: ${redact(message).slice(0, LIMITS.caseText)}`,
      source,
      ...reportFix(reason, 'coverage'),
    })),
    notes: [...notes, ...reading.notes].map((message) => ({ message: redact(message).slice(0, LIMITS.caseText), source })),
  };
}

function shownPath(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
