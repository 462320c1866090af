import { expect, it } from 'vitest';

import { DEFECTS } from '../../../examples/agent-rag/src/defects.js';
import { agentRag } from '../support/example.ts';
import { ANSWERS, findings, UNDER_FAULT, UNDER_LOAD } from '../support/rag-defects.ts';

it('each defect is found by its own row: disclosure, retrieval, routing, agents, learning, delivery', async () => {
  const { found, asked } = await findings(ANSWERS);
  expect(found).toEqual(asked);
});

it('each defect is found by its own row: the analytics store fails', async () => {
  const { found, asked } = await findings(UNDER_FAULT);
  expect(found).toEqual(asked);
});

it('nothing is found on the hardened system, phase by phase', async () => {
  await using example = await agentRag();
  const { report, exitCode } = await example.gate({ stack: 'process', stages: 'audit,e2e,smoke', env: {} });
  expect({ findings: report.findings.map(({ code, summary }) => `${code}: ${summary}`), exitCode }).toEqual({ findings: [], exitCode: 0 });
  // What a stub answers clears no row about answers.
  const stub = report.notLooked.flatMap(({ code, because }) => (because.includes('a stub answered') ? [code] : []));
  expect([...new Set(stub)]).toEqual(['AGT-09', 'AGT-21']);
});

it('every defect has its place in one run, and every row of agents a defect', () => {
  const tried = [ANSWERS, UNDER_LOAD, UNDER_FAULT].flatMap(({ defects }) => defects);
  expect(tried.toSorted()).toEqual(Object.keys(DEFECTS).sort());
  const agents = Array.from({ length: 26 }, (_, index) => `AGT-${String(index + 1).padStart(2, '0')}`);
  expect(Object.values(DEFECTS).map(({ row }) => row)).toEqual(expect.arrayContaining(agents));
});
