import { expect, it } from 'vitest';

import { makePlan } from '../plan/plan.ts';
import { parseConfig } from './load.ts';

const parse = (stage: string) =>
  parseConfig(
    `version: 1
stages: [performance: ${stage}]
journeys:
  chat: {steps: [{get: "http://127.0.0.1:1/", expect: {status: 200}}]}
  limited: {rows: [LEAK-04], steps: [{get: "http://127.0.0.1:1/", expect: {status: 200}}]}
`,
    { file: 'gauntlet.yml', env: {} },
  );

it('a search for leaks is a journey, or says more', () => {
  const usual = { journey: 'chat', cycles: 14, users: 20, perDay: 72_000, waitMs: 0 };
  expect(parse('{leaks: chat}').stages[0]?.leaks).toEqual([usual]);
  const all = parse('{leaks: [chat, {journey: limited, cycles: 8, users: new, wait: 5s, idle: 1m}]}').stages[0]?.leaks;
  expect(all).toEqual([usual, { journey: 'limited', cycles: 8, users: 'new', perDay: 72_000, waitMs: 5_000, idleMs: 60_000 }]);
});

it('a comparison is journeys, or says more', () => {
  const usual = { journeys: ['chat'], tolerance: 0.05, restarts: 3, pairs: 8 };
  expect(parse('{compare: chat}').stages[0]?.compare).toEqual(usual);
  expect(parse('{compare: {journeys: chat, tolerance: 10%, prepare: npm ci}}').stages[0]?.compare).toEqual({
    ...usual,
    tolerance: 0.1,
    prepare: 'npm ci',
  });
});

it.each([
  ['{leaks: {journey: chat, cycles: 6}}', 'write a whole number from 8 to 100'],
  ['{leaks: chatt}', 'did you mean `chat`?'],
  ['{compare: [chat, serch]}', 'no journey has the name `serch`'],
  ['{compare: {journeys: chat, restarts: 1}}', 'write a whole number from 2 to 10'],
])('%s is refused with what helps', (stage, said) => {
  expect(() => parse(stage)).toThrow(said);
});

it('the plan owes what was asked, by the rows that it answers, and keeps it with `--only`', () => {
  const config = parse('{leaks: [{journey: limited, idle: 10s}, {journey: chat, users: 1}], compare: chat}');
  const plan = makePlan(config);
  expect(plan.owed.map(({ id, rows }) => [id, rows])).toEqual([
    ['performance/leaks/limited', ['LEAK-04', 'LEAK-02', 'LEAK-07', 'LEAK-10', 'LEAK-14', 'LEAK-13']],
    ['performance/leaks/chat', ['LEAK-03', 'LEAK-02', 'LEAK-07', 'LEAK-10', 'LEAK-14']],
    ['performance/comparison/base', ['LOAD-14']],
  ]);
  expect(plan.journeys.map(({ name }) => name)).toEqual(['chat', 'limited']);
  const [stage] = makePlan(config, { only: ['LEAK-13'] }).stages;
  expect([stage?.leaks?.map(({ journey }) => journey), stage?.compare]).toEqual([['limited'], undefined]);
  expect(makePlan(config, { only: ['LOAD-14'] }).stages[0]?.compare?.journeys).toEqual(['chat']);
});

it('a load says in how many threads it is generated, or leaves it to its rate', () => {
  const planned = (load: string) => makePlan(withLoad(load)).stages[0]?.loads.map(({ workers }) => workers);
  expect(planned('{users: 10, per_minute: 60, duration: 10s}')).toEqual([undefined]);
  expect(planned('{users: 10, per_minute: 60, duration: 10s, workers: 2}')).toEqual([2]);
  expect(planned('{users: 10, think: 1s, duration: 10s, workers: auto}')).toEqual(['auto']);
});

it.each([
  ['{users: 10, per_minute: 60, duration: 10s, workers: 0}', 'write a whole number from 1 to 64'],
  ['{users: 10, per_minute: 60, duration: 10s, workers: many}', 'a whole number from 1 to 64, or auto'],
  ['{users: 2, per_minute: 60, duration: 10s, workers: 3}', 'write 2 at most'],
  ['{users: 10, per_minute: 60, shape: step, duration: 60s, workers: auto}', 'one thread looks at all users'],
])('a load of %s is refused with what helps', (load, said) => {
  expect(() => withLoad(load)).toThrow(said);
});

function withLoad(load: string): ReturnType<typeof parseConfig> {
  return parseConfig(
    `version: 1
loads: {rush: ${load}}
stages: [performance: {load_profile: rush, journeys: [chat]}]
journeys:
  chat: {steps: [{get: "http://127.0.0.1:1/", expect: {status: 200}}]}
`,
    { file: 'gauntlet.yml', env: {} },
  );
}
