import type { TestCounts } from '../model/tests.ts';
import type { Files, Ports } from '../ports/index.ts';
import { bearsOut } from './companions.ts';
import { Ledger, newCounts, type LedgerTests } from './ledger.ts';
import { readResults, type EmptyFile, type ReadGap, type ReadNote, type ResultWatcher } from './read.ts';

export interface CollectOptions {
  readonly ports: Pick<Ports, 'files'>;
  /** The repository. */
  readonly root: string;
  readonly redact: (text: string) => string;
  /** Files of each attempt of one command; attempt 1 is the first. */
  readonly attempts: readonly { readonly attempt: number; readonly paths: readonly string[] }[];
  /** One JSON line per run of a test; of several lines with one id, the last one holds. */
  readonly writeCase?: (line: string) => void;
  readonly watcher?: ResultWatcher | undefined;
}

export interface Collected {
  readonly tests: LedgerTests;
  readonly gaps: readonly ReadGap[];
  readonly notes: readonly ReadNote[];
}

/** All results of one command: every file, every attempt, merged by identity. */
export async function collectResults({ ports, root, redact, attempts, writeCase, watcher }: CollectOptions): Promise<Collected> {
  const ledger = new Ledger({ redact, writeCase });
  const gaps: ReadGap[] = [];
  const empty: EmptyFile[] = [];
  const notes: ReadNote[] = [];
  for (const { attempt, paths } of [...attempts].sort((a, b) => a.attempt - b.attempt)) {
    const outcome = await readResults({ files: ports.files, root, paths: [...new Set(paths)], attempt, redact, watcher }, ledger);
    gaps.push(...outcome.gaps);
    empty.push(...outcome.empty);
    notes.push(...outcome.notes);
  }
  const tests = ledger.finish();
  // Surefire writes an empty report for a class whose tests stand in its nested classes; TestNG, files that are no report.
  for (const { gap, source, beside } of empty) {
    const isExpected = beside === undefined ? tests.counts.runs > 0 : bearsOut(source.file, beside, tests.files);
    if (isExpected) notes.push({ message: gap.message, source });
    else gaps.push(gap);
  }
  return { tests, gaps, notes };
}

export interface ResultsInspection extends TestCounts {
  readonly file: string;
  readonly format: string;
  readonly disagreements: LedgerTests['files'][number]['disagreements'];
  readonly gap?: ReadGap;
}

/** What is in the way of reading a file that no format claims. */
export interface Unclaimed {
  readonly format?: undefined;
  readonly gap: Pick<ReadGap, 'reason' | 'message'>;
}

/** Counts of one file by itself. */
export async function inspectResults(files: Files, root: string, path: string): Promise<ResultsInspection | Unclaimed> {
  const ledger = new Ledger({ redact: (text) => text });
  const { gaps: certain, empty, formats } = await readResults({ files, root, paths: [path], attempt: 1, redact: (text) => text }, ledger);
  const gaps = [...certain, ...empty.map(({ gap }) => gap)];
  const ambiguous = gaps.some(({ reason }) => reason === 'ambiguous');
  const format = formats[0] ?? (ambiguous ? 'ambiguous' : undefined);
  if (format === undefined) return { gap: gaps[0] ?? { reason: 'unrecognised', message: 'no known format has this content' } };
  const { counts, files: read } = ledger.finish();
  const gap = gaps[0];
  return {
    file: read[0]?.source.file ?? path,
    format,
    ...newCounts(),
    ...counts,
    disagreements: read[0]?.disagreements ?? [],
    ...(gap === undefined ? {} : { gap }),
  };
}
