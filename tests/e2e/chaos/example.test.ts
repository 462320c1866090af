import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { chatAgent, codesOf, type Example } from '../support/example.ts';

// The hardened example comes through the experiments of its `chaos.yml`: all of them on Compose, and on processes one of each kind of
// fault. What its defects show is in example-defects.test.ts.

const ON_PROCESSES = 'redis-down,llm-stalls,api-ends,api-dies,postgres-hangs';

let example: Example;

beforeAll(async () => {
  example = await chatAgent();
});

afterAll(() => example[Symbol.asyncDispose]());

test('on processes', () => isSilent('process', ['--only', ON_PROCESSES]));

describeWithDocker('on Compose', () => {
  test('all of them', () => isSilent('compose', []), 600_000);
});

async function isSilent(stack: 'process' | 'compose', only: readonly string[]): Promise<void> {
  const { report, exitCode } = await example.gate({ stack, stages: 'chaos', env: {}, args: ['--config', 'chaos.yml', ...only] });
  expect({ codes: codesOf(report), exitCode }, titlesOf(report)).toEqual({ codes: [], exitCode: 0 });
}

function titlesOf({ findings }: Awaited<ReturnType<Example['gate']>>['report']): string {
  return findings.map(({ code, title }) => `${code} ${title}`).join('; ');
}
