import { expect, it } from 'vitest';

import { contextOf } from '../../../tests/support/load.ts';
import type { Hearing, LoadContext, LoadOutput } from '../contract.ts';
import { engine } from './index.ts';
import { Recorder } from './recorder.ts';
import type { Order, Report } from './worker-line.ts';

const OPTIONS = { users: 4, perUserPerMinute: 600, durationMs: 1_000, workers: 2 };
const DRIVEN = { launched: 20, dropped: 0, mostInFlight: 1, durationMs: 1_000, busy: 0.2, hopeless: false };
const WALKED = { type: 'walked', driven: DRIVEN, asked: 20, strays: [] } as const;
const CALIBRATION = { samples: 300, perSecond: 200, p50: 0.3, p99: 2 };

/** What a worker answers to an order. */
type Answers = (order: Order, worker: number) => Report | 'gone' | 'silence';

const right: Answers = (order, worker) => {
  switch (order.type) {
    case 'calibrate':
      return { type: 'calibrated', calibration: worker === 0 ? CALIBRATION : { ...CALIBRATION, p99: 5 } };
    case 'begin':
      return {
        ...WALKED,
        driven: { ...DRIVEN, busy: worker === 0 ? 0.2 : 0.6 },
        counts: countsOf(worker === 0 ? 1 : 8),
      };
    case 'settle':
      return { type: 'settled', strays: [], counts: countsOf(0) };
    case 'finish':
      return { type: 'finished', facts: {}, strays: [], counts: countsOf(0) };
    case 'strays':
    case 'stop':
      return 'silence';
  }
};

it('a load counts what its workers counted, and the worst of them decides', async () => {
  const own = deliveryIn(await loadOf(right));
  expect(own).toMatchObject({
    asked: { users: 4, arrivals: 40 },
    achieved: { arrivals: 40, kept: 40 },
    lag: { p99: 8 },
    busy: 0.6,
    calibration: { samples: 300, perSecond: 400, p99: 5 },
    workers: [
      { arrivals: 20, busy: 0.2 },
      { arrivals: 20, busy: 0.6 },
    ],
    proof: { state: 'proved' },
  });
});

it.each<[string, Order['type'], 'gone' | 'fewer']>([
  ['dies before it began', 'calibrate', 'gone'],
  ['dies while it walks', 'begin', 'gone'],
  ['dies when it is done, with what it counted last', 'finish', 'gone'],
  ['walks less than it was asked to', 'begin', 'fewer'],
])('a load of which one worker %s proves nothing', async (_, at, how) => {
  const said = await loadOf((order, worker) => {
    const usual = right(order, worker);
    if (worker === 0 || order.type !== at) return usual;
    if (how === 'gone') return 'gone';
    return typeof usual === 'object' && usual.type === 'walked' ? { ...usual, driven: { ...DRIVEN, launched: 19 } } : usual;
  });
  const why = how === 'gone' ? 'worker 2 of 2 was gone before its end: shot' : 'sent 39 of 40 arrivals';
  expect(deliveryIn(said)?.proof).toMatchObject({ state: 'unproved', why: expect.stringContaining(why) as string });
  expect(said.map((piece) => piece.kind)).toEqual(['series', 'gap']);
});

it('when one dies, the others are stopped at once', async () => {
  const orders: Order[] = [];
  await loadOf((order, worker) => {
    if (worker === 0) orders.push(order);
    if (order.type !== 'begin') return right(order, worker);
    return worker === 1 ? 'gone' : 'silence';
  });
  expect(orders).toContainEqual({ type: 'stop', walks: true });
});

it('a threshold is judged by what all have counted, and stops all of them', async () => {
  const stopped: number[] = [];
  const seen: number[] = [];
  const said = await loadOf(
    (order, worker) => {
      if (order.type === 'begin') return { type: 'so-far', strays: [], counts: countsOf(1) };
      if (order.type !== 'stop') return right(order, worker);
      stopped.push(worker);
      return { ...WALKED, counts: countsOf(0) };
    },
    {
      abort: (measured) => {
        seen.push(measured('latency')?.samples ?? 0);
        return { threshold: 'latency: max < 1ms', measured: '10 ms' };
      },
    },
  );
  expect(seen).toEqual([40]);
  expect(stopped).toEqual([0, 1]);
  expect(deliveryIn(said)?.aborted).toMatchObject({ threshold: 'latency: max < 1ms' });
});

it('who does not stop within a second of the run is left behind', async () => {
  const stop = new AbortController();
  const begun = (order: Order): 'silence' | undefined => {
    if (order.type !== 'begin') return undefined;
    setTimeout(() => stop.abort(new Error('cancelled')), 50);
    return 'silence';
  };
  const fromMs = performance.now();
  const said = await loadOf((order, worker) => begun(order) ?? right(order, worker), { signal: stop.signal });
  expect(performance.now() - fromMs).toBeLessThan(10_000);
  expect(said.find(({ kind }) => kind === 'gap')).toMatchObject({ reason: 'interrupted' });
});

function deliveryIn(said: readonly LoadOutput[]) {
  return said.flatMap((piece) => (piece.kind === 'series' ? [piece.delivery] : []))[0];
}

/** Twenty arrivals that kept everything and began so late; or none. */
function countsOf(lateMs: number): ReturnType<Recorder['store']> {
  const recorder = new Recorder({ durationMs: 1_000, journeys: ['j'] }, 1);
  recorder.begin(0);
  for (let index = 0; index < (lateMs === 0 ? 0 : 20); index += 1) {
    recorder.launched(index, index + lateMs);
    recorder.ended({ index, dueMs: index, endMs: index + 10, walked: { startedMs: index + lateMs, end: 'kept', steps: [] } }, 'j');
  }
  return recorder.store();
}

/** What is said of a load whose workers are no threads, but answer so. A silent one that is told to stop stops only when it is the second. */
async function loadOf(
  answers: Answers,
  { signal = new AbortController().signal, abort }: Partial<Pick<LoadContext, 'signal' | 'abort'>> = {},
): Promise<LoadOutput[]> {
  await using real = contextOf([{ get: 'http://127.0.0.1:1/' }], signal);
  const context: LoadContext = {
    ...real,
    abort,
    ports: {
      ...real.ports,
      reference: { serve: async () => ({ url: 'http://127.0.0.1:1', [Symbol.asyncDispose]: async () => undefined }) },
    },
    threads: {
      cores: 2,
      idleMs: () => 0,
      start: (part, hearing) => startWith(answers, (part as { part: { index: number } }).part.index, hearing),
    },
  };
  return Array.fromAsync(engine.run(engine.options.parse(OPTIONS), context));
}

function startWith(answers: Answers, worker: number, { said, ended }: Hearing): ReturnType<LoadContext['threads']['start']> {
  let over = false;
  let waiting = false;
  const end = (why: string): void => {
    if (over) return;
    over = true;
    ended(why);
  };
  queueMicrotask(() => said({ type: 'ready', journeys: ['j'] } satisfies Report));
  return {
    tell: (told) => {
      const order = told as Order;
      const answer = answers(order, worker);
      queueMicrotask(() => {
        if (answer === 'gone') end('shot');
        else if (answer !== 'silence') {
          said(answer);
          if (answer.type === 'finished') end('done');
        }
        // A worker of which another died stops when it is told.
        else if (order.type === 'begin') waiting = true;
        else if (order.type === 'stop' && waiting && order.walks && worker === 0) end('stopped');
      });
    },
    end: async () => end('ended'),
  };
}
