import { describe, expect, it } from 'vitest';

import { DistributionCounts } from '../../../src/lib/histogram.ts';
import { engine } from '../../../src/loads/engine/index.ts';
import { knownDelays, type Delays } from '../../support/known-delays.ts';
import { contextOf, measureLoad } from '../../support/load.ts';

// True on a machine of any speed: what the engine vouches for is right within what it says of itself, and at a rate and with delays that
// ask little of the machine it vouches. The other bounds are those of a shared machine. `npm run bench` says how near the truth it is.

/** From what asks much of a machine to what asks next to nothing; limits are those that somebody might set for such delays. */
const RUNGS = [
  { perSecond: 500, ms: 10, limitMs: 100, durationMs: 2_000 },
  { perSecond: 100, ms: 100, limitMs: 1_000, durationMs: 2_000 },
  { perSecond: 10, ms: 1_000, limitMs: 5_000, durationMs: 4_000 },
] as const;

describe('what the engine measures', { retry: 1 }, () => {
  it('is never silently wrong, and where little is asked of it, it is conclusive and right', async () => {
    const said: string[] = [];
    for (const rung of RUNGS) {
      const { series, delivery, held } = await vouched(rung);
      said.push(delivery.proof.state);
      if (delivery.proof.state === 'unproved') {
        expect(series).toEqual(['load']);
        continue;
      }
      const ownMs = delivery.lag.p99 + (delivery.calibration?.p99 ?? Number.NaN);
      for (const part of [0.5, 0.9]) {
        const truth = quantile(held.truth, part);
        expect(held.measured(part)).toBeGreaterThan(truth * 0.98 - 1);
        expect(held.measured(part)).toBeLessThan(truth * 1.02 + 1 + ownMs);
      }
      // At a thousand milliseconds nothing that it could add is more than this.
      if (rung.ms === 1_000) expect(held.measured(0.5)).toBeLessThan(1_100);
    }
    expect(said.at(-1)).toBe('proved');
  });

  it('is each of the delays of a server that has two, in their shares', async () => {
    const { part, over } = await measure({ type: 'bimodal', ms: 5, rareMs: 80, rare: 0.1 }, { perSecond: 300, durationMs: 4_000 });
    expect(part(0.5)).toBeLessThan(25);
    expect(over(79)).toBeGreaterThan(0.095);
    expect(over(79)).toBeLessThan(0.3);
  });

  it('holds the whole of a stall of 2 s, which a closed model would see once for each of its connections', async () => {
    // Frozen from 2 s to 4 s of 3.9: half of all arrivals wait, from 2 s down to 0.1 s. More than its
    // listen queue holds (511) would wait a second longer, for the kernel to try again.
    const { part, over } = await measure(
      { type: 'stalling', stallMs: 2_000, everyMs: 2_000, times: 1 },
      { perSecond: 200, durationMs: 3_900 },
    );
    expect(over(100)).toBeGreaterThan(0.45);
    expect(over(1_000)).toBeGreaterThan(0.22);
    expect(over(1_000)).toBeLessThan(0.35);
    expect(part(0.99)).toBeGreaterThan(1_850);
    expect(part(1)).toBeLessThan(2_500);
  });

  it('holds short stalls too: 200 ms every 2 s are a tenth of all arrivals', async () => {
    const { part, over } = await measure(
      { type: 'stalling', stallMs: 200, everyMs: 2_000, times: 3 },
      { perSecond: 400, durationMs: 7_900 },
    );
    expect(over(100)).toBeGreaterThan(0.03);
    expect(over(100)).toBeLessThan(0.15);
    expect(part(0.99)).toBeGreaterThan(140);
    expect(part(0.99)).toBeLessThan(400);
  });

  it('is the message, not the connection: a user connects once', async () => {
    await using server = await knownDelays({ type: 'fixed', ms: 1 });
    const steps = [
      { connect: server.url.replace('http', 'ws') },
      { send: '{{nonce}} of {{user}}', expect: { contains: ['{{nonce}}', '{{user}}'] } },
    ];
    const { recorder } = await measureLoad(steps, { perSecond: 500, durationMs: 3_000, users: 100 });
    const [, connects, messages] = recorder.all.steps;
    expect([recorder.kept, connects?.count, messages?.count]).toEqual([1_500, 100, 1_500]);
  });

  it('is every failure where nothing answers', async () => {
    const { recorder } = await measureLoad([{ get: 'http://127.0.0.1:9/' }], { perSecond: 50, durationMs: 1_000 });
    expect([recorder.kept, recorder.failed, recorder.errors.whole]).toEqual([0, 50, { hits: 50, of: 50 }]);
    expect([...recorder.misses.values()]).toMatchObject([{ what: 'connection', times: 50 }]);
  });
});

interface Rung {
  readonly perSecond: number;
  readonly ms: number;
  readonly limitMs: number;
  readonly durationMs: number;
}

/** A whole load, as the gate runs it: with calibration, and the engine's own word about what it measured. */
async function vouched({ perSecond, ms, limitMs, durationMs }: Rung) {
  await using server = await knownDelays({ type: 'fixed', ms });
  await using context = contextOf([{ get: `${server.url}/` }]);
  const options = { users: perSecond, perUserPerMinute: 60, durationMs };
  const said = await Array.fromAsync(engine.run(engine.options.parse(options), { ...context, limitMs }));
  const all = said.flatMap((piece) => (piece.kind === 'series' ? [piece] : []));
  const counts = new DistributionCounts();
  const latency = all.find(({ metric }) => metric === 'j.latency')?.histogram;
  if (latency) counts.merge(latency);
  return {
    series: all.map(({ metric }) => metric),
    delivery: all.find(({ metric }) => metric === 'load')?.delivery ?? expect.fail('it says nothing of itself'),
    held: { truth: await server.held(), measured: (part: number) => counts.quantile(part) / 1_000 },
  };
}

async function measure(delays: Delays, load: { perSecond: number; durationMs: number }) {
  await using server = await knownDelays(delays);
  const { recorder } = await measureLoad([{ get: `${server.url}/` }], load);
  const latency = recorder.all.latency.whole;
  expect([recorder.failed, latency.count]).toEqual([0, (load.perSecond * load.durationMs) / 1_000]);
  return {
    part: (part: number) => latency.quantile(part) / 1_000,
    /** The share of what took longer. */
    over: (ms: number) => 1 - latency.countUpTo(ms * 1_000) / latency.count,
    held: await server.held(),
  };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
