import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { chatAgent, codesOf, type Example } from '../support/example.ts';
import { LEAK_DEFECTS } from '../support/load-defects.ts';

// The part of the detection matrix that takes minutes of little work: both systems side by side.
const ROWS = LEAK_DEFECTS.nightly ?? '';
const PATIENCE_MS = 1_200_000;
let leaking: Example;
let hardened: Example;

beforeAll(async () => {
  [leaking, hardened] = [await chatAgent(), await chatAgent()];
});

afterAll(() => Promise.all([leaking, hardened].map((example) => example[Symbol.asyncDispose]())));

describe.concurrent('leaks of the example', () => {
  it(
    'each defect is found by its own row, and nothing else is',
    async () => {
      const { defects, exitCode } = LEAK_DEFECTS;
      expect(await searched(leaking, Object.keys(defects).join(','))).toEqual({ codes: Object.values(defects).flat().sort(), exitCode });
    },
    PATIENCE_MS,
  );

  it(
    'the hardened system is silent',
    async () => {
      expect(await searched(hardened, '')).toEqual({ codes: [], exitCode: 0 });
    },
    PATIENCE_MS,
  );
});

async function searched(example: Example, DEFECTS: string): Promise<{ codes: string[]; exitCode: number | null }> {
  const args = ['--config', 'nightly.yml', '--only', ROWS];
  const { report, exitCode } = await example.gate({ stack: 'process', stages: 'performance', env: { DEFECTS }, args });
  return { codes: codesOf(report), exitCode };
}
