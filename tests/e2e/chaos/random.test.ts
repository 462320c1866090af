import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { inlineProject } from '../support/project.ts';
import { systemOf, SYSTEM } from './support/system.ts';

// Two faults at once, and faults by chance, on a real stack of processes.

const EXPERIMENTS = {
  both: { fault: { pause: { service: 'db' }, for: '2s' }, also: [{ stop: { service: 'other' }, for: '1s' }], steady: 'write-api' },
  storm: { random: { count: 2, at_once: 2, weights: { stop: 1, pause: 1 }, spare: 'api' }, steady: 'write-api' },
};

test('each is proved, healed and judged as one experiment; the seed is in the line that repeats it', async () => {
  const stages = [{ chaos: { experiments: Object.keys(EXPERIMENTS), recovery_time: '< 30s' } }];
  const config = { ...systemOf({ apis: { api: {}, other: {} } }), stages, experiments: EXPERIMENTS };
  await using project = await inlineProject({ ...SYSTEM, 'gauntlet.yml': JSON.stringify(config) });
  const { stderr } = await project.gauntlet(['run', '--seed', '11']);
  const pieces = evidenceIn(project.path);
  expect(pieces.map(({ experiment }) => experiment).toSorted(), stderr).toEqual(['both', 'storm-1', 'storm-2']);
  for (const piece of pieces) {
    expect(piece, stderr).toMatchObject({ proof: { state: 'proved' }, healed: true, observed: { seed: 11, steady: { state: 'good' } } });
    expect(piece.observed.services.length).toBeGreaterThan(0);
    expect(piece.observed.services).not.toContain(piece.experiment === 'both' ? '' : 'api');
  }
  const both = pieces.find(({ experiment }) => experiment === 'both');
  expect(both).toMatchObject({ fault: 'pause+stop', observed: { title: 'freeze db, and stop other', services: ['db', 'other'] } });
  expect(both?.proof.by).toHaveLength(2);
  expect(pieces.filter(({ observed }) => observed.family === 'storm')).toHaveLength(2);
});

interface Piece {
  readonly experiment: string;
  readonly fault: string;
  readonly proof: { readonly by?: readonly string[] };
  readonly observed: { readonly services: readonly string[]; readonly family?: string };
}

function evidenceIn(path: string): Piece[] {
  const folder = join(path, '.gauntlet/runs', readFileSync(join(path, '.gauntlet/latest'), 'utf8').trim(), 'evidence/chaos');
  const files = readdirSync(folder).filter((file) => file.startsWith('fault-'));
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Piece).filter(({ fault }) => fault !== undefined);
}
