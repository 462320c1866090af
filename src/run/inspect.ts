import { relative, resolve } from 'node:path';

import { inspectCoverage } from '../coverage/collect.ts';
import type { Ratio } from '../model/coverage.ts';
import type { GapReason } from '../model/gap.ts';
import type { Disagreement, TestCounts } from '../model/tests.ts';
import type { Ports } from '../ports/index.ts';
import { inspectResults } from '../results/collect.ts';

/** What one file says; `gap` when it cannot be read to its end or trusted. */
export type Inspection = {
  readonly file: string;
  readonly format?: string | undefined;
  readonly gap?: { readonly reason: GapReason; readonly message: string } | undefined;
} & Partial<TestCounts> & {
    readonly lines?: Ratio | undefined;
    readonly branches?: Ratio | undefined;
    readonly functions?: Ratio | undefined;
    readonly files?: number | undefined;
    /** Numbers that the report claims about itself and that its own cases do not bear out. */
    readonly disagreements?: readonly Disagreement[] | undefined;
  };

interface Place {
  readonly ports: Pick<Ports, 'files'>;
  readonly root: string;
  readonly cwd: string;
}

/** Reads a file as a test report or as a coverage report, whichever its content is. */
export async function inspectFile({ ports, root, cwd }: Place, file: string): Promise<Inspection> {
  const path = resolve(cwd, file);
  const shown = relative(cwd, path);
  const unreadable = await whyUnreadable(ports.files, path);
  if (unreadable !== undefined) return { file: shown, gap: { reason: 'missing', message: unreadable } };
  const results = await inspectResults(ports.files, root, path);
  if (results.format !== undefined) return { ...results, file: shown };
  const coverage = await inspectCoverage(ports.files, root, path);
  if (coverage !== undefined) return { ...coverage, file: shown };
  const { reason, message } = results.gap;
  return {
    file: shown,
    gap: { reason, message: message.replace('no known format has this content', 'no known result or coverage format') },
  };
}

/** Folders, pipes, devices, links in a circle, files of others: asked for by opening it, as the readers do. */
async function whyUnreadable(files: Ports['files'], path: string): Promise<string | undefined> {
  try {
    for await (const _ of files.stream(path)) break;
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'there is no such file';
    return `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
