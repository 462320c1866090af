import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

import { defineFault, type FaultPlugin } from '../faults/contract.ts';
import type { Json } from '../lib/json.ts';
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
  const end = await withFault(context, { ...run, plugin: { ...run.plugin, inject } }, async () => void log.push('guard'));
  expect(seen).toEqual(['intent fault-trial']);
  expect(log).toEqual(['guard', 'prove', 'heal']);
  expect(await entries(context)).toEqual(['intent fault-trial', 'undone fault-trial']);
  expect(end).toMatchObject({ proof: { state: 'proved', by: ['it broke'] } });
  expect(end).not.toHaveProperty('residue');
});

test('is held for its time, and asked for its proof until there is one', async () => {
  const { context, run } = await trial();
  let asked = 0;
  const prove: FaultPlugin['prove'] = async () =>
    ++asked < 3 ? { state: 'unproved', why: 'nobody has tried' } : { state: 'proved', by: ['counted'] };
  const end = await withFault(context, { ...run, holdMs: 900, plugin: { ...run.plugin, prove } });
  expect(end.proof).toEqual({ state: 'proved', by: ['counted'] });
  expect(asked).toBe(3);
  expect(end.healMs - end.injectedMs).toBeGreaterThanOrEqual(899);
});

test.each(['inject', 'prove'] as const)('heals when %s throws, and says what it threw', async (where) => {
  const { context, run, log } = await trial({ throws: where });
  await expect(withFault(context, run)).rejects.toThrow(`${where} died`);
  expect(log.at(-1)).toBe('heal');
  expect(openFaults(await context.directory.readJournal())).toEqual([]);
});

test('does no harm when nobody could undo it', async () => {
  const { context, run, log } = await trial();
  await expect(withFault(context, run, () => Promise.reject(new Error('no watchdog')))).rejects.toThrow('no watchdog');
  expect(log).toEqual(['heal']);
});

test('heals with a signal of its own when the run is stopped meanwhile, and does nothing when it was stopped before', async () => {
  const stop = new AbortController();
  const { context, run, log } = await trial({ signal: stop.signal });
  setTimeout(() => stop.abort(new Error('stopped')), 300);
  await expect(withFault(context, { ...run, holdMs: 60_000 })).rejects.toThrow(/stopped|abort/i);
  expect(log).toEqual(['inject', 'prove', 'heal']);
  await expect(withFault(context, run)).rejects.toThrow('stopped');
  expect(log).toEqual(['inject', 'prove', 'heal']);
});

test('what is not as it was before is residue; a target that is gone has none', async () => {
  const { context, run } = await trial();
  const rules: Json[] = [['rule 1'], ['rule 1', 'ours']];
  const fingerprint = async (): Promise<Json> => (rules.length > 1 ? rules.shift()! : rules[0]!);
  expect(await withFault(context, { ...run, plugin: { ...run.plugin, fingerprint } })).toMatchObject({
    residue: 'it is not as it was before: ["rule 1"] became ["rule 1","ours"]',
  });
  let looks = 0;
  const goes = async (): Promise<Json> => (looks++ === 0 ? ['rule 1'] : null);
  expect(await withFault(context, { ...run, plugin: { ...run.plugin, fingerprint: goes } })).not.toHaveProperty('residue');
});

test('a heal that fails is told, hides nothing, and stays open for another process', async () => {
  const { context, run, plugin } = await trial({ throws: 'heal' });
  expect(await withFault(context, run)).toMatchObject({ residue: 'fault-trial (fake) could not be healed: heal died' });
  await expect(withFault(context, run, () => Promise.reject(new Error('first')))).rejects.toThrow('first');
  const failing = await healFaults(context, { plugins: [plugin] });
  expect(failing).toEqual({ healed: [], problems: ['fault-trial (fake) could not be healed: heal died'] });
  const mended = await trial();
  expect(await healFaults(context, { plugins: [mended.plugin] })).toEqual({ healed: ['fault-trial (fake)'], problems: [] });
  expect(await healFaults(context, { plugins: [mended.plugin] })).toEqual({ healed: [], problems: [] });
});

test('a fault of another version stays open with the reason', async () => {
  const { context, run } = await trial({ throws: 'heal' });
  await withFault(context, run);
  expect((await healFaults(context, { plugins: [] })).problems).toEqual([
    'fault-trial is open, and this version has no fault fake: heal with the version that ran it',
  ]);
});

interface Trial {
  readonly throws?: 'inject' | 'prove' | 'heal';
  readonly signal?: AbortSignal;
}

async function trial({ throws, signal = new AbortController().signal }: Trial = {}) {
  const root = await mkdtemp(join(tmpdir(), 'gauntlet-faults-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const silent = { say: () => undefined, update: () => undefined, warn: () => undefined };
  const ports = nodePorts({ env: {}, progress: silent });
  const directory = await RunDirectory.create(root, { id: 'r1' } as RunInfo, ports);
  const context = { ports, root, directory, signal, info: { id: 'r1' }, plan: { seed: 1 } } as unknown as RunContext;
  const log: string[] = [];
  const act = async (name: string, stop?: AbortSignal) => {
    log.push(name);
    if (name === 'heal' && stop?.aborted) throw new Error('healed with a stopped signal');
    if (throws === name) throw new Error(`${name} died`);
  };
  const plugin: FaultPlugin = defineFault<{ service: string }, { id: string }>({
    type: 'fake',
    summary: 'a fake that can fail anywhere',
    rows: [],
    options: z.strictObject({ service: z.string() }),
    undo: z.strictObject({ id: z.string() }),
    lasts: 'held',
    expires: false,
    title: ({ service }) => `fake ${service}`,
    services: ({ service }) => [service],
    prepare: async () => ({ id: 'c1' }),
    fingerprint: async () => ['rule 1'],
    capability: async () => ({ state: 'able' }),
    inject: () => act('inject'),
    prove: async () => {
      await act('prove');
      return { state: 'proved', by: ['it broke'] };
    },
    heal: (_, { signal: own }) => act('heal', own),
  });
  return { context, log, plugin, run: { plugin, options: { service: 'db' }, experiment: 'trial', manifest: MANIFEST, holdMs: 0 } };
}

async function entries({ directory }: RunContext): Promise<string[]> {
  return (await directory.readJournal()).map((entry) => `${entry.type} ${'id' in entry ? entry.id : ''}`);
}
