import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEFECTS } from '../../../examples/chat-agent/src/defects.js';
import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { projectAt, type Project } from '../support/project.ts';

/**
 * Defect × finding: every switch of the example is found by its own rows and by nothing else, and the hardened system is clean.
 * Later issues add their defects here: a switch without a line below fails.
 */
const EXPECTED: Readonly<Record<string, { readonly stages: string; readonly codes: readonly string[]; readonly exitCode: number }>> = {
  'failing-unit-test': { stages: 'unit', codes: ['TST-01'], exitCode: 1 },
  'failing-integration-test': { stages: 'integration', codes: ['TST-02'], exitCode: 1 },
  'failing-e2e-test': { stages: 'e2e', codes: ['REL-11', 'TST-03'], exitCode: 1 },
  'coverage-hole': { stages: 'unit', codes: ['TST-07'], exitCode: 1 },
  'coverage-total': { stages: 'unit', codes: ['TST-06'], exitCode: 1 },
  'flaky-test': { stages: 'integration', codes: ['TST-14'], exitCode: 0 },
  'skipped-test': { stages: 'unit', codes: ['TST-13'], exitCode: 0 },
  'token-budget': { stages: 'e2e', codes: ['AGT-03', 'AGT-04'], exitCode: 1 },
  'disclosure-error': { stages: 'e2e', codes: ['AGT-06'], exitCode: 1 },
  'slow-reply': { stages: 'e2e', codes: ['WS-03'], exitCode: 0 },
  'restart-loop': { stages: 'integration', codes: ['CFG-09'], exitCode: 1 },
  'no-healthcheck': { stages: 'audit', codes: ['CFG-11'], exitCode: 0 },
  'never-ready': { stages: 'e2e', codes: ['CFG-18'], exitCode: 1 },
  'missing-results': { stages: 'integration', codes: ['GAT-01'], exitCode: 2 },
  'exit-zero': { stages: 'unit', codes: ['GAT-02', 'TST-01'], exitCode: 1 },
  'green-despite-crash': { stages: 'e2e', codes: ['GAT-02'], exitCode: 1 },
};

/** Found only on containers: tests/e2e/examples/compose.test.ts has them. */
const ON_COMPOSE = new Set(['no-healthcheck']);

let folder: string;
let example: Project;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gauntlet-example-'));
  // A copy in a folder of its own, whose packages come from this checkout: runs side by side never share reports.
  await cp(resolve(import.meta.dirname, '../../../examples/chat-agent'), join(folder, 'chat-agent'), {
    recursive: true,
    filter: (path) => !/\/(?:\.gauntlet|reports|node_modules)$/.test(path),
  });
  example = await projectAt(join(folder, 'chat-agent'), { modules: resolve(import.meta.dirname, '../../../node_modules') });
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

describe('detection matrix on local processes', () => {
  it('has a line for every defect of the example', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(Object.keys(DEFECTS).sort());
  });

  it('finds nothing on the hardened system', async () => {
    const { exitCode, report } = await gate('', 'audit,unit,integration,e2e,performance,chaos');
    expect({ exitCode, verdict: report.verdict, findings: codesOf(report) }).toEqual({
      exitCode: 0,
      verdict: { verdict: 'pass' },
      findings: [],
    });
  });

  const here = Object.entries(EXPECTED).filter(([defect]) => !ON_COMPOSE.has(defect));
  it.each(here)('%s', async (defect, { stages, codes, exitCode }) => {
    const found = await gate(defect, stages);
    expect({ codes: codesOf(found.report), exitCode: found.exitCode }).toEqual({ codes, exitCode });
  });
});

async function gate(defects: string, stages: string): Promise<{ exitCode: number | null; report: ReportV1 }> {
  const ended = await example.gauntlet(['-q', 'run', '--stack', 'process', '--stage', stages], { env: { DEFECTS: defects } });
  if (ended.exitCode === 70 || ended.exitCode === 3) throw new Error(ended.stderr);
  return { exitCode: ended.exitCode, report: await ended.report() };
}

/** Codes of all findings but the ones that only follow from another: stages that a broken stack kept from running. */
function codesOf({ findings }: ReportV1): string[] {
  const causes = new Set(findings.filter(({ result }) => result.verdict === 'confirmed').map(({ group }) => group));
  const own = findings.filter(({ result, group }) => result.verdict === 'confirmed' || group === undefined || !causes.has(group));
  return [...new Set(own.map(({ code }) => code))].sort();
}
