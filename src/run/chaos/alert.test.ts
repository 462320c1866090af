import { expect, test } from 'vitest';

import { stateIn, timesOf } from './alert.ts';

// The shape of the answer is that of the HTTP API of Prometheus (GET /api/v1/alerts).
const answer = (...alerts: [name: string, state: string][]): string =>
  JSON.stringify({
    status: 'success',
    data: { alerts: alerts.map(([alertname, state]) => ({ labels: { alertname, job: 'api' }, state })) },
  });

test('the worst state of all series that have the alert', () => {
  expect(stateIn(answer(), 'PoolFull')).toBe('inactive');
  expect(stateIn(answer(['Other', 'firing']), 'PoolFull')).toBe('inactive');
  expect(stateIn(answer(['PoolFull', 'pending'], ['PoolFull', 'firing']), 'PoolFull')).toBe('firing');
  expect(stateIn(answer(['PoolFull', 'pending']), 'PoolFull')).toBe('pending');
});

test('what is no list of alerts says nothing', () => {
  for (const text of ['', '<html>', '{}', '{"data": {"alerts": 3}}', answer(['PoolFull', 'exploded'])])
    expect(stateIn(text, 'PoolFull')).toBeUndefined();
});

test('times count from the start, and only what is seen after the act', () => {
  const looks = (['inactive', 'inactive', 'pending', 'firing', 'firing', 'inactive'] as const).map((state, index) => ({
    atMs: 1_000 + index * 500,
    state,
  }));
  expect(timesOf(looks, { startMs: 1_000, injectMs: 1_600 })).toEqual({
    firedBefore: false,
    pendingMs: 1_000,
    firingMs: 1_500,
    clearedMs: 2_500,
  });
  expect(timesOf(looks, { startMs: 1_000, injectMs: 2_800 })).toMatchObject({ firedBefore: true });
  expect(timesOf([], { startMs: 0, injectMs: 0 })).toEqual({ firedBefore: false });
});
