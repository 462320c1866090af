import { describe, expect, test } from 'vitest';

import { faults } from '../../faults/registry.ts';
import type { PlannedRandom } from '../../model/experiment.ts';
import { StackManifest } from '../../model/manifest.ts';
import { drawFaults } from './random.ts';

const SERVICES = { api: ['db', 'redis'], db: [], redis: [], worker: ['db'] };
const manifest = StackManifest.parse({
  schema: 'gauntlet.stack/1',
  kind: 'compose',
  instance: 'head',
  project: 'p',
  services: Object.entries(SERVICES).map(([name, dependsOn]) => ({
    name,
    kind: 'long-running',
    dependsOn,
    hasHealthcheck: false,
    replicas: [],
    ports: [],
    phases: {},
  })),
  targets: [],
  handle: {},
});

function draw(random: PlannedRandom, seed: number) {
  return drawFaults(random, { seed, manifest, plugins: faults }).map((drawn) =>
    drawn.map(({ fault, plugin }) => ({ fault, services: plugin.services(fault.options) })),
  );
}

describe('faults by chance', () => {
  test('a seed repeats them, another one draws others', () => {
    expect(draw({ count: 20, atOnce: 2 }, 7)).toEqual(draw({ count: 20, atOnce: 2 }, 7));
    expect(draw({ count: 20, atOnce: 2 }, 7)).not.toEqual(draw({ count: 20, atOnce: 2 }, 8));
  });

  test('weights say how often each comes, and nothing else comes', () => {
    const types = draw({ count: 400, weights: { stop: 3, partition: 1 } }, 1).flatMap((drawn) => drawn.map(({ fault }) => fault.type));
    const stops = types.filter((type) => type === 'stop').length;
    expect(new Set(types)).toEqual(new Set(['stop', 'partition']));
    expect(stops / types.length).toBeGreaterThan(0.68);
    expect(stops / types.length).toBeLessThan(0.82);
  });

  test('no more services are harmed at once than the blast radius, no service twice, and none that is spared', () => {
    const drawn = draw({ count: 200, atOnce: 3, mostServices: 2, spare: ['db'] }, 3);
    expect(drawn).toHaveLength(200);
    for (const one of drawn) {
      const harmed = one.flatMap(({ services }) => services);
      expect(harmed.length).toBeLessThanOrEqual(2);
      expect(new Set(harmed).size).toBe(harmed.length);
      expect(harmed).not.toContain('db');
    }
    expect(drawn.some((one) => one.length === 2)).toBe(true);
  });

  test('nothing is drawn where nothing fits', () => {
    expect(draw({ count: 5, spare: Object.keys(SERVICES) }, 1)).toEqual([]);
  });
});
