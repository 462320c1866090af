import { spawn } from 'node:child_process';

import { expect, onTestFinished, test } from 'vitest';

import { rowJudges } from '../../judge/registry.ts';
import type { TriesFacts } from '../../model/api-tries.ts';
import { memoryOf } from '../live/memory.ts';
import { stackOf } from '../../../tests/support/live.ts';

const judge = rowJudges.find(({ code }) => code === 'INP-03');

/** What INP-03 says of a text of 10 MB that was refused, and what it cost. */
function found(memoryBytes: number | undefined): string[] {
  const facts: TriesFacts = {
    target: 'api',
    where: 'openapi.yaml',
    skipped: [],
    tried: [
      {
        subject: 'POST /ask',
        control: { case: 'the example of the document', status: 200, ms: 5 },
        tries: [{ case: '10 MB of `text`', status: 413, ms: 20, ...(memoryBytes === undefined ? {} : { memoryBytes }) }],
      },
    ],
  };
  return (judge?.evaluate(judge.facts.parse(facts)) ?? []).flatMap(({ result, summary }) =>
    result.verdict === 'confirmed' ? [summary] : [],
  );
}

test('INP-03: a large text that is refused, and costs many times its size of memory, is found', () => {
  expect(found(740_000_000)).toEqual([expect.stringContaining('10 MB of `text`: 413, and it cost 740 MB of memory')]);
  expect(found(60_000_000)).toEqual([]);
  expect(found(undefined)).toEqual([]);
});

test('INP-03: memory is read of the processes of the service, where they run here', async () => {
  const child = spawn(process.execPath, [
    '-e',
    'const held = Buffer.alloc(2e8, 1); console.log(held.length); setInterval(() => held, 1e6)',
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const { manifest, ...context } = stackOf([{ name: 'api', image: 'shop/api:1', ports: {} }]);
  const replica = { id: '1', name: 'api', state: 'running', health: 'none', restarts: 0, oomKilled: false, pid: child.pid ?? 0 } as const;
  const running = manifest && { ...manifest, services: manifest.services.map((service) => ({ ...service, replicas: [replica] })) };
  const memory = await memoryOf({ ...context, manifest: running }, 'api');
  expect(memory?.bytes).toBeGreaterThan(2e8);
  expect(memory?.highestBytes).toBeGreaterThanOrEqual(memory?.bytes ?? 0);
  expect(await memoryOf({ ...context, manifest }, 'api')).toBeUndefined();
});
