import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

import { defineFault, type FaultPlugin } from '../faults/contract.ts';
import type { StackManifest } from '../model/manifest.ts';
import type { RunInfo } from '../model/run.ts';
import { nodePorts } from '../ports/node/index.ts';
import type { RunContext } from './context.ts';
import { healFaults, openFaults, withFault } from './faults.ts';
import { RunDirectory } from './run-directory.ts';

const MANIFEST: StackManifest = {
  schema: 'gauntlet.stack/1',
  kind: 'x',
  instance: 'head',
  project: 'x',
  services: [],
  targets: [],
  handle: {},
};

test('the undo is on disk before the harm, and its end after the heal', async () => {
  const { context, run, log } = await trial();
  const seen: string[] = [];
  const inject = async () => void seen.push(...(await entries(context)));
  const end = await withFault(context, { ...run, plugin: { ...run.plugin, inject } }, async () => void log.push('during'));
  expect(seen).toEqual(['intent fault-trial']);
  expect(log).toEqual(['prove', 'during', 'heal']);
  expect(await entries(context)).toEqual(['intent fault-trial', 'undone fault-trial']);
  expect(end).toEqual({ proof: { state: 'proved', by: ['it broke'] }, healed: true });
});

test.each(['inject', 'prove', 'during'] as const)('heals when %s throws, and says what it threw', async (where) => {
  const { context, run, log } = await trial({ throws: where });
  const during = () => (where === 'during' ? Promise.reject(new Error('during died')) : Promise.resolve());
  await expect(withFault(context, run, during)).rejects.toThrow(`${where} died`);
  expect(log.at(-1)).toBe('heal');
  expect(openFaults(await context.directory.readJournal())).toEqual([]);
});

test('heals with a signal of its own when the run was stopped', async () => {
  const { context, run, log } = await trial({ signal: AbortSignal.abort(new Error('stopped')) });
  await withFault(context, run, async () => {});
  expect(log).toEqual(['inject', 'prove', 'heal']);
});

test('a heal that fails is told, hides nothing, and stays open for another process', async () => {
  const { context, run, plugin } = await trial({ throws: 'heal' });
  expect(await withFault(context, run, async () => {})).toMatchObject({ healed: false });
  await expect(withFault(context, run, () => Promise.reject(new Error('first')))).rejects.toThrow('first');
  await context.directory.writeManifest(MANIFEST);
  const failing = await healFaults(context, [plugin]);
  expect(failing).toEqual({ healed: [], problems: ['fault-trial (fake) could not be healed: heal died'] });
  const mended = await trial();
  expect(await healFaults(context, [mended.plugin])).toEqual({ healed: ['fault-trial (fake)'], problems: [] });
  expect(await healFaults(context, [mended.plugin])).toEqual({ healed: [], problems: [] });
});

test('a fault of another version, and one whose stack nobody knows, stay open with the reason', async () => {
  const { context, run, plugin } = await trial({ throws: 'heal' });
  await withFault(context, run, async () => {});
  expect((await healFaults(context, [plugin])).problems).toEqual([
    'fault-trial (fake) is open, and nothing is known of the stack that it was done to',
  ]);
  expect((await healFaults(context, [])).problems).toEqual([
    'fault-trial is open, and this version has no fault fake: heal with the version that ran it',
  ]);
});

interface Trial {
  readonly throws?: 'inject' | 'prove' | 'during' | 'heal';
  readonly signal?: AbortSignal;
}

async function trial({ throws, signal = new AbortController().signal }: Trial = {}) {
  const root = await mkdtemp(join(tmpdir(), 'gauntlet-faults-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const silent = { say: () => undefined, update: () => undefined, warn: () => undefined };
  const ports = nodePorts({ env: {}, progress: silent });
  const directory = await RunDirectory.create(root, { id: 'r1' } as RunInfo, ports);
  const context = { ports, root, directory, signal } as unknown as RunContext;
  const log: string[] = [];
  const act = async (name: string, stop?: AbortSignal) => {
    log.push(name);
    if (name === 'heal' && stop?.aborted) throw new Error('healed with a stopped signal');
    if (throws === name) throw new Error(`${name} died`);
  };
  const plugin: FaultPlugin = defineFault<{ service: string }>({
    type: 'fake',
    summary: 'a fake that can fail anywhere',
    rows: [],
    options: z.strictObject({ service: z.string() }),
    title: ({ service }) => `fake ${service}`,
    capability: async () => ({ state: 'able' }),
    inject: () => act('inject'),
    prove: async () => {
      await act('prove');
      return { state: 'proved', by: ['it broke'] };
    },
    heal: (_, { signal: own }) => act('heal', own),
  });
  return { context, log, plugin, run: { plugin, options: { service: 'db' }, experiment: 'trial', manifest: MANIFEST } };
}

async function entries({ directory }: RunContext): Promise<string[]> {
  return (await directory.readJournal()).map((entry) => `${entry.type} ${'id' in entry ? entry.id : ''}`);
}
