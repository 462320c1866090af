import { afterAll, beforeAll, expect, test } from 'vitest';

import { CHAOS_DEFECTS, COMPOSE_DEFECTS, HARDENED } from '../support/chaos-defects.ts';
import { describeWithDocker } from '../support/docker.ts';
import { chatAgent, codesOf, type Example } from '../support/example.ts';

// The example under the experiments of its `chaos.yml`: each defect is found by its rows, and the hardened system comes through.

let example: Example;

beforeAll(async () => {
  example = await chatAgent();
});

afterAll(() => example[Symbol.asyncDispose]());

test('the hardened system comes through all of them', async () => {
  const args = ['--config', 'chaos.yml', '--only', HARDENED];
  const { report, exitCode } = await example.gate({ stack: 'process', stages: 'chaos', env: {}, args });
  expect({ codes: codesOf(report), exitCode }).toEqual({ codes: [], exitCode: 0 });
});

test.each(CHAOS_DEFECTS.map((one) => [Object.keys(one.defects).join(', '), one] as const))('%s', async (names, one) => {
  const env = { DEFECTS: names.replaceAll(' ', ''), ...one.env };
  const args = ['--config', 'chaos.yml', '--only', one.experiments];
  const { report, exitCode } = await example.gate({ stack: 'process', stages: 'chaos', env, args });
  expect(codesOf(report)).toEqual(expect.arrayContaining(Object.values(one.defects).flat()));
  expect(exitCode).toBe(1);
});

describeWithDocker('on Compose', () => {
  const args = ['--config', 'chaos.yml', '--only', COMPOSE_DEFECTS.experiments];

  test('the hardened system comes through', async () => {
    const { report, exitCode } = await example.gate({ stack: 'compose', stages: 'chaos', env: {}, args });
    expect({ codes: codesOf(report), exitCode }).toEqual({ codes: [], exitCode: 0 });
  });

  test('storms of retries, breakers that never open and calls for users who are gone are found', async () => {
    const env = { DEFECTS: Object.keys(COMPOSE_DEFECTS.defects).join(',') };
    const { report, exitCode } = await example.gate({ stack: 'compose', stages: 'chaos', env, args });
    expect(codesOf(report)).toEqual(expect.arrayContaining(Object.values(COMPOSE_DEFECTS.defects).flat()));
    expect(exitCode).toBe(1);
  });
});
