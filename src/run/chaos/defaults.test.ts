import { expect, test } from 'vitest';

import { faults } from '../../faults/registry.ts';
import type { Service, StackManifest } from '../../model/manifest.ts';
import { defaultsOf } from './defaults.ts';

const service = (name: string, dependsOn: string[] = []): Service => ({
  name,
  kind: 'long-running',
  dependsOn,
  hasHealthcheck: false,
  replicas: [],
  ports: [],
  phases: {},
});
const services = [service('web', ['api']), service('api', ['db', 'redis']), service('db'), service('redis')];
const manifest: StackManifest = {
  schema: 'gauntlet.stack/1',
  kind: 'compose',
  instance: 'head',
  project: 'shop',
  services,
  targets: [],
  handle: {},
};
const made = (family: string, budget: 'pr' | 'nightly') =>
  defaultsOf(family, { manifest, plugins: faults, budget }).map(({ name, rows }) => `${name} ${rows.join(' ')}`);

test('a pull request tries each dependency once, and each part of the network', () => {
  expect(made('service', 'pr')).toEqual(
    expect.arrayContaining(['redis-down RES-13 RED-09 CHA-02', 'api-dies CHA-01 CHA-02', 'db-hangs RES-13 CHA-02']),
  );
  expect(made('service', 'pr').some((name) => name.includes('-ends'))).toBe(false);
  expect(made('network', 'pr')).toEqual(expect.arrayContaining(['api-db-partition CHA-03', 'api-db-latency CHA-04']));
  expect(made('state', 'pr')).toEqual(
    expect.arrayContaining(['db-disk CHA-05', 'db-read-only DB-19 CHA-05', 'db-connections DB-11 DB-12']),
  );
});

test('by night the project’s own services are told to end, too', () => {
  const ends = made('service', 'nightly').filter((name) => name.includes('-ends'));
  expect(ends).toEqual(['web-ends CFG-06', 'api-ends CFG-06']);
});
