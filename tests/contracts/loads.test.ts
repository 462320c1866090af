import { describe, expect, it } from 'vitest';

import type { LoadContext } from '../../src/loads/contract.ts';
import { loads } from '../../src/loads/registry.ts';
import { GapReason } from '../../src/model/evidence.ts';
import { brokenPorts, itIsNamedAfterItsFolder, itTakesOptions, samplesOf } from './support.ts';

// Every load must keep these promises where nothing answers and no program is installed.

const STOP_MS = 1_000;

itIsNamedAfterItsFolder(
  'loads',
  loads.map(({ type }) => type),
);

describe.each(loads.map((plugin) => ({ plugin, type: plugin.type })))('$type', ({ plugin, type }) => {
  const samples = samplesOf('loads', type).map((written) => plugin.options.parse(written));

  itTakesOptions('loads', { name: type, ...plugin });

  it('its title is one line', () => {
    for (const options of samples) expect(plugin.title(options)).toMatch(/^[^\n]{3,120}$/);
  });

  it('a target that is not there ends in a gap or in samples, never in nothing', async () => {
    for (const options of samples) {
      const signal = AbortSignal.timeout(STOP_MS);
      const said = await Array.fromAsync(plugin.run(options, nowhere(signal)));
      const told = said.filter((piece) => (piece.kind === 'gap' ? GapReason.safeParse(piece.reason).success : piece.samples > 0));
      expect(told).not.toEqual([]);
    }
  });

  it('stops within a second, and still says what it has', async () => {
    for (const options of samples) {
      const from = performance.now();
      const said = await Array.fromAsync(plugin.run(options, nowhere(AbortSignal.abort(new Error('cancelled')))));
      expect(said).not.toEqual([]);
      expect(performance.now() - from).toBeLessThan(STOP_MS);
    }
  });
});

function nowhere(signal: AbortSignal): LoadContext {
  const target = { name: 'api', url: 'http://127.0.0.1:9', host: '127.0.0.1', port: 9 };
  const step = { type: 'http', title: 'GET /', options: { method: 'GET', url: '{{api}}/', headers: {}, body: null } };
  const journey = { name: 'hello', steps: [{ ...step, capture: {}, expect: {}, timeoutMs: 200 }], expect: {}, rows: [] };
  return { ports: brokenPorts(), targets: [target], journey, seed: 1, signal };
}
