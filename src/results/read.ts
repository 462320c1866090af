import { join } from 'node:path';

import { FilesAhead } from '../lib/decode-ahead.ts';
import { readReport } from '../lib/decode-report.ts';
import type { GapReason } from '../model/gap.ts';
import { placeInTrace } from '../lib/trace-place.ts';
import { LIMITS } from '../model/limits.ts';
import { reportFix } from '../model/report-fixes.ts';
import { sourceOf, type Source } from '../model/source.ts';
import type { CaseResult } from '../model/tests.ts';
import type { Files } from '../ports/index.ts';
import { companionOf, type Beside } from './companions.ts';
import type { ResultEvent } from './contract.ts';
import type { Ledger } from './ledger.ts';
import { resultsFormats } from './registry.ts';

/** Evidence in a report that is missing or cannot be used. */
export interface ReadGap {
  readonly reason: GapReason;
  readonly message: string;
  readonly source?: Source;
  readonly fix?: string;
}

/** Something odd that changes no count. */
export interface ReadNote {
  readonly message: string;
  readonly source: Source;
}

export interface ReadOptions {
  readonly files: Files;
  /** The repository: paths are relative to it, and absolute paths in reports below it are made so. */
  readonly root: string;
  readonly paths: readonly string[];
  readonly attempt: number;
  readonly redact: (text: string) => string;
  readonly watcher?: ResultWatcher | undefined;
}

/** Somebody who looks at what the reports say beside their counts, as it streams by: not redacted, not kept. */
export interface ResultWatcher {
  readonly output: (event: Extract<ResultEvent, { type: 'output' }>, source: string) => void;
  readonly result: (result: CaseResult, source: string) => void;
}

export interface ReadOutcome {
  readonly gaps: readonly ReadGap[];
  /** Files without a test from producers that write such: gaps only where no other file holds what they ask for. */
  readonly empty: readonly EmptyFile[];
  readonly notes: readonly ReadNote[];
  /** The format that claimed each file, in the order of `paths`; `undefined` for none. */
  readonly formats: readonly (string | undefined)[];
}

export interface EmptyFile {
  readonly gap: ReadGap;
  readonly source: Source;
  /** What the reports in its folder must hold; without it, any report that holds a test is enough. */
  readonly beside: Beside | undefined;
}

/** Gaps told of one file; more of the same say nothing more. */
const GAPS_PER_FILE = 20;

/** Reads the files of one attempt into the ledger. Whatever is wrong with a file is a gap, never an exception. */
export async function readResults(options: ReadOptions, ledger: Ledger): Promise<ReadOutcome> {
  const gaps: ReadGap[] = [];
  const empty: EmptyFile[] = [];
  const notes: ReadNote[] = [];
  const formats: (string | undefined)[] = [];
  const ahead = new FilesAhead(options.paths, (path) => options.files.stream(absolute(path, options.root)));
  for (const [nth, path] of options.paths.entries()) {
    const { format, isEmpty, source, beside, ...told } = await readFile(options, { path, bytes: () => ahead.bytes(nth) }, ledger);
    if (isEmpty) empty.push(...told.gaps.map((gap) => ({ gap, source, beside })));
    else gaps.push(...told.gaps);
    notes.push(...told.notes);
    formats.push(format);
  }
  return { gaps, empty, notes, formats };
}

interface FileOutcome {
  /** The only gap is that it holds no test, and that is usual. */
  readonly isEmpty: boolean;
  readonly source: Source;
  readonly beside: Beside | undefined;
  readonly gaps: readonly ReadGap[];
  readonly notes: readonly ReadNote[];
  readonly format: string | undefined;
}

interface OpenFile {
  readonly path: string;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

async function readFile({ root, attempt, redact, watcher }: ReadOptions, { path, bytes }: OpenFile, ledger: Ledger): Promise<FileOutcome> {
  const gaps: { reason: GapReason; message: string }[] = [];
  const notes: string[] = [];
  let expected: Extract<ResultEvent, { type: 'may-be-empty' }> | undefined;
  const shown = repositoryPath(path, root);
  const take = (event: ResultEvent): void => {
    if (event.type === 'case') {
      const result = localised(event.result, root);
      ledger.add(result, event.sibling);
      watcher?.result(result, shown);
    } else if (event.type === 'output') watcher?.output(event, shown);
    else if (event.type === 'may-be-empty') expected = event;
    else if (event.type === 'declared') ledger.declared(event);
    else if (event.type === 'note') notes.push(event.message);
    else if (gaps.length < GAPS_PER_FILE) gaps.push({ reason: event.reason, message: event.message });
  };
  ledger.beginFile(shown, attempt);
  const reading = await readReport({
    path: shown,
    bytes,
    formats: resultsFormats,
    maxBytes: LIMITS.reportBytes,
    emit: take,
  });
  gaps.push(...reading.problems);
  if (gaps.length === 0 && ledger.fileCounts?.runs === 0) gaps.push({ reason: 'zero-tests', message: 'the report holds no test' });
  const source = sourceOf(shown, reading);
  const companion = reading.unclaimed === undefined || gaps.length > 1 ? undefined : companionOf(reading.unclaimed);
  ledger.endFile(source);
  return {
    source,
    beside: companion ?? expected?.beside,
    isEmpty: companion !== undefined || (expected !== undefined && gaps.every(({ reason }) => reason === 'zero-tests')),
    gaps: gaps.map(({ reason, message }) => ({
      reason,
      message: `${shown}: ${companion === undefined ? bounded(redact(message)) : companion.message}`,
      source,
      ...reportFix(reason, 'results'),
    })),
    notes: [...notes, ...reading.notes].map((message) => ({ message: bounded(redact(message)), source })),
    format: source.format,
  };
}

function bounded(text: string): string {
  return text.length > LIMITS.caseText ? `${text.slice(0, LIMITS.caseText - 1)}…` : text;
}

function localised(result: CaseResult, root: string): CaseResult {
  const failed = result.status === 'failed' || result.status === 'error';
  if (result.file === undefined && result.location === undefined && !failed) return result;
  const file = result.file === undefined ? undefined : repositoryPath(result.file, root);
  const location = result.location === undefined ? undefined : { ...result.location, path: repositoryPath(result.location.path, root) };
  const place = failed && location?.line === undefined ? placeInTrace(textOf(result), { root, file: location?.path ?? file }) : undefined;
  const nearer = location === undefined || location.path === place?.path ? place : undefined;
  return {
    ...result,
    ...(file === undefined ? {} : { file }),
    ...(nearer === undefined ? (location === undefined ? {} : { location }) : { location: nearer }),
  };
}

function textOf({ detail = '', message = '' }: CaseResult): string {
  return detail.includes(message) ? detail : `${message}\n${detail}`;
}

/** A path as the repository knows it, where it lies in the repository; with `/` between folders. */
function repositoryPath(path: string, root: string): string {
  const url = path.startsWith('file://') ? path.slice('file://'.length) : path;
  const plain = url.includes('\\') ? url.replaceAll('\\', '/') : url;
  const base = root.replaceAll('\\', '/').replace(/\/$/, '');
  if (plain.startsWith(`${base}/`)) return plain.slice(base.length + 1);
  return plain.startsWith('./') ? plain.replace(/^(?:\.\/)+/, '') : plain;
}

function absolute(path: string, root: string): string {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) ? path : join(root, path);
}
