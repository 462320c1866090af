import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readCatalogue } from '../../scripts/catalogue.ts';
import type { FaultContext } from '../../src/faults/contract.ts';
import { faults } from '../../src/faults/registry.ts';
import { brokenPorts, goneStack, itIsNamedAfterItsFolder, itTakesOptions, samplesOf } from './support.ts';

// Every fault must keep these promises on a stack that is gone and a machine where no program is installed: that is where a
// heal from another process finds itself. What it does to a real stack is in tests/e2e.

const { rows: catalogue } = await readCatalogue(resolve(import.meta.dirname, '../..'));

itIsNamedAfterItsFolder(
  'faults',
  faults.map(({ type }) => type),
);

describe.each(faults.map((plugin) => ({ plugin, type: plugin.type })))('$type', ({ plugin, type }) => {
  const samples = samplesOf('faults', type).map((written) => plugin.options.parse(written));

  itTakesOptions('faults', { name: type, ...plugin });

  it('answers rows of the catalogue, or none', () => {
    expect(plugin.rows.filter((row) => !catalogue.some(({ id }) => id === row))).toEqual([]);
  });

  it('options that were stored and read again are the same options: healing reads them from the journal', () => {
    for (const options of samples) expect(plugin.options.parse(JSON.parse(JSON.stringify(options)))).toEqual(options);
  });

  it('its title is one line', () => {
    for (const options of samples) expect(plugin.title(options)).toMatch(/^[^\n]{3,120}$/);
  });

  it('says what it can do instead of throwing', async () => {
    for (const options of samples) {
      const capability = await plugin.capability(options, gone());
      expect(['able', 'substitute', 'unsupported']).toContain(capability.state);
      if (capability.state === 'unsupported') expect(capability.why).not.toBe('');
    }
  });

  it('proves nothing that was not done', async () => {
    for (const options of samples) expect(await plugin.prove(options, gone())).toMatchObject({ state: 'unproved' });
  });

  it('heals without an inject, and twice', async () => {
    for (const options of samples) {
      await plugin.heal(options, gone());
      await plugin.heal(options, gone());
    }
  });

  it('heals after an inject that was broken off', async () => {
    for (const options of samples) {
      await plugin.inject(options, gone(AbortSignal.abort(new Error('cancelled')))).catch(() => undefined);
      await plugin.heal(options, gone());
    }
  });
});

function gone(signal = new AbortController().signal): FaultContext {
  return { ports: brokenPorts(), manifest: goneStack('compose'), signal };
}
