import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { readCatalogue } from '../../scripts/catalogue.ts';
import type { FaultContext } from '../../src/faults/contract.ts';
import { faults } from '../../src/faults/registry.ts';
import { brokenPorts, goneStack, itIsNamedAfterItsFolder, itTakesOptions, samplesOf } from './support.ts';

// Every fault must keep these promises on a stack that is gone and a machine where no program is installed: that is where a
// heal from another process finds itself. What it does to a real stack is in tests/e2e/chaos.

const ROOT = resolve(import.meta.dirname, '../..');
const { rows: catalogue } = await readCatalogue(ROOT);

itIsNamedAfterItsFolder(
  'faults',
  faults.map(({ type }) => type),
);

describe.each(faults.map((plugin) => ({ plugin, type: plugin.type })))('$type', ({ plugin, type }) => {
  const samples = samplesOf('faults', type).map((written) => plugin.options.parse(written));
  const undos = undosOf(type).map((written) => plugin.undo.parse(written));

  itTakesOptions('faults', { name: type, ...plugin });

  it('answers rows of the catalogue, or none', () => {
    expect(plugin.rows.filter((row) => !catalogue.some(({ id }) => id === row))).toEqual([]);
  });

  it('options that were stored and read again are the same options', () => {
    for (const options of samples) expect(plugin.options.parse(JSON.parse(JSON.stringify(options)))).toEqual(options);
  });

  it('has undos to try it with (a list in fixtures/undo.json), which are strict and survive the journal', () => {
    expect(undos).not.toEqual([]);
    for (const undo of undos) expect(plugin.undo.parse(JSON.parse(JSON.stringify(undo)))).toEqual(undo);
    expect(plugin.undo.safeParse({ nonsense: 1 }).success).toBe(false);
    expect(plugin.undo.safeParse(42).success).toBe(false);
  });

  it('its title is one line', () => {
    for (const options of samples) expect(plugin.title(options)).toMatch(/^[^\n]{3,120}$/);
  });

  it('names its services without a look', () => {
    for (const options of samples) expect(plugin.services(options).every((name) => name !== '')).toBe(true);
  });

  it('says what it can do instead of throwing', async () => {
    for (const options of samples) {
      const capability = await plugin.capability(options, gone());
      expect(['able', 'substitute', 'unsupported']).toContain(capability.state);
      if (capability.state === 'unsupported') expect(capability.why).not.toBe('');
    }
  });

  it('prepares nothing where there is nothing to do it to', async () => {
    for (const options of samples.filter((sample) => plugin.services(sample).length > 0))
      await expect(plugin.prepare(options, gone())).rejects.toThrow(/./);
  });

  it('proves nothing that was not done', async () => {
    for (const options of samples)
      for (const undo of undos) expect(await plugin.prove(options, undo, gone())).toMatchObject({ state: 'unproved' });
  });

  it('heals without an inject, and twice, and leaves a target that is gone as it is', async () => {
    for (const undo of undos) {
      await plugin.heal(undo, gone());
      await plugin.heal(undo, gone());
      expect(await plugin.fingerprint(undo, gone())).toBeNull();
    }
  });

  it('heals after an inject that was broken off', async () => {
    for (const options of samples) {
      for (const undo of undos) {
        await plugin.inject(options, undo, gone(AbortSignal.abort(new Error('cancelled')))).catch(() => undefined);
        await plugin.heal(undo, gone());
      }
    }
  });
});

function gone(signal = new AbortController().signal): FaultContext {
  return {
    ports: brokenPorts(),
    manifest: goneStack('compose'),
    id: 'gone-1',
    folder: join(tmpdir(), 'gone-1'),
    seed: 1,
    expiresAtMs: 0,
    signal,
  };
}

/** Undos as the journal holds them, of targets that are not there any more. */
function undosOf(type: string): readonly unknown[] {
  const file = resolve(ROOT, 'src/faults', type, 'fixtures/undo.json');
  return existsSync(file) ? z.array(z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
}
