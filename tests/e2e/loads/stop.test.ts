import { describe, expect, it } from 'vitest';

import type { LoadOutput } from '../../../src/loads/contract.ts';
import { loads } from '../../../src/loads/registry.ts';
import { knownDelays, type KnownServer } from '../../support/known-delays.ts';
import { contextOf } from '../../support/load.ts';

const WALK = { get: '/' };
const STAY = [{ connect: '/' }, { send: '{{nonce}}', expect: { contains: ['{{nonce}}'] } }];

describe('a load that is stopped ends within a second, with all that it measured', { retry: 3 }, () => {
  it.each([
    ['users who act', { users: 50, perUserPerMinute: 60 }, [WALK]],
    ['users who connect and stay', { users: 50, connectWithinMs: 1_000 }, STAY],
    ['users who wait for answers', { users: 20, thinkMs: 50 }, [WALK]],
    ['a ramp', { users: 500, perUserPerMinute: 120, shape: 'ramp' }, [WALK]],
    ['a spike', { users: 200, perUserPerMinute: 120, shape: 'spike' }, [WALK]],
    ['steps to the knee', { users: 50, perUserPerMinute: 60, shape: 'step' }, [WALK]],
  ])('%s', async (_, options, steps) => {
    await using server = await knownDelays({ type: 'fixed', ms: 5 });
    const { said, tookMs } = await stopped(server, { options, steps });
    expect(tookMs).toBeLessThan(1_000);
    const series = said.filter((piece) => piece.kind === 'series');
    const own = series.find(({ metric }) => metric === 'load');
    expect(own?.delivery?.proof).toMatchObject({ state: 'unproved', why: expect.stringContaining('stopped after') as string });
    const latency = series.find(({ metric }) => metric === 'j.latency');
    expect(latency?.histogram?.buckets.reduce((sum, [, times]) => sum + times, 0)).toBe(own?.samples);
    expect(own?.samples).toBeGreaterThan(10);
    expect(said.flatMap((piece) => (piece.kind === 'gap' ? [piece.reason] : []))).toEqual(['interrupted']);
  });
});

/** Begins a load of a minute, and stops it two seconds after its first line about itself. */
async function stopped(
  server: KnownServer,
  load: { options: object; steps: readonly object[] },
): Promise<{ said: LoadOutput[]; tookMs: number }> {
  const plugin = loads.find(({ type }) => type === 'engine');
  if (!plugin) throw new Error('there is no engine');
  const stop = new AbortController();
  let stoppedMs = Number.NaN;
  const steps = load.steps.map((step) =>
    Object.fromEntries(
      Object.entries(step).map(([key, value]: [string, unknown]) =>
        key === 'get' ? [key, `${server.url}/`] : key === 'connect' ? [key, server.url.replace('http', 'ws')] : [key, value],
      ),
    ),
  );
  await using context = contextOf(steps, stop.signal);
  const tell = (line: string): void => {
    if (!line.includes('in flight') || !Number.isNaN(stoppedMs)) return;
    stoppedMs = performance.now() + 2_000;
    setTimeout(() => {
      stoppedMs = performance.now();
      stop.abort(new Error('cancelled'));
    }, 2_000);
  };
  const said = await Array.fromAsync(plugin.run(plugin.options.parse({ ...load.options, durationMs: 60_000 }), { ...context, tell }));
  return { said, tookMs: performance.now() - stoppedMs };
}
