import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { stepCommon } from '../../src/config/journeys.ts';
import type { StepContext } from '../../src/journeys/contract.ts';
import { stepKinds } from '../../src/journeys/registry.ts';
import type { JourneyStep } from '../../src/model/journey.ts';
import { MessageLedger } from '../../src/run/messages.ts';
import { brokenPorts, itIsNamedAfterItsFolder, itTakesOptions, samplesOf } from './support.ts';

// Every kind of step must keep these promises where nothing answers, or where what is there never does.

const TIMEOUT_MS = 300;

itIsNamedAfterItsFolder(
  'journeys',
  stepKinds.map(({ type }) => type),
);

it('a key selects one kind of step, and is none of the settings that every step has', () => {
  const keys = [...Object.keys(stepCommon.shape), ...stepKinds.flatMap((kind) => kind.keys)];
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

describe.each(stepKinds.map((plugin) => ({ plugin, type: plugin.type })))('$type', ({ plugin, type }) => {
  const written = samplesOf('journeys', type);
  const samples = written.map((sample) => plugin.options.parse(sample));

  itTakesOptions('journeys', { name: type, ...plugin });

  it('is selected by one of its keys', () => {
    for (const sample of written) expect(plugin.keys.filter((key) => key in Object(sample))).toHaveLength(1);
  });

  it('its title is one line', () => {
    for (const options of samples) expect(plugin.title(options)).toMatch(/^[^\n]{3,200}$/);
  });

  it.each([
    ['nothing answers', async () => 9],
    ['what is there never answers', silence],
  ])('a reply comes in time where %s', async (_, place) => {
    for (const options of samples) {
      const from = performance.now();
      const { context, step } = walking(await place());
      const reply = await plugin.run(options, context, step);
      expect(reply.durationMs).toBeGreaterThanOrEqual(0);
      expect(reply.bytes).toBe(Buffer.byteLength(reply.text));
      if (reply.failure) expect([reply.failure.measured, reply.failure.expected]).not.toContain('');
      expect(performance.now() - from).toBeLessThan(TIMEOUT_MS + 10_000);
    }
  });

  it('ends when somebody stops the journey', async () => {
    const port = await silence();
    for (const options of samples) {
      const from = performance.now();
      const { context, step } = walking(port, AbortSignal.timeout(50));
      // Throwing the signal's reason is as good as a reply that says so: the journey is over either way.
      await plugin.run(options, { ...context, timeoutMs: 60_000 }, step).catch(() => undefined);
      expect(performance.now() - from).toBeLessThan(20_000);
    }
  });
});

function walking(port: number, signal = new AbortController().signal): { context: StepContext; step: JourneyStep } {
  const values = new Map<string, unknown>();
  const context: StepContext = {
    ports: brokenPorts(),
    session: { get: <Value>(key: string) => values.get(key) as Value | undefined, set: (key, value) => void values.set(key, value) },
    messages: new MessageLedger(() => 'somebody').of(0),
    fill: (text) => text.replaceAll('{{api}}', `http://127.0.0.1:${port}`).replaceAll('{{ws}}', `ws://127.0.0.1:${port}`),
    root: import.meta.dirname,
    env: {},
    timeoutMs: TIMEOUT_MS,
    signal,
  };
  return { context, step: { type: 'x', title: 'x', options: null, capture: {}, expect: {}, timeoutMs: TIMEOUT_MS } };
}

/** The port of a server that takes every connection and never says a word. */
async function silence(): Promise<number> {
  const sockets: { destroy(): void }[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
