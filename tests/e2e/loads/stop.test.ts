import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

import { PROFILES, scenariosOf } from '../../../src/config/profiles.ts';
import type { LoadOutput } from '../../../src/loads/contract.ts';
import { loads } from '../../../src/loads/registry.ts';
import { knownDelays } from '../../support/known-delays.ts';
import { contextOf } from '../../support/load.ts';

const WALK = { get: '/' };
// A second on a machine of its own; here several stop at once, on a machine of any speed. Walks that are waited for take ten.
const STOP_MS = 4_000;
const STAY = [{ connect: '/' }, { send: '{{nonce}}', expect: { contains: ['{{nonce}}'] } }];

describe('a load that is stopped ends at once, with all that it measured', { retry: 1 }, () => {
  it.concurrent.each([
    ['users who act', { users: 50, perUserPerMinute: 60 }, [WALK]],
    ['users who connect and stay', { users: 50, connectWithinMs: 1_000 }, STAY],
    ['users who wait for answers', { users: 20, thinkMs: 50 }, [WALK]],
    ['users of two threads who connect and stay', { users: 50, connectWithinMs: 1_000, workers: 2 }, STAY],
    ['a ramp', { users: 500, perUserPerMinute: 120, shape: 'ramp' }, [WALK]],
    ['a spike', { users: 200, perUserPerMinute: 120, shape: 'spike' }, [WALK]],
    ['steps to the knee', { users: 50, perUserPerMinute: 60, shape: 'step' }, [WALK]],
  ])('%s', async (_, options, steps) => {
    await using server = await knownDelays({ type: 'fixed', ms: 5 });
    const { said, tookMs } = await stopped(server, { options, steps });
    expect(tookMs).toBeLessThan(STOP_MS);
    const series = said.filter((piece) => piece.kind === 'series');
    const own = series.find(({ metric }) => metric === 'load');
    expect(own?.delivery?.proof).toMatchObject({ state: 'unproved', why: expect.stringContaining('stopped after') as string });
    const latency = series.find(({ metric }) => metric === 'j.latency');
    expect(latency?.histogram?.buckets.reduce((sum, [, times]) => sum + times, 0)).toBe(own?.samples);
    expect(own?.samples).toBeGreaterThan(10);
    expect(said.flatMap((piece) => (piece.kind === 'gap' ? [piece.reason] : []))).toEqual(['interrupted']);
  });
});

describe('a load of every profile is stopped at once, also while nothing answers', { retry: 1 }, () => {
  it.concurrent.each(
    scenariosOf(PROFILES, {}).map(([name, scenario], index) => [name, index % 2 === 0 ? 'requests' : 'messages', scenario] as const),
  )('%s, with %s under way', async (_, what, { askedMs, journeys: __, ...scenario }) => {
    await using server = await silentServer();
    const steps = what === 'requests' ? [WALK] : STAY;
    const { said, tookMs } = await stopped(server, { options: scenario, steps, durationMs: askedMs, afterMs: 500 });
    expect(tookMs).toBeLessThan(STOP_MS);
    const own = said.find((piece) => piece.kind === 'series');
    expect(own).toMatchObject({ metric: 'load', samples: 0, delivery: { achieved: { kept: 0 }, proof: { state: 'unproved' } } });
    expect(own?.delivery?.achieved.cut).toBe(own?.delivery?.achieved.arrivals);
    expect(said.flatMap((piece) => (piece.kind === 'gap' ? [piece.reason] : []))).toEqual(['interrupted']);
  });
});

interface Stopping {
  readonly options: object;
  readonly steps: readonly object[];
  readonly durationMs?: number;
  readonly afterMs?: number;
}

/** Begins a load, and stops it some time after its first line about itself. */
async function stopped(
  { url }: { readonly url: string },
  { options, steps, durationMs = 60_000, afterMs = 1_000 }: Stopping,
): Promise<{ said: LoadOutput[]; tookMs: number }> {
  const plugin = loads.find(({ type }) => type === 'engine');
  if (!plugin) throw new Error('there is no engine');
  const stop = new AbortController();
  let stoppedMs = Number.NaN;
  const placed = steps.map((step) =>
    Object.fromEntries(
      Object.entries(step).map(([key, value]: [string, unknown]) =>
        key === 'get' ? [key, `${url}/`] : key === 'connect' ? [key, url.replace('http', 'ws')] : [key, value],
      ),
    ),
  );
  await using context = contextOf(placed, stop.signal);
  const tell = (line: string): void => {
    if (!line.includes('in flight') || !Number.isNaN(stoppedMs)) return;
    stoppedMs = performance.now() + afterMs;
    setTimeout(() => {
      stoppedMs = performance.now();
      stop.abort(new Error('cancelled'));
    }, afterMs);
  };
  const said = await Array.fromAsync(plugin.run(plugin.options.parse({ ...options, durationMs }), { ...context, tell }));
  return { said, tookMs: performance.now() - stoppedMs };
}

/** Takes every request and every message, and never says a word. */
async function silentServer(): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(() => undefined);
  const sockets = new WebSocketServer({ server });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((done) => void server.close(done));
    },
  };
}
