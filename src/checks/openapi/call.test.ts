import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { stackOf } from '../../../tests/support/live.ts';
import type { CheckContext } from '../contract.ts';
import { send, shownOf } from './call.ts';

test('a service that is unavailable for a moment is asked again', async () => {
  const { url, asked } = await serviceWith((count) => (count <= 2 ? 503 : 200));
  const { context, waits } = impatient();
  expect(shownOf(await send(context, { method: 'GET', url }))).toBe('200');
  expect([asked(), waits]).toEqual([3, [1_000, 2_000]]);
});

test('one that always is unavailable is waited for a few times, and then asked once', async () => {
  const { url, asked } = await serviceWith(() => 503);
  const { context, waits } = impatient();
  for (let request = 0; request < 20; request++) expect(shownOf(await send(context, { method: 'GET', url }))).toBe('503');
  expect([asked(), waits.length]).toEqual([4 * 3 + 16, 8]);
});

test('another error of the server is told at once', async () => {
  const { url, asked } = await serviceWith(() => 500);
  const { context, waits } = impatient();
  expect(shownOf(await send(context, { method: 'GET', url }))).toBe('500');
  expect([asked(), waits]).toEqual([1, []]);
});

/** A context whose clock does not wait. */
function impatient(): { context: CheckContext; waits: number[] } {
  const context = stackOf([]);
  const waits: number[] = [];
  const clock = { ...context.ports.clock, sleep: async (ms: number) => void waits.push(ms) };
  return { context: { ...context, ports: { ...context.ports, clock } }, waits };
}

async function serviceWith(status: (count: number) => number): Promise<{ url: string; asked: () => number }> {
  let count = 0;
  const server: Server = createServer((_, response) => response.writeHead(status(++count)).end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => count };
}
