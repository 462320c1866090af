import { describe, expect, test } from 'vitest';

import { faults } from '../../faults/registry.ts';
import { StackManifest } from '../../model/manifest.ts';
import { defaultsOf } from './defaults.ts';

const SERVICES = { worker: ['db'], lonely: [], api: ['cache', 'db'], cache: [], db: [] };
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

function names(family: string, budget: 'pr' | 'nightly'): string[] {
  return defaultsOf(family, { manifest, plugins: faults, budget }).map(({ name }) => name);
}

describe('experiments that nobody wrote', () => {
  test('what most services depend on comes first, outages before deaths and hangs', () => {
    const service = names('service', 'pr');
    expect(service.slice(0, 2)).toEqual(['db-down', 'cache-down']);
    expect(service.indexOf('db-hangs')).toBeLessThan(service.indexOf('cache-hangs'));
    expect(service.indexOf('cache-down')).toBeLessThan(Math.min(...service.flatMap((name, at) => (name.endsWith('-dies') ? [at] : []))));
    expect(names('network', 'pr')[0]).toMatch(/-db-partition$/);
  });

  test('nothing is made for what nobody depends on, and a pull request tries fewer kinds', () => {
    expect(names('service', 'pr')).not.toContain('lonely-down');
    expect(names('network', 'nightly').length).toBeGreaterThan(names('network', 'pr').length);
    expect(names('unknown', 'pr')).toEqual([]);
  });
});
