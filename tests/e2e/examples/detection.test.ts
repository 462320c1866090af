import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEFECTS } from '../../../examples/chat-agent/src/defects.js';
import { describeWithDocker } from '../support/docker.ts';
import { chatAgent, codesOf, type Example } from '../support/example.ts';
import { CHAOS_DEFECTS } from '../support/chaos-defects.ts';
import { LOAD_DEFECTS } from '../support/load-defects.ts';

interface Expected {
  readonly stages: string;
  readonly codes: readonly string[];
  readonly exitCode: number;
  /** Where it is tried: what lives in the stack itself is tried on real containers too. */
  readonly on: 'process' | 'compose' | 'both';
}

/**
 * Defect × finding: every switch of the example is found by its own rows and by nothing else. A switch without a line fails. Those that
 * only a load shows, and that the hardened system is clean, are tried in tests/e2e/loads.
 */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'failing-unit-test': { stages: 'unit', codes: ['TST-01'], exitCode: 1, on: 'process' },
  'failing-integration-test': { stages: 'integration', codes: ['TST-02'], exitCode: 1, on: 'process' },
  'failing-e2e-test': { stages: 'e2e', codes: ['REL-11', 'TST-03'], exitCode: 1, on: 'process' },
  'coverage-hole': { stages: 'unit', codes: ['TST-07'], exitCode: 1, on: 'process' },
  'coverage-total': { stages: 'unit', codes: ['TST-06'], exitCode: 1, on: 'process' },
  'flaky-test': { stages: 'integration', codes: ['TST-14'], exitCode: 0, on: 'process' },
  'skipped-test': { stages: 'unit', codes: ['TST-13'], exitCode: 0, on: 'process' },
  'token-budget': { stages: 'e2e', codes: ['AGT-03', 'AGT-04'], exitCode: 1, on: 'both' },
  'disclosure-error': { stages: 'e2e', codes: ['AGT-06'], exitCode: 1, on: 'process' },
  'slow-reply': { stages: 'e2e', codes: ['WS-03'], exitCode: 0, on: 'process' },
  'restart-loop': { stages: 'e2e', codes: ['CFG-09'], exitCode: 1, on: 'both' },
  'no-healthcheck': { stages: 'audit', codes: ['CFG-11'], exitCode: 0, on: 'compose' },
  'never-ready': { stages: 'e2e', codes: ['CFG-18'], exitCode: 1, on: 'both' },
  'missing-results': { stages: 'integration', codes: ['GAT-01'], exitCode: 2, on: 'process' },
  'exit-zero': { stages: 'unit', codes: ['GAT-02', 'TST-01'], exitCode: 1, on: 'process' },
  'green-despite-crash': { stages: 'e2e', codes: ['GAT-02'], exitCode: 1, on: 'process' },
};

let example: Example;

beforeAll(async () => {
  example = await chatAgent();
});

afterAll(() => example[Symbol.asyncDispose]());

it('the detection matrix has a line for every defect of the example', () => {
  const underLoad = LOAD_DEFECTS.flatMap(({ defects }) => Object.keys(defects));
  const underFault = CHAOS_DEFECTS.flatMap(({ defects }) => Object.keys(defects));
  expect([...new Set([...Object.keys(EXPECTED), ...underLoad, ...underFault])].sort()).toEqual(Object.keys(DEFECTS).sort());
});

describe('detection matrix on local processes', () => {
  matrix('process');
});

describeWithDocker('detection matrix on real containers', () => {
  matrix('compose');
});

function matrix(stack: 'process' | 'compose'): void {
  const here = Object.entries(EXPECTED).filter(([, { on }]) => on === stack || on === 'both');
  it.each(here)('%s', async (defect, { stages, codes, exitCode }) => {
    const env = { DEFECTS: defect, ...(defect === 'no-healthcheck' ? { NO_HEALTHCHECK: 'true' } : {}) };
    const found = await example.gate({ stack, stages, env });
    expect({ codes: codesOf(found.report), exitCode: found.exitCode }).toEqual({ codes, exitCode });
  });
}
