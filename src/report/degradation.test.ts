import { expect, test } from 'vitest';

import type { FaultEvidence } from '../model/evidence.ts';
import type { AnswerCounts, ExperimentFacts, WatchedJourney, WatchedService } from '../model/experiment.ts';
import { degradationOf } from './degradation.ts';

test.each<[AnswerCounts, Partial<WatchedService>, string]>([
  [{ ok: 48, wrong: 2 }, {}, 'ok'],
  [{ ok: 10, degraded: 40 }, {}, 'degraded'],
  [{ ok: 10, slow: 40 }, {}, 'degraded'],
  [{ ok: 10, refused: 40 }, {}, 'refused'],
  [{ refused: 40, wrong: 10 }, {}, 'error'],
  [{ ok: 40, unreachable: 10 }, {}, 'error'],
  [{ hang: 10, wrong: 5, ok: 35 }, {}, 'hang'],
  [{ unreachable: 50 }, { restarts: 1 }, 'crash'],
  [{ ok: 50 }, { restarts: 1 }, 'ok'],
  [{ unreachable: 50 }, { restarts: 1, target: true }, 'error'],
])('%j with %j is %s', (answers, service, cell) => {
  expect(degradationOf([fault('redis-down', { answers, service })])?.rows).toEqual([
    { dependency: 'redis', fault: 'stop redis', experiment: 'redis-down', cells: [cell] },
  ]);
});

test('what was not proved, or not well before, is not seen; who speaks to what is harmed is no witness; a crash is no state', () => {
  const evidence = [
    fault('b', { answers: { ok: 50 }, more: { services: ['redis'], steady: { state: 'bad', why: 'sick' } } }),
    fault('a', { answers: { ok: 50 }, more: { services: ['db'] }, direct: true }),
    { ...fault('c', { answers: { ok: 50 } }), proof: { state: 'unproved' as const, why: 'nobody asked' } },
    fault('d', { answers: { ok: 50 }, more: { lasts: 'moment' } }),
  ];
  expect(degradationOf(evidence)).toEqual({
    journeys: ['ask'],
    rows: [
      { dependency: 'db', fault: 'stop redis', experiment: 'a', cells: ['part'] },
      { dependency: 'redis', fault: 'stop redis', experiment: 'b', cells: ['unknown'] },
      { dependency: 'redis', fault: 'stop redis', experiment: 'c', cells: ['unknown'] },
    ],
    more: 0,
  });
  expect(degradationOf([])).toBeUndefined();
});

interface Told {
  readonly answers: AnswerCounts;
  readonly service?: Partial<WatchedService>;
  readonly more?: Partial<ExperimentFacts>;
  readonly direct?: boolean;
}

function fault(experiment: string, { answers, service = {}, more = {}, direct = false }: Told): FaultEvidence {
  const walks = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const phase = { walks: 30, answers: { ok: 30 } };
  const journey: WatchedJourney = {
    journey: 'ask',
    role: 'steady',
    direct,
    intervalMs: 100,
    before: phase,
    during: { walks, answers },
    after: phase,
    recovery: { state: 'unharmed' },
    points: [],
  };
  return {
    id: `chaos/fault-${experiment}`,
    kind: 'fault',
    stage: 'chaos',
    window: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:15.000Z' },
    experiment,
    fault: 'stop',
    options: {},
    proof: { state: 'proved', by: ['it is gone'] },
    healed: true,
    facts: null,
    observed: {
      title: 'stop redis',
      rows: [],
      seed: 1,
      lasts: 'held',
      services: ['redis'],
      steady: { state: 'good' },
      injectMs: 3_000,
      healedMs: 8_000,
      endMs: 10_000,
      during: {},
      recovery: { op: '<', value: 10_000, unit: 'milliseconds' },
      journeys: [journey],
      watched: [{ service: 'api', target: false, restarts: 0, state: 'running', health: 'healthy', ...service }],
      ...more,
    },
  };
}
