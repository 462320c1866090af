import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { chatAgent, codesOf, type Example } from '../support/example.ts';
import { LOAD_DEFECTS, type Together } from '../support/load-defects.ts';

// The part of the detection matrix (tests/e2e/examples) that puts a load on the example, and so needs the machine for itself.

const ALL_STAGES = 'audit,unit,integration,e2e,performance,chaos';
const written = LOAD_DEFECTS.map((together) => ({ ...together, names: Object.keys(together.defects).join(',') }));
let example: Example;

beforeAll(async () => {
  example = await chatAgent();
});

afterAll(() => example[Symbol.asyncDispose]());

// A machine that was too busy for the load is no news about the example.
describe('under load, on local processes', { retry: 1 }, () => {
  // Its other stages: tests/e2e/{examples,chaos}, and below, on containers.
  it('finds nothing on the hardened system', () => findsNothing('process', 'performance'));

  it.each(written)('$names: each by its own row, and nothing else', findsEach);
});

describeWithDocker('under load, on real containers', () => {
  it('finds nothing on the hardened system', { retry: 1 }, () => findsNothing('compose', ALL_STAGES));
});

async function findsEach({ names, defects, exitCode, nightly }: Together & { readonly names: string }): Promise<void> {
  const args = nightly === undefined ? [] : ['--config', 'nightly.yml', '--only', nightly];
  const found = await example.gate({ stack: 'process', stages: 'performance', env: { DEFECTS: names }, args });
  const codes = [...new Set(Object.values(defects).flat())].sort();
  expect({ codes: codesOf(found.report), exitCode: found.exitCode }).toEqual({ codes, exitCode });
}

async function findsNothing(stack: 'process' | 'compose', stages: string): Promise<void> {
  const { exitCode, report } = await example.gate({ stack, stages, env: {} });
  expect({ exitCode, verdict: report.verdict, findings: codesOf(report) }).toEqual({
    exitCode: 0,
    verdict: { verdict: 'pass' },
    findings: [],
  });
}
