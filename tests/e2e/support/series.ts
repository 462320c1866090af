import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SeriesEvidence } from '../../../src/model/evidence.ts';
import type { Project } from './project.ts';

/** The series that the latest run of a project left for a stage. */
export async function seriesOf(project: Project, stage: string): Promise<SeriesEvidence[]> {
  const folder = join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim(), 'evidence', stage);
  const names = (await readdir(folder)).filter((name) => name.startsWith('series-'));
  return Promise.all(names.map(async (name) => SeriesEvidence.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))));
}

/** The mean of all samples, in the series' own unit. */
export function meanOf({ histogram, samples }: SeriesEvidence): number {
  const factor = { microseconds: 1_000, millionths: 1e6, bytes: 1, count: 1 }[histogram?.unit ?? 'count'];
  return (histogram?.sum ?? Number.NaN) / factor / samples;
}

/** The highest sample, in the series' own unit. */
export function mostOf({ points = [] }: SeriesEvidence): number {
  return Math.max(...points.map(([, value]) => value));
}
