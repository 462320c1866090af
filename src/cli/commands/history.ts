import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { safeJson } from '../../lib/runner-commands.ts';
import { GauntletError } from '../../model/errors.ts';
import { ReportV1 } from '../../model/report-v1.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { badgeEndpoint, badgeSvg, historyInWords, historyOf } from '../../report/history.ts';
import { portsOf, rootOf, type GlobalOptions } from '../ports.ts';
import type { World } from '../world.ts';

export interface HistoryOptions extends GlobalOptions {
  readonly last: number;
  readonly badge?: string;
  readonly json?: boolean;
}

const MOST_BYTES = 32_000_000;

/** `gauntlet history`: verdicts, durations, flaky tests and scores of the last runs, from the reports in these folders. */
export async function history(world: World, folders: readonly string[], options: HistoryOptions): Promise<number> {
  const { progress } = portsOf(world, options);
  const places =
    folders.length > 0 ? folders.map((folder) => resolve(world.cwd, folder)) : [join(rootOf(world, options), '.gauntlet/runs')];
  const reports: ReportV1[] = [];
  for (const file of (await Promise.all(places.map(reportsIn))).flat()) {
    const report = await readOne(file);
    if (report) reports.push(report);
    else progress.warn(`history │ ${file} is no report of this version`);
  }
  if (reports.length === 0) {
    throw new GauntletError('there is no judged run in these folders', {
      kind: 'evidence',
      hint: 'run the gate first, or name the folder into which the artifacts of earlier runs were downloaded',
    });
  }
  const all = historyOf(reports, options.last);
  const newest = all.runs.at(-1)?.verdict ?? 'no run';
  if (options.badge !== undefined) {
    const drawn = options.badge.endsWith('.json') ? `${JSON.stringify(badgeEndpoint(newest))}\n` : badgeSvg(newest);
    await writeFile(resolve(world.cwd, options.badge), drawn);
  }
  world.stdout.write(options.json === true ? `${safeJson(all, 2)}\n` : historyInWords(all));
  return EXIT_CODES.pass;
}

/** A run directory, or a folder of such. */
async function reportsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const candidates = [join(folder, 'report.json'), ...names.map((name) => join(folder, name, 'report.json'))];
  const there = await Promise.all(candidates.map(async (file) => ((await stat(file).catch(() => undefined))?.isFile() ? [file] : [])));
  return there.flat();
}

async function readOne(file: string): Promise<ReportV1 | undefined> {
  try {
    if ((await stat(file)).size > MOST_BYTES) return undefined;
    return ReportV1.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
