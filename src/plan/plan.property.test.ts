import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FAKES, SEED_001, SKETCH } from '../../tests/support/config.ts';
import { parseConfig } from '../config/load.ts';
import { Plan } from '../model/plan.ts';
import { STAGES } from '../model/stage.ts';
import { describePlan } from './describe.ts';
import { makePlan, type PlanOptions } from './plan.ts';

const settings = fc.record(
  {
    run: fc.constantFrom(
      'npm test',
      ['npm', 'test'],
      [
        { name: 'a', run: 'a', results: 'a.xml' },
        { name: 'b', run: ['b'], coverage: '80%' },
      ],
    ),
    parallel: fc.boolean(),
    retries: fc.integer({ min: 0, max: 10 }),
    duration: fc.constantFrom('10s', '30m', '2h'),
    timeout: fc.constantFrom('1m', '1h30m'),
    journeys: fc.subarray(['cold-start', 'chat']).filter((names) => names.length > 0),
    load_profile: fc.constantFrom('standard', ['peak', 'steady'], 'burst'),
    success_rate: fc.constantFrom('99%', '99.9%'),
    thresholds: fc.constantFrom({ latency: 'p(99) < 100ms' }, { 'service.api.cpu': ['avg < 70%', 'max < 90% for 30s'] }),
    experiments: fc.subarray(['network', 'clickhouse-breaker']).filter((names) => names.length > 0),
    services: fc.constantFrom('all', ['api'], ['postgres', 'redis']),
    environment: fc.constantFrom('staging', 'nowhere'),
    recovery_time: fc.constant('< 5m'),
  },
  { requiredKeys: [] },
);

const stages = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...STAGES), fc.option(settings)), { minLength: 1, selector: ([name]) => name })
  .map((entries) => entries.map(([name, written]) => ({ [name]: written })));

const options: fc.Arbitrary<PlanOptions> = fc.record(
  {
    budget: fc.constantFrom('pr', 'nightly', 'release'),
    seed: fc.nat(),
    users: fc.integer({ min: 1, max: 1000 }),
    durationMs: fc.integer({ min: 1000, max: 10_000_000 }),
  },
  { requiredKeys: [] },
);

/** The sketch with other stages. JSON is YAML. */
function configOf(written: unknown) {
  const before = SKETCH.slice(0, SKETCH.indexOf('stages:'));
  const after = SKETCH.slice(SKETCH.indexOf('journeys:\n  cold-start'));
  return parseConfig(
    `${before}stages: ${JSON.stringify(written)}\nenvironments: {staging: {api: "https://staging.example.org"}}\n${after}`,
    { file: 'gauntlet.yml', env: {}, plugins: FAKES },
  );
}

test('the same input gives the same plan, and storing it loses nothing', () => {
  fc.assert(
    fc.property(stages, options, (written, asked) => {
      const plan = makePlan(configOf(written), { checks: [], ...asked });
      expect(makePlan(configOf(written), { checks: [], ...asked })).toStrictEqual(plan);
      expect(Plan.parse(JSON.parse(JSON.stringify(plan)))).toStrictEqual(plan);
    }),
    { numRuns: 60 },
  );
});

test('every stage of every plan owes something of its own, under a name of its own', () => {
  fc.assert(
    fc.property(stages, options, (written, asked) => {
      const plan = makePlan(configOf(written), { checks: [], ...asked });
      expect(plan.stages.map((stage) => stage.name)).toEqual(STAGES.filter((name) => written.some((entry) => name in entry)));
      for (const stage of plan.stages) expect(plan.owed.some((piece) => piece.stage === stage.name && piece.kind !== 'stack')).toBe(true);
      expect(new Set(plan.owed.map((piece) => piece.id)).size).toBe(plan.owed.length);
      expect(plan.owed.filter((piece) => piece.kind === 'stack').length).toBeLessThanOrEqual(1);
      for (const stage of plan.stages) expect(stage.timeoutMs).toBeGreaterThan(0);
      expect(describePlan(plan)).toContain(`${plan.owed.length} piece`);
    }),
    { numRuns: 60 },
  );
});

test('what is granted is never more than what is asked', () => {
  for (const text of [SEED_001, SKETCH]) {
    const { stages: planned } = makePlan(parseConfig(text, { file: 'gauntlet.yml', env: {}, plugins: FAKES }), { checks: [] });
    for (const { askedMs, grantedMs } of planned) expect(grantedMs ?? 0).toBeLessThanOrEqual(askedMs ?? 0);
  }
});
