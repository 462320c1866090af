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
