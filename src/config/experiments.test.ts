import { expect, test } from 'vitest';
import { z } from 'zod';

import { FAKES } from '../../tests/support/config.ts';
import { defineFault } from '../faults/contract.ts';
import { parseConfig } from './load.ts';

const pause = defineFault<{ service: string }, null>({
  type: 'pause',
  summary: 'freezes a service',
  rows: ['CHA-01'],
  options: z.strictObject({ service: z.string() }),
  undo: z.null(),
  lasts: 'held',
  expires: false,
  title: ({ service }) => `freeze ${service}`,
  services: ({ service }) => [service],
  prepare: async () => null,
  fingerprint: async () => null,
  capability: async () => ({ state: 'able' }),
  inject: async () => {},
  prove: async () => ({ state: 'unproved', why: 'a fake' }),
  heal: async () => {},
});

function experiment(settings: string) {
  const text = `stages: {unit: {run: a}}\nexperiments:\n  x: ${settings}\n`;
  return parseConfig(text, { file: 'gauntlet.yml', env: {}, plugins: { ...FAKES, faults: [pause] } }).experiments['x'];
}

function parse(fault: string) {
  return experiment(`{fault: ${fault}}`)?.fault;
}

function refuse(fault: string): string {
  try {
    parse(fault);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'not refused';
}

test.each([
  ['{pause: {service: db}, for: 30s}', { type: 'pause', options: { service: 'db' }, durationMs: 30_000 }],
  ['quake', { type: 'quake', options: {} }],
  ['{quake: {scale: 7}}', { type: 'quake', options: { scale: 7 } }],
])('fault: %s', (written, fault) => {
  expect(parse(written)).toEqual(fault);
});

test('an experiment answers the rows of its fault, and those that it names', () => {
  expect(experiment('{fault: {pause: {service: db}}, rows: [RES-01, CHA-01]}')?.rows).toEqual(['RES-01', 'CHA-01']);
  expect(experiment('{fault: {pause: {service: db}}, rows: RES-01}')?.rows).toEqual(['RES-01', 'CHA-01']);
  expect(experiment('{fault: quake}')?.rows).toEqual([]);
});

test('what a known fault does not take', () => {
  expect(refuse('{pause: {servce: db}, for: long}')).toMatchInlineSnapshot(`
    "gauntlet.yml has 3 problems

    gauntlet.yml:3:15: \`service\` is missing
      3 |   x: {fault: {pause: {servce: db}, for: long}}
        |               ^^^^^
      → write text

    gauntlet.yml:3:23: \`servce\` is not a setting of \`pause\`
      3 |   x: {fault: {pause: {servce: db}, for: long}}
        |                       ^^^^^^
      → did you mean \`service\`?

    gauntlet.yml:3:41: \`for\` cannot be "long": that is not a duration
      3 |   x: {fault: {pause: {servce: db}, for: long}}
        |                                         ^^^^
      → write a number with its unit, such as 500ms, 30s, 5m or 1h30m"
  `);
});

test('nothing, and two things at once', () => {
  expect([refuse('{for: 3s}'), refuse('{pause: {service: db}, quake: {}}')].join('\n\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:3:14: \`fault\` says nothing to do
      3 |   x: {fault: {for: 3s}}
        |              ^^^^^^^^^
      → write a fault, such as {kill: {service: api}}

    gauntlet.yml has a problem

    gauntlet.yml:3:14: \`fault\` does several things at once: \`pause\`, \`quake\`
      3 |   x: {fault: {pause: {service: db}, quake: {}}}
        |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      → name the others under \`also\`, or make an experiment of each"
  `);
});

test('several faults at once, and faults by chance', () => {
  expect(experiment('{fault: {pause: {service: a}}, also: [{pause: {service: b}, for: 2s}]}')).toMatchObject({
    fault: { type: 'pause' },
    also: [{ type: 'pause', options: { service: 'b' }, durationMs: 2_000 }],
    rows: ['CHA-01'],
  });
  expect(experiment('{random: {count: 3, at_once: 2, weights: {pause: 1}, most_services: 2, spare: db}}')).toMatchObject({
    random: { count: 3, atOnce: 2, weights: { pause: 1 }, mostServices: 2, spare: ['db'] },
  });
});

test.each([
  ['{steady: a}', 'does nothing'],
  ['{fault: {pause: {service: a}}, random: {count: 1}}', 'exclude each other'],
  ['{random: {count: 1}, also: [{pause: {service: a}}]}', 'has nothing to be done beside'],
  ['{random: {count: 1, weights: {paus: 1}}}', 'is no fault'],
])('%s', (written, said) => {
  expect(() => experiment(written)).toThrow(said);
});
