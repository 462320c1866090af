import { expect, it } from 'vitest';

import type { PlannedLoad } from '../model/plan.ts';
import { parseThreshold, type Threshold } from '../model/threshold.ts';
import { extended, shortagesOf } from './samples.ts';

const step = { type: 'http', title: 'get', options: {}, capture: {}, expect: {}, timeoutMs: 1_000 };
const config = { journeys: { chat: { steps: [step, step], expect: {}, rows: [] } } };
const peak: PlannedLoad = { name: 'peak', journeys: ['chat'], users: 200, perUserPerMinute: 5, askedMs: 180_000, grantedMs: 30_000 };
const steady: PlannedLoad = { name: 'steady', journeys: ['chat'], users: 50, perUserPerMinute: 1, askedMs: 360_000, grantedMs: 30_000 };

function limits(...texts: readonly (readonly [string, string])[]): Threshold[] {
  return texts.flatMap(([metric, text]) => {
    const read = parseThreshold(metric, text);
    return 'error' in read ? [] : [read];
  });
}

it('says which limits a load has too few samples for: errors are counted by step', () => {
  const thresholds = limits(['errors', 'rate < 0.1%'], ['chat.latency', 'p(99) < 1s'], ['chat.latency{load:steady}', 'med < 1s']);
  expect(shortagesOf([peak, steady], { thresholds, config })).toEqual([
    { threshold: 'errors: rate < 0.1%', load: 'peak', needs: 2_995, brings: 1_000 },
    { threshold: 'errors: rate < 0.1%', load: 'steady', needs: 2_995, brings: 50 },
    { threshold: 'chat.latency: p(99) < 1s', load: 'steady', needs: 299, brings: 25 },
  ]);
});

it('makes a load longer where that is cheap, and no other', () => {
  const thresholds = limits(['errors', 'rate < 0.1%']);
  const longer = extended([steady, peak], { thresholds, config, budget: 'pr' });
  expect(longer.map(({ grantedMs, extendedMs }) => [grantedMs, extendedMs])).toEqual([
    [30_000, undefined],
    [90_000, 60_000],
  ]);
  expect(shortagesOf(longer, { thresholds, config }).map(({ load }) => load)).toEqual(['steady']);
});

it('counts the users who connect', () => {
  const burst = { name: 'burst', journeys: ['chat'], users: 500, connectWithinMs: 10_000, askedMs: 30_000, grantedMs: 5_000 };
  expect(shortagesOf([burst], { thresholds: limits(['chat.latency', 'p(99) < 1s']), config })).toEqual([
    { threshold: 'chat.latency: p(99) < 1s', load: 'burst', needs: 299, brings: 250 },
  ]);
});

it('holds a load only to limits of what its users do: every agent must come to its end, so no share of them will do', () => {
  const send = {
    ...step,
    type: 'websocket',
    options: { act: 'send', message: '{"id":"{{nonce}}"}', times: 2 },
    expect: { reply: { id: '{{nonce}}' } },
  };
  const journeys = {
    ...config.journeys,
    talk: { steps: [send], expect: {}, rows: [] },
    agent: { steps: [step], expect: {}, rows: ['AGT-24'] },
  };
  const talkers = { ...steady, journeys: ['talk'] };
  const agents = { name: 'swarm', journeys: ['agent'], users: 100, connectWithinMs: 1_000, askedMs: 10_000, grantedMs: 10_000 };
  const thresholds = limits(
    ['success_rate', 'rate >= 99%'],
    ['messages.latency', 'p(99) < 1s'],
    ['agent.latency', 'p(95) < 5s'],
    ['talk.latency', 'p(99) < 1s'],
  );
  expect(shortagesOf([talkers, agents], { thresholds, config: { journeys } })).toEqual([
    { threshold: 'success_rate: rate >= 99%', load: 'steady', needs: 299, brings: 25 },
    { threshold: 'messages.latency: p(99) < 1s', load: 'steady', needs: 299, brings: 50 },
    { threshold: 'talk.latency: p(99) < 1s', load: 'steady', needs: 299, brings: 25 },
  ]);
});
