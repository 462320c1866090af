import { describe, expect, it } from 'vitest';

import { agentRag } from '../support/example.ts';
import { findings, UNDER_LOAD } from '../support/rag-defects.ts';

describe('agents under load', { retry: 1 }, () => {
  it('each defect is found by its own row, and so is a model that nobody declares', async () => {
    const { found, asked } = await findings(UNDER_LOAD);
    expect(found).toEqual(asked);
  });

  it('nothing is found on the hardened system', async () => {
    await using example = await agentRag();
    const { report, exitCode } = await example.gate({ stack: 'process', stages: 'performance', env: {} });
    expect({ findings: report.findings.map(({ code, summary }) => `${code}: ${summary}`), exitCode }).toEqual({
      findings: [],
      exitCode: 0,
    });
  });
});
