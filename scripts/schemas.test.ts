import { resolve } from 'node:path';

import { expect, test } from 'vitest';

import { schemas } from './schemas.ts';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly [key: string]: unknown;
}

const root = resolve(import.meta.dirname, '..');
const files = await schemas(root);
const config = JSON.parse(files.get('schema/config.schema.json') ?? '') as Node;

test('four schemas, the same every time', async () => {
  expect([...files.keys()]).toEqual([
    'schema/config.schema.json',
    'schema/report.v1.schema.json',
    'schema/plan.schema.json',
    'schema/evidence.schema.json',
  ]);
  expect(await schemas(root)).toEqual(files);
});

test('every setting of the configuration is described', () => {
  expect(Object.keys(config.properties ?? {})).toEqual(
    expect.arrayContaining(['version', 'stack', 'targets', 'environments', 'stages', 'journeys', 'experiments', 'budget', 'policy']),
  );
  // What a stack takes is described by its plugin, and that is looked at there.
  const { stack: _, ...properties } = config.properties ?? {};
  expect(undescribed({ properties }, '')).toEqual([]);
});

test('steps and stacks are the ones of the plugins that are there', () => {
  const text = JSON.stringify(config);
  for (const key of ['"get"', '"connect"', '"send"', '"run"', '"compose"', '"process"']) expect(text).toContain(`${key}:`);
  expect(text).not.toContain('envFile');
});

/** Paths of settings without a word about them. */
function undescribed(node: unknown, path: string): string[] {
  if (Array.isArray(node)) return node.flatMap((item, index) => undescribed(item, `${path}/${index}`));
  if (typeof node !== 'object' || node === null) return [];
  const { properties, ...rest } = node as Node;
  const missing = Object.entries(properties ?? {}).filter(
    ([, setting]) => setting.description === undefined && setting['$ref'] === undefined,
  );
  return [
    ...missing.map(([key]) => `${path}/${key}`),
    ...Object.entries(properties ?? {}).flatMap(([key, setting]) => undescribed(setting, `${path}/${key}`)),
    ...Object.entries(rest).flatMap(([key, value]) =>
      key === 'description' || key === 'default' ? [] : undescribed(value, `${path}/${key}`),
    ),
  ];
}
