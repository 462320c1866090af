import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEFECTS } from '../../../examples/chat-agent/src/defects.js';
import { describeWithDocker } from '../support/docker.ts';
import { chatAgent, ownOf, type Example } from '../support/example.ts';
import { CHAOS_DEFECTS } from '../support/chaos-defects.ts';
import { LEAK_DEFECTS, LOAD_DEFECTS } from '../support/load-defects.ts';

interface Together {
  /** Each with what finds it, and in which stage: `TST-01 unit`. */
  readonly defects: Readonly<Record<string, readonly string[]>>;
  readonly stages: string;
  readonly exitCode: number;
}

/**
 * Defect × finding: every switch of the example is found by its own rows and by nothing else. Those of one run do not touch each other. A
 * switch without a line fails. Those that only a load shows, and that the hardened system is clean, are tried in tests/e2e/loads.
 */
const ON_PROCESSES: readonly Together[] = [
  {
    defects: {
      'failing-unit-test': ['TST-01 unit'],
      'coverage-hole': ['TST-07 unit'],
      'coverage-total': ['TST-06 unit'],
      'failing-integration-test': ['TST-02 integration'],
      'failing-e2e-test': ['REL-11 e2e', 'TST-03 e2e'],
      'disclosure-error': ['AGT-06 e2e'],
    },
    stages: 'unit,integration,e2e',
    exitCode: 1,
  },
  {
    defects: {
      'exit-zero': ['GAT-02 unit', 'TST-01 unit'],
      'missing-results': ['GAT-01 integration'],
      'green-despite-crash': ['GAT-02 e2e'],
      'token-budget': ['AGT-03 e2e', 'AGT-04 e2e'],
      'slow-reply': ['WS-03 e2e'],
    },
    stages: 'unit,integration,e2e',
    exitCode: 1,
  },
  // What blocks nothing.
  { defects: { 'skipped-test': ['TST-13 unit'], 'flaky-test': ['TST-14 integration'] }, stages: 'unit,integration', exitCode: 0 },
];

/** What lives in the stack itself. */
const ON_COMPOSE: readonly Together[] = [
  { defects: { 'restart-loop': ['CFG-09 e2e'] }, stages: 'e2e', exitCode: 1 },
  { defects: { 'never-ready': ['CFG-18 audit'], 'no-healthcheck': ['CFG-11 audit'] }, stages: 'audit,e2e', exitCode: 1 },
];

let example: Example;

beforeAll(async () => {
  example = await chatAgent();
});

afterAll(() => example[Symbol.asyncDispose]());

it('the detection matrix has a line for every defect of the example', () => {
  const all = [...ON_PROCESSES, ...ON_COMPOSE, ...LOAD_DEFECTS, LEAK_DEFECTS, ...CHAOS_DEFECTS].flatMap(({ defects }) =>
    Object.keys(defects),
  );
  expect([...new Set(all)].sort()).toEqual(Object.keys(DEFECTS).sort());
});

describe('detection matrix on local processes', () => {
  matrix('process', ON_PROCESSES);
});

describeWithDocker('detection matrix on real containers', () => {
  matrix('compose', ON_COMPOSE);
});

function matrix(stack: 'process' | 'compose', systems: readonly Together[]): void {
  it.each(systems.map((one) => [Object.keys(one.defects).join(', '), one] as const))('%s', async (_, { defects, stages, exitCode }) => {
    const names = Object.keys(defects);
    const env = { DEFECTS: names.join(','), ...(names.includes('no-healthcheck') ? { NO_HEALTHCHECK: 'true' } : {}) };
    const { report, exitCode: ended } = await example.gate({ stack, stages, env });
    const found = [...new Set(ownOf(report).map(({ code, stage }) => `${code} ${stage ?? 'run'}`))].sort();
    expect({ found, exitCode: ended }).toEqual({ found: Object.values(defects).flat().toSorted(), exitCode });
  });
}
