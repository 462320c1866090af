import { knownDelays, type Delays } from '../tests/support/known-delays.ts';
import { measureLoad } from '../tests/support/load.ts';

const RATE = 1_000;
const DURATION_MS = 10_000;
const PARTS = [0.5, 0.95, 0.99] as const;

const SERVERS: readonly (readonly [name: string, delays: Delays])[] = [
  ['fixed 10 ms', { type: 'fixed', ms: 10 }],
  ['5 ms, and 50 ms for one in ten', { type: 'bimodal', ms: 5, rareMs: 50, rare: 0.1 }],
];
const STALLS: readonly (readonly [name: string, delays: Delays & { readonly type: 'stalling' }])[] = [
  ['200 ms every 2 s', { type: 'stalling', stallMs: 200, everyMs: 2_000, times: 4 }],
  ['2 s once', { type: 'stalling', stallMs: 2_000, everyMs: 3_000, times: 1 }],
];

/** How far the engine's percentiles are from what the server did, at 1,000 requests a second. */
export async function benchLoads(): Promise<void> {
  for (const [name, delays] of SERVERS) {
    await using server = await knownDelays(delays);
    await measureLoad([{ get: `${server.url}/` }], { perSecond: RATE, durationMs: 2_000 });
    await server.held();
    const { recorder, driven } = await measureLoad([{ get: `${server.url}/` }], { perSecond: RATE, durationMs: DURATION_MS });
    const held = await server.held();
    const errors = PARTS.map((part) => {
      const [measured, truth] = [recorder.all.latency.whole.quantile(part) / 1_000, held[Math.ceil(part * held.length) - 1] ?? Number.NaN];
      return `p${part * 100} ${measured.toFixed(2)} against ${truth.toFixed(2)} ms`;
    });
    const lag = `lag p99 ${(recorder.lag.quantile(0.99) / 1_000).toFixed(2)} ms, busy ${(driven.busy * 100).toFixed(0)} %`;
    process.stdout.write(`load of ${RATE}/s, ${name}: ${errors.join(', ')}; ${lag}\n`);
  }
  for (const [name, delays] of STALLS) {
    await using server = await knownDelays(delays);
    const { recorder } = await measureLoad([{ get: `${server.url}/` }], { perSecond: RATE / 4, durationMs: DURATION_MS });
    // Of all arrivals, those in the first half of a stall wait for more than its half.
    const truth = (delays.times * delays.stallMs) / 2 / DURATION_MS;
    const { whole } = recorder.all.latency;
    const late = 1 - whole.countUpTo(delays.stallMs * 500) / whole.count;
    process.stdout.write(
      `load of ${RATE / 4}/s, frozen for ${name}: ${(late * 100).toFixed(2)} % waited for half of a stall or more, by the schedule ${(truth * 100).toFixed(2)} %; longest ${(whole.max / 1_000).toFixed(0)} ms\n`,
    );
  }
}
