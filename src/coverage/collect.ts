import { join } from 'node:path';

import { readReport } from '../lib/decode-report.ts';
import type { ChangedLines } from '../lib/diff.ts';
import type { Ratio } from '../model/coverage.ts';
import type { CoverageEvidence, GapReason } from '../model/evidence.ts';
import { LIMITS } from '../model/limits.ts';
import { sourceOf, type Source } from '../model/source.ts';
import type { Files, Ports } from '../ports/index.ts';
import type { CoverageEvent, CoverageRecord } from './contract.ts';
import { CoverageMerge } from './merge.ts';
import { PathMapper } from './paths.ts';
import { coverageFormats } from './registry.ts';

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

/** Coverage of one command: every report, merged per line, its paths led back to the repository's files. */
export async function collectCoverage({ ports, root, paths, tracked, redact, change }: CollectCoverageOptions): Promise<CollectedCoverage> {
  const merge = new CoverageMerge();
  const mapper = new PathMapper(root, tracked);
  const unmapped = new Set<string>();
  const ambiguous = new Map<string, readonly string[]>();
  const gaps: CoverageGap[] = [];
  const notes: CoverageNote[] = [];
  const sources: Source[] = [];
  const place = (record: CoverageRecord, roots: readonly string[]): void => {
    const mapped = mapper.map(record.path, roots);
    if (mapped.to === 'ambiguous') ambiguous.set(record.path, mapped.candidates);
    if (mapped.to !== 'repository') unmapped.add(record.path);
    merge.add(mapped.to === 'repository' ? mapped.path : record.path, record);
  };
  for (const path of new Set(paths)) {
    const read = await readFile({ files: ports.files, root, redact }, path, place);
    sources.push(read.source);
    gaps.push(...read.gaps);
    notes.push(...read.notes);
  }
  for (const [path, candidates] of [...ambiguous].slice(0, GAPS_PER_FILE))
    notes.push({ message: redact(`${path} could be ${candidates.join(' or ')}`) });
  if (unmapped.size > UNMAPPED) notes.push({ message: `${unmapped.size - UNMAPPED} more paths lead to no file of the repository` });
  const { files, ...totals } = merge.finish();
  const changed = change && { changed: { base: change.base, ...merge.changed(change.lines) } };
  return { coverage: { sources, ...totals, files, ...changed, unmapped: [...unmapped].slice(0, UNMAPPED).map(redact) }, gaps, notes };
}

export interface CoverageInspection {
  readonly file: string;
  readonly format: string;
  readonly lines: Ratio;
  readonly branches?: Ratio;
  readonly functions?: Ratio;
  /** How many source files the report tells of. */
  readonly files: number;
  readonly gap?: CoverageGap;
}

/** Totals of one file by itself; `undefined` when no coverage format claims it. */
export async function inspectCoverage(files: Files, root: string, path: string): Promise<CoverageInspection | undefined> {
  const merge = new CoverageMerge();
  const { claimedBy, source, gaps } = await readFile({ files, root, redact: (text) => text }, path, (record) =>
    merge.add(record.path, record),
  );
  if (claimedBy.length === 0) return undefined;
  const { files: covered, ...totals } = merge.finish();
  const gap = gaps[0];
  return {
    file: source.file,
    format: claimedBy.length === 1 ? (claimedBy[0] ?? '') : 'ambiguous',
    ...totals,
    files: covered.length,
    ...(gap === undefined ? {} : { gap }),
  };
}

interface FileOutcome {
  readonly source: Source;
  readonly claimedBy: readonly string[];
  readonly gaps: readonly CoverageGap[];
  readonly notes: readonly CoverageNote[];
}

interface ReadContext {
  readonly files: Files;
  readonly root: string;
  readonly redact: (text: string) => string;
}

/** Reads one report; `place` is given each record with the roots that were named before it. */
async function readFile(
  { files, root, redact }: ReadContext,
  path: string,
  place: (record: CoverageRecord, roots: readonly string[]) => void,
): Promise<FileOutcome> {
  const shown = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  const gaps: { reason: GapReason; message: string }[] = [];
  const notes: string[] = [];
  const roots: string[] = [];
  let lines = 0;
  const take = (event: CoverageEvent): void => {
    if (event.type === 'file') {
      lines += event.record.lines.size;
      place(event.record, roots);
    } else if (event.type === 'root') roots.push(event.path);
    else if (event.type === 'note') notes.push(event.message);
    else if (gaps.length < GAPS_PER_FILE) gaps.push({ reason: event.reason, message: event.message });
  };
  const bytes = (): AsyncIterable<Uint8Array> => files.stream(path.startsWith('/') ? path : join(root, path));
  const reading = await readReport({ path: shown, bytes, formats: coverageFormats, maxBytes: LIMITS.reportBytes, emit: take });
  gaps.push(...reading.problems);
  if (gaps.length === 0 && lines === 0) gaps.push({ reason: 'empty', message: 'the report tells of no line' });
  const source = sourceOf(shown, reading);
  return {
    source,
    claimedBy: reading.claimedBy,
    gaps: gaps.map(({ reason, message }) => ({
      reason,
      message: `${shown}: ${redact(message).slice(0, LIMITS.caseText)}`,
      source,
      ...fixOf(reason),
    })),
    notes: [...notes, ...reading.notes].map((message) => ({ message: redact(message).slice(0, LIMITS.caseText), source })),
  };
}

const FIXES: Partial<Record<GapReason, string>> = {
  missing: 'Check that the command writes its coverage to this path.',
  empty: 'Check what the coverage tool includes: it instrumented nothing.',
  truncated: 'The runner stopped while it wrote: look for a crash, a kill for memory or a full disk in its log.',
  unrecognised: 'Have the command write one of the supported coverage formats.',
  ambiguous: 'Have the command write one of the supported coverage formats without parts of another.',
  hostile: 'Find out who wrote this file: no coverage tool does.',
  encoding: 'Have the command write its coverage as UTF-8 text.',
  malformed: 'Have the command write a valid report; two runs writing into one file break it.',
  'too-large': 'Split the report, one file per package.',
  crashed: 'This is a defect of Gauntlet: please report it with the file.',
};

function fixOf(reason: GapReason): { fix?: string } {
  const fix = FIXES[reason];
  return fix === undefined ? {} : { fix };
}
