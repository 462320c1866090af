import { afterAll, beforeAll, expect, test } from 'vitest';

import { CHAOS_DEFECTS, COMPOSE_DEFECTS, HARDENED, type UnderFault } from '../support/chaos-defects.ts';
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

const [first, ...others] = CHAOS_DEFECTS;

test(`on processes: ${namesOf(first)}`, () => isFound('process', first));

describeWithDocker('on Compose', () => {
  test('the hardened system comes through', async () => {
    const args = ['--config', 'chaos.yml', '--only', COMPOSE_DEFECTS.experiments];
    const { report, exitCode } = await example.gate({ stack: 'compose', stages: 'chaos', env: {}, args });
    expect({ codes: codesOf(report), exitCode }).toEqual({ codes: [], exitCode: 0 });
  });

  test.each([...others, COMPOSE_DEFECTS].map((one) => [namesOf(one), one] as const))('%s', (_, one) => isFound('compose', one));
});

function namesOf({ defects }: UnderFault): string {
  return Object.keys(defects).join(', ');
}

async function isFound(stack: 'process' | 'compose', one: UnderFault): Promise<void> {
  const env = { DEFECTS: Object.keys(one.defects).join(','), ...one.env };
  const args = ['--config', 'chaos.yml', '--only', one.experiments];
  const { report, exitCode } = await example.gate({ stack, stages: 'chaos', env, args });
  expect(codesOf(report)).toEqual(expect.arrayContaining(Object.values(one.defects).flat()));
  expect(exitCode).toBe(1);
}
