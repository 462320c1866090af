import { mkdtemp, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RunInfo } from '../model/run.ts';
import { nodePorts } from '../ports/node/index.ts';
import { RunDirectory } from './run-directory.ts';

const ports = nodePorts({ env: {}, self: [], progress: { say: () => {}, update: () => {}, warn: () => {} } });
const at = '2026-11-20T10:00:00.000Z';
const info: RunInfo = {
  schema: 'gauntlet.run/1',
  id: 'r1',
  tool: { name: 'gauntlet', version: '0' },
  startedAt: at,
  budget: 'pr',
  seed: 1,
  configPath: 'gauntlet.yml',
  configSha256: 'x',
  git: { dirty: false },
  forge: { forge: 'none', event: 'local', fork: false, runAttempt: 1 },
  machine: { platform: 'linux', cpus: 2, memoryBytes: 1, node: 'v24' },
  ended: 'running',
};
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gauntlet-run-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('RunDirectory', () => {
  it('is found again as the latest, by its id and by its path', async () => {
    const made = await RunDirectory.create(root, info, ports);
    for (const id of ['latest', 'r1', made.path]) expect((await RunDirectory.open(root, id, ports)).path).toBe(made.path);
  });

  it('says what to do when there is none', async () => {
    await expect(RunDirectory.open(root, 'latest', ports)).rejects.toMatchObject({
      kind: 'evidence',
      hint: expect.stringContaining('gauntlet run'),
    });
  });

  it('refuses a run of another version, naming both', async () => {
    const { path } = await RunDirectory.create(root, info, ports);
    await writeFile(join(path, 'run.json'), JSON.stringify({ ...info, schema: 'gauntlet.run/0' }));
    await expect(RunDirectory.open(root, 'r1', ports)).rejects.toThrow(/written as gauntlet\.run\/0; this version reads gauntlet\.run\/1/);
  });

  it('refuses evidence that somebody changed by hand, naming the file', async () => {
    const directory = await RunDirectory.create(root, info, ports);
    await directory.addEvidence({
      id: 'unit/gap-x',
      kind: 'gap',
      stage: 'unit',
      window: { from: at, to: at },
      owed: [],
      reason: 'missing',
      message: 'm',
    });
    expect(await directory.evidence()).toHaveLength(1);
    await writeFile(join(directory.path, 'evidence/unit/gap-x.json'), '{"kind":"tests"}');
    await expect(directory.evidence()).rejects.toThrow(/evidence\/unit\/gap-x\.json is not what this version writes/);
  });

  it('reads a journal whose last line a crash cut short', async () => {
    const directory = await RunDirectory.create(root, info, ports);
    await directory.journal({ type: 'intent', at, id: 'stack-head', act: 'stack-up', undo: { project: 'p' } });
    await appendFile(join(directory.path, 'journal.ndjson'), '{"type":"undo');
    expect(await directory.readJournal()).toEqual([{ type: 'intent', at, id: 'stack-head', act: 'stack-up', undo: { project: 'p' } }]);
  });
});
