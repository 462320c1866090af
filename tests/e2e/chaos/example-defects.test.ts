import { afterAll, beforeAll, expect, test } from 'vitest';

import { CHAOS_DEFECTS, experimentsFor, foundBy, type UnderFault } from '../support/chaos-defects.ts';
import { describeWithDocker } from '../support/docker.ts';
import { chatAgent, type Example } from '../support/example.ts';

// Every defect of the example that only a fault shows is found by its own rows in its own experiment, on real containers.

let example: Example;

beforeAll(async () => {
  example = await chatAgent();
});

afterAll(() => example[Symbol.asyncDispose]());

describeWithDocker('on Compose', () => {
  test.each(CHAOS_DEFECTS.map((one) => [Object.keys(one.defects).join(', '), one] as const))('%s', (_, one) => areFound(one));
});

async function areFound(one: UnderFault): Promise<void> {
  const env = { DEFECTS: Object.keys(one.defects).join(','), ...one.env };
  const args = ['--config', 'chaos.yml', '--only', experimentsFor(one)];
  const { report, exitCode } = await example.gate({ stack: 'compose', stages: 'chaos', env, args });
  expect(foundBy(report)).toEqual(expect.arrayContaining(Object.values(one.defects).flat()));
  expect(exitCode).toBe(1);
}
