import { describe, expect, test } from 'vitest';

import { FAKES, SEED_001, SKETCH } from '../../tests/support/config.ts';
import { parseConfig } from '../config/load.ts';
import { GauntletError } from '../model/errors.ts';
import { describePlan } from './describe.ts';
import { locateOwed } from './locate.ts';
import { makePlan, type PlanOptions } from './plan.ts';

function plan(text: string, options: PlanOptions = {}) {
  return makePlan(parseConfig(text, { file: 'gauntlet.yml', env: {}, plugins: FAKES }), { checks: [], ...options });
}

function refusal(text: string, options: PlanOptions): string {
  try {
    plan(text, options);
  } catch (error) {
    if (error instanceof GauntletError) return `${error.kind}: ${error.message}\n${error.hint}`;
    throw error;
  }
  return 'not refused';
}

describe("the mission's own pipeline", () => {
  test('on a pull request', () => {
    expect(describePlan(plan(SEED_001))).toMatchInlineSnapshot(`
      "gauntlet.yml: 5 stages, budget pr, seed 1

      stack: none is brought up

      unit: stopped after 10 m
        with: in parallel, stop at the first failure
        owes something to look at: \`unit\` names no command, journey, check, load or experiment [TST-01]

      integration: stopped after 20 m
        with: services postgres redis clickhouse, up to 3 attempts
        owes the stack is ready: every service that the stages need [CFG-05 CFG-09]
        owes something to look at: \`integration\` names no command, journey, check, load or experiment [TST-02]

      e2e: asked 30 m, granted 5 m, stopped after 20 m
        with: synthetic users, environment staging
        owes something to look at: \`e2e\` names no command, journey, check, load or experiment [TST-03]

      performance: asked 1 h, granted 2 m, stopped after 20 m
        load steady: 50 users, 1 a minute each, asked 6 m, granted 30 s
        load peak: 200 users, 5 a minute each, asked 3 m, granted 30 s
        load burst: 500 users within 10 s, 30 s
        load sustained: 100 users, 1 a minute each, asked 1 h, granted 30 s
        too few samples for success_rate: rate >= 99% under steady: it needs 299 without a bad one, and gets 25; peak brings them
        too few samples for success_rate: rate >= 99% under sustained: it needs 299 without a bad one, and gets 50; peak brings them
        with: success rate >= 99 %
        owes samples of the load steady: 50 users for 30 s [LOAD-01 LOAD-11 LOAD-13]
        owes samples of the load peak: 200 users for 30 s [LOAD-02 LOAD-05 LOAD-11 LOAD-13]
        owes samples of the load burst: 500 users for 30 s [LOAD-03 LOAD-05 LOAD-13]
        owes samples of the load sustained: 100 users for 30 s [LOAD-04 LOAD-05 LOAD-11 LOAD-13]
        owes samples of the success rate, >= 99 % [LOAD-06]

      chaos: asked 2 h, granted 3 m, stopped after 30 m
        experiments: network, service, state
        with: recovery < 5 m
        owes experiment network: the fault, its proof and its end; recovery < 5 m [TST-05 CHA-03 CHA-04 CHA-12 CHA-13 CHA-02]
        owes experiment service: the fault, its proof and its end; recovery < 5 m [TST-05 CHA-01 RES-13 CHA-12 CHA-13 CHA-02]
        owes experiment state: the fault, its proof and its end; recovery < 5 m [TST-05 CHA-05 CHA-12 CHA-13 CHA-02]

      note: \`coverage\` of unit has no effect: there is no command that could write it (gauntlet.yml:5)
        → add \`run\` with the command
      note: unit has nothing to do, so its outcome is unknown, which blocks (gauntlet.yml:2)
        → add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage
      note: integration has nothing to do, so its outcome is unknown, which blocks (gauntlet.yml:7)
        → add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage
      note: integration needs services, and there is no stack that could bring them up (gauntlet.yml:8)
        → add \`stack: {compose: compose.yaml}\`
      note: e2e has nothing to do, so its outcome is unknown, which blocks (gauntlet.yml:12)
        → add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage
      note: no targets are given for the environment staging: e2e speaks to the stack's own (gauntlet.yml:13)
        → add \`environments: {staging: {api: https://…}}\`, or remove \`environment\`
      note: the load of performance has no journey: its users would do nothing (gauntlet.yml:18)
        → name what they do with \`journeys\`

      12 pieces of evidence are owed. What does not arrive makes the verdict unknown, which blocks.
      "
    `);
  });

  test.each(['nightly', 'release'] as const)('%s grants what is asked', (budget) => {
    const { stages } = plan(SEED_001, { budget });
    expect(
      stages.flatMap(({ name, askedMs, grantedMs, timeoutMs }) => (askedMs === undefined ? [] : [{ name, askedMs, grantedMs, timeoutMs }])),
    ).toEqual([
      { name: 'e2e', askedMs: 1_800_000, grantedMs: 1_800_000, timeoutMs: 2_100_000 },
      { name: 'performance', askedMs: 3_600_000, grantedMs: 3_600_000, timeoutMs: 4_470_000 },
      { name: 'chaos', askedMs: 7_200_000, grantedMs: 7_200_000, timeoutMs: 7_500_000 },
    ]);
  });

  test('as stored', () => {
    expect(plan(SEED_001)).toMatchInlineSnapshot(`
      {
        "budget": "pr",
        "components": {
          "clickhouse": [
            "clickhouse",
          ],
          "postgres": [
            "postgres",
          ],
          "redis": [
            "redis",
          ],
        },
        "configPath": "gauntlet.yml",
        "journeys": [],
        "notes": [
          {
            "fix": "add \`run\` with the command",
            "kind": "no-effect",
            "location": {
              "column": 7,
              "line": 5,
              "path": "gauntlet.yml",
            },
            "message": "\`coverage\` of unit has no effect: there is no command that could write it",
          },
          {
            "fix": "add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage",
            "kind": "matched-nothing",
            "location": {
              "column": 5,
              "line": 2,
              "path": "gauntlet.yml",
            },
            "message": "unit has nothing to do, so its outcome is unknown, which blocks",
          },
          {
            "fix": "add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage",
            "kind": "matched-nothing",
            "location": {
              "column": 5,
              "line": 7,
              "path": "gauntlet.yml",
            },
            "message": "integration has nothing to do, so its outcome is unknown, which blocks",
          },
          {
            "fix": "add \`stack: {compose: compose.yaml}\`",
            "kind": "matched-nothing",
            "location": {
              "column": 7,
              "line": 8,
              "path": "gauntlet.yml",
            },
            "message": "integration needs services, and there is no stack that could bring them up",
          },
          {
            "fix": "add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage",
            "kind": "matched-nothing",
            "location": {
              "column": 5,
              "line": 12,
              "path": "gauntlet.yml",
            },
            "message": "e2e has nothing to do, so its outcome is unknown, which blocks",
          },
          {
            "fix": "add \`environments: {staging: {api: https://…}}\`, or remove \`environment\`",
            "kind": "no-effect",
            "location": {
              "column": 7,
              "line": 13,
              "path": "gauntlet.yml",
            },
            "message": "no targets are given for the environment staging: e2e speaks to the stack's own",
          },
          {
            "fix": "name what they do with \`journeys\`",
            "kind": "matched-nothing",
            "location": {
              "column": 7,
              "line": 18,
              "path": "gauntlet.yml",
            },
            "message": "the load of performance has no journey: its users would do nothing",
          },
        ],
        "only": [],
        "owed": [
          {
            "id": "unit/exit/nothing",
            "kind": "exit",
            "location": {
              "column": 5,
              "line": 2,
              "path": "gauntlet.yml",
            },
            "name": "nothing",
            "rows": [
              "TST-01",
            ],
            "stage": "unit",
            "what": "something to look at: \`unit\` names no command, journey, check, load or experiment",
          },
          {
            "id": "integration/stack/head",
            "kind": "stack",
            "location": {
              "column": 7,
              "line": 8,
              "path": "gauntlet.yml",
            },
            "name": "head",
            "rows": [
              "CFG-05",
              "CFG-09",
            ],
            "stage": "integration",
            "what": "the stack is ready: every service that the stages need",
          },
          {
            "id": "integration/exit/nothing",
            "kind": "exit",
            "location": {
              "column": 5,
              "line": 7,
              "path": "gauntlet.yml",
            },
            "name": "nothing",
            "rows": [
              "TST-02",
            ],
            "stage": "integration",
            "what": "something to look at: \`integration\` names no command, journey, check, load or experiment",
          },
          {
            "id": "e2e/exit/nothing",
            "kind": "exit",
            "location": {
              "column": 5,
              "line": 12,
              "path": "gauntlet.yml",
            },
            "name": "nothing",
            "rows": [
              "TST-03",
            ],
            "stage": "e2e",
            "what": "something to look at: \`e2e\` names no command, journey, check, load or experiment",
          },
          {
            "id": "performance/series/steady",
            "kind": "series",
            "location": {
              "column": 7,
              "line": 18,
              "path": "gauntlet.yml",
            },
            "name": "steady",
            "rows": [
              "LOAD-01",
              "LOAD-11",
              "LOAD-13",
            ],
            "stage": "performance",
            "what": "samples of the load steady: 50 users for 30 s",
          },
          {
            "id": "performance/series/peak",
            "kind": "series",
            "location": {
              "column": 7,
              "line": 18,
              "path": "gauntlet.yml",
            },
            "name": "peak",
            "rows": [
              "LOAD-02",
              "LOAD-05",
              "LOAD-11",
              "LOAD-13",
            ],
            "stage": "performance",
            "what": "samples of the load peak: 200 users for 30 s",
          },
          {
            "id": "performance/series/burst",
            "kind": "series",
            "location": {
              "column": 7,
              "line": 18,
              "path": "gauntlet.yml",
            },
            "name": "burst",
            "rows": [
              "LOAD-03",
              "LOAD-05",
              "LOAD-13",
            ],
            "stage": "performance",
            "what": "samples of the load burst: 500 users for 30 s",
          },
          {
            "id": "performance/series/sustained",
            "kind": "series",
            "location": {
              "column": 7,
              "line": 18,
              "path": "gauntlet.yml",
            },
            "name": "sustained",
            "rows": [
              "LOAD-04",
              "LOAD-05",
              "LOAD-11",
              "LOAD-13",
            ],
            "stage": "performance",
            "what": "samples of the load sustained: 100 users for 30 s",
          },
          {
            "id": "performance/series/success_rate",
            "kind": "series",
            "location": {
              "column": 7,
              "line": 20,
              "path": "gauntlet.yml",
            },
            "name": "success_rate",
            "rows": [
              "LOAD-06",
            ],
            "stage": "performance",
            "what": "samples of the success rate, >= 99 %",
          },
          {
            "id": "chaos/fault/network",
            "kind": "fault",
            "location": {
              "column": 7,
              "line": 23,
              "path": "gauntlet.yml",
            },
            "name": "network",
            "rows": [
              "TST-05",
              "CHA-03",
              "CHA-04",
              "CHA-12",
              "CHA-13",
              "CHA-02",
            ],
            "stage": "chaos",
            "what": "experiment network: the fault, its proof and its end; recovery < 5 m",
          },
          {
            "id": "chaos/fault/service",
            "kind": "fault",
            "location": {
              "column": 7,
              "line": 23,
              "path": "gauntlet.yml",
            },
            "name": "service",
            "rows": [
              "TST-05",
              "CHA-01",
              "RES-13",
              "CHA-12",
              "CHA-13",
              "CHA-02",
            ],
            "stage": "chaos",
            "what": "experiment service: the fault, its proof and its end; recovery < 5 m",
          },
          {
            "id": "chaos/fault/state",
            "kind": "fault",
            "location": {
              "column": 7,
              "line": 23,
              "path": "gauntlet.yml",
            },
            "name": "state",
            "rows": [
              "TST-05",
              "CHA-05",
              "CHA-12",
              "CHA-13",
              "CHA-02",
            ],
            "stage": "chaos",
            "what": "experiment state: the fault, its proof and its end; recovery < 5 m",
          },
        ],
        "policy": {
          "block": [
            "P0",
            "new P1",
          ],
          "waivers": [],
        },
        "redact": [],
        "schema": "gauntlet.plan/1",
        "seed": 1,
        "stages": [
          {
            "checks": [],
            "commands": [],
            "experiments": [],
            "failFast": true,
            "journeys": [],
            "loads": [],
            "name": "unit",
            "parallel": true,
            "retries": 0,
            "services": [],
            "thresholds": [],
            "timeoutMs": 600000,
            "users": "none",
          },
          {
            "checks": [],
            "commands": [],
            "experiments": [],
            "failFast": false,
            "journeys": [],
            "loads": [],
            "name": "integration",
            "parallel": false,
            "retries": 2,
            "services": [
              "postgres",
              "redis",
              "clickhouse",
            ],
            "thresholds": [],
            "timeoutMs": 1200000,
            "users": "none",
          },
          {
            "askedMs": 1800000,
            "checks": [],
            "commands": [],
            "environment": "staging",
            "experiments": [],
            "failFast": false,
            "grantedMs": 300000,
            "journeys": [],
            "loads": [],
            "name": "e2e",
            "parallel": false,
            "retries": 0,
            "services": [],
            "thresholds": [],
            "timeoutMs": 1200000,
            "users": "synthetic",
          },
          {
            "askedMs": 3600000,
            "checks": [],
            "commands": [],
            "experiments": [],
            "failFast": false,
            "grantedMs": 120000,
            "journeys": [],
            "loads": [
              {
                "askedMs": 360000,
                "grantedMs": 30000,
                "journeys": [],
                "name": "steady",
                "perUserPerMinute": 1,
                "users": 50,
              },
              {
                "askedMs": 180000,
                "grantedMs": 30000,
                "journeys": [],
                "name": "peak",
                "perUserPerMinute": 5,
                "users": 200,
              },
              {
                "askedMs": 30000,
                "connectWithinMs": 10000,
                "grantedMs": 30000,
                "journeys": [],
                "name": "burst",
                "users": 500,
              },
              {
                "askedMs": 3600000,
                "grantedMs": 30000,
                "journeys": [],
                "name": "sustained",
                "perUserPerMinute": 1,
                "users": 100,
              },
            ],
            "name": "performance",
            "parallel": false,
            "retries": 0,
            "services": [],
            "shortages": [
              {
                "brings": 25,
                "load": "steady",
                "needs": 299,
                "threshold": "success_rate: rate >= 99%",
              },
              {
                "brings": 50,
                "load": "sustained",
                "needs": 299,
                "threshold": "success_rate: rate >= 99%",
              },
            ],
            "successRate": 0.99,
            "thresholds": [],
            "timeoutMs": 1200000,
            "users": "none",
          },
          {
            "askedMs": 7200000,
            "checks": [],
            "commands": [],
            "experiments": [
              {
                "name": "network",
                "rows": [],
              },
              {
                "name": "service",
                "rows": [],
              },
              {
                "name": "state",
                "rows": [],
              },
            ],
            "failFast": false,
            "grantedMs": 180000,
            "journeys": [],
            "loads": [],
            "name": "chaos",
            "parallel": false,
            "recovery": {
              "op": "<",
              "unit": "milliseconds",
              "value": 300000,
            },
            "retries": 0,
            "services": [],
            "thresholds": [],
            "timeoutMs": 1800000,
            "users": "none",
          },
        ],
        "targets": [],
      }
    `);
  });
});

test('the sketch', () => {
  expect(describePlan(plan(SKETCH))).toMatchInlineSnapshot(`
    "gauntlet.yml: 5 stages, budget pr, seed 1

    stack: compose, ready within 2 m
      api: http on api:8080, health /health
      ws: ws on api:8080/ws

    unit: stopped after 10 m
      run main: npm run test:unit
      coverage: >= 90 % of lines
      with: in parallel, stop at the first failure
      owes how \`npm run test:unit\` ends [TST-01]
      owes results of \`npm run test:unit\` at reports/unit/*.xml [TST-01]
      owes coverage of \`npm run test:unit\` at one of the usual places (coverage/lcov.info, lcov.info, …) [TST-06]

    integration: stopped after 20 m
      run main: npm run test:integration
      with: services postgres redis clickhouse, up to 3 attempts
      owes the stack is ready: every service that the stages need [CFG-05 CFG-09]
      owes how \`npm run test:integration\` ends [TST-02]

    e2e: asked 30 m, granted 5 m, stopped after 20 m
      journeys: cold-start, chat
      with: the whole stack, synthetic users, environment staging
      owes journey cold-start, 3 steps [REL-11 AGT-04 AGT-06 AGT-01 AGT-02 AGT-03]
      owes journey chat, 2 steps [REL-11 WS-12 WS-03]

    performance: asked 1 h, granted 2 m, stopped after 20 m
      load steady: 50 users, 1 a minute each, asked 6 m, granted 30 s
      load peak: 200 users, 5 a minute each, asked 3 m, granted 30 s
      load burst: 500 users within 10 s, 30 s
      load sustained: 100 users, 1 a minute each, asked 1 h, granted 30 s
      threshold chat.latency: p(99) < 100ms
      threshold service.api.memory: max < 2GB
      threshold service.api.cpu: avg < 70%
      too few samples for success_rate: rate >= 99% under steady: it needs 299 without a bad one, and gets 25; peak brings them
      too few samples for chat.latency: p(99) < 100ms under steady: it needs 299 without a bad one, and gets 25; peak brings them
      too few samples for success_rate: rate >= 99% under sustained: it needs 299 without a bad one, and gets 50; peak brings them
      too few samples for chat.latency: p(99) < 100ms under sustained: it needs 299 without a bad one, and gets 50; peak brings them
      with: the whole stack, success rate >= 99 %
      owes samples of the load steady: 50 users for 30 s [LOAD-01 LOAD-11 LOAD-13]
      owes samples of the load peak: 200 users for 30 s [LOAD-02 LOAD-05 LOAD-11 LOAD-13]
      owes samples of the load burst: 500 users for 30 s [LOAD-03 LOAD-05 LOAD-13]
      owes samples of the load sustained: 100 users for 30 s [LOAD-04 LOAD-05 LOAD-11 LOAD-13]
      owes samples of the success rate, >= 99 % [LOAD-06]
      owes samples of chat.latency for p(99) < 100ms [TST-04 LOAD-08 WS-03]
      owes samples of service.api.memory for max < 2GB [TST-04 LEAK-11]
      owes samples of service.api.cpu for avg < 70% [TST-04 LOAD-09]

    chaos: asked 2 h, granted 3 m, stopped after 30 m
      experiments: network, service, state
      with: the whole stack, recovery < 5 m
      owes experiment network: the fault, its proof and its end; recovery < 5 m [TST-05 CHA-03 CHA-04 CHA-12 CHA-13 CHA-02]
      owes experiment service: the fault, its proof and its end; recovery < 5 m [TST-05 CHA-01 RES-13 CHA-12 CHA-13 CHA-02]
      owes experiment state: the fault, its proof and its end; recovery < 5 m [TST-05 CHA-05 CHA-12 CHA-13 CHA-02]

    note: the tests of integration are not counted: only the exit code of its command says how they went (gauntlet.yml:21)
      → name the reports that it writes with \`results\`
    note: no targets are given for the environment staging: e2e speaks to the stack's own (gauntlet.yml:26)
      → add \`environments: {staging: {api: https://…}}\`, or remove \`environment\`
    note: the load of performance has no journey: its users would do nothing (gauntlet.yml:31)
      → name what they do with \`journeys\`
    note: no stage does the experiment clickhouse-breaker (gauntlet.yml:57)
      → add it to the \`experiments\` of the chaos stage, or remove it

    18 pieces of evidence are owed. What does not arrive makes the verdict unknown, which blocks.
    "
  `);
});

test('critical paths only', () => {
  expect(describePlan(plan(CRITICAL, { criticalOnly: true }))).toMatchInlineSnapshot(`
    "gauntlet.yml: 1 stage, budget pr, seed 1

    stack: none is brought up

    unit: stopped after 10 m
      run main: npm test
      coverage: 100 % in src/auth/**
      owes how \`npm test\` ends [TST-01]
      owes results of \`npm test\` at r.xml [TST-01]
      owes coverage of \`npm test\` at coverage/lcov.info [TST-07]

    3 pieces of evidence are owed. What does not arrive makes the verdict unknown, which blocks.
    "
  `);
});

test.each([['AGT-04'], ['WS-03'], ['LOAD-02'], ['LEAK-11'], ['CHA-03'], ['CFG-09'], ['TST-06'], ['GAT-01'], ['AGT-01', 'TST-01']])(
  'only %s %s',
  (...only) => {
    expect(plan(SKETCH, { only }).owed.map((piece) => piece.id)).toMatchSnapshot();
  },
);

test('users and duration from the command line', () => {
  const { stages } = plan(SKETCH, { stages: ['performance'], users: 100, durationMs: 3_600_000 });
  expect(stages[0]?.loads).toMatchInlineSnapshot(`
    [
      {
        "askedMs": 360000,
        "grantedMs": 360000,
        "journeys": [],
        "name": "steady",
        "perUserPerMinute": 1,
        "users": 100,
      },
      {
        "askedMs": 180000,
        "grantedMs": 180000,
        "journeys": [],
        "name": "peak",
        "perUserPerMinute": 5,
        "users": 100,
      },
      {
        "askedMs": 30000,
        "connectWithinMs": 10000,
        "grantedMs": 30000,
        "journeys": [],
        "name": "burst",
        "users": 100,
      },
      {
        "askedMs": 3600000,
        "grantedMs": 3030000,
        "journeys": [],
        "name": "sustained",
        "perUserPerMinute": 1,
        "users": 100,
      },
    ]
  `);
});

test.each<[string, string, PlanOptions]>([
  ['a stage that is not there', SEED_001, { stages: ['smoke'] }],
  ['a row that nothing answers', SKETCH, { only: ['DB-11'] }],
  ['a slip in a code', SKETCH, { only: ['AGT-40'] }],
  ['something that is no code', SKETCH, { only: ['db11'] }],
  ['no critical paths', SKETCH, { criticalOnly: true }],
  ['a stack of another kind', SKETCH, { stackKind: 'process' }],
  ['a stack where there is none', SEED_001, { stackKind: 'process' }],
])('%s is refused', (_, text, options) => {
  expect(refusal(text, options)).toMatchSnapshot();
});

test('notes say what has no effect, and where', () => {
  expect(
    plan(NOTED, { users: 5, durationMs: 1000 }).notes.map(
      ({ kind, message, fix, location }) => `${location?.line ?? '-'}:${location?.column ?? '-'} ${kind}: ${message}\n  ${fix}`,
    ),
  ).toMatchInlineSnapshot(`
    [
      "2:1 no-effect: the order of the stages in the file has no effect: they run as unit, integration, e2e, performance, chaos, smoke
      write them in this order",
      "6:7 no-effect: \`coverage\` of unit has no effect: there is no command that could write it
      add \`run\` with the command",
      "5:5 matched-nothing: unit has nothing to do, so its outcome is unknown, which blocks
      add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage",
      "8:7 no-effect: the tests of integration are not counted: only the exit code of its command says how they went
      name the reports that it writes with \`results\`",
      "9:7 matched-nothing: integration needs services, and there is no stack that could bring them up
      add \`stack: {compose: compose.yaml}\`",
      "11:7 no-effect: no targets are given for the environment staging: e2e speaks to the stack's own
      add \`environments: {staging: {api: https://…}}\`, or remove \`environment\`",
      "15:7 matched-nothing: the load of performance has no journey: its users would do nothing
      name what they do with \`journeys\`",
      "15:7 no-effect: \`standard\` holds every other scenario already
      write \`load_profile: standard\`",
      "16:5 matched-nothing: smoke has nothing to do, so its outcome is unknown, which blocks
      add \`run\`, \`journeys\`, \`checks\`, \`evaluations\`, \`load_profile\` or \`experiments\`, or remove the stage",
      "20:3 no-effect: no stage does the experiment service
      add it to the \`experiments\` of the chaos stage, or remove it",
      "21:3 no-effect: no stage does the experiment other
      add it to the \`experiments\` of the chaos stage, or remove it",
      "23:3 no-effect: no stage speaks to the environment production
      select it with \`environment\`, or remove it",
      "20:3 no-effect: the experiment service hides the family of faults with the same name
      give it another name",
    ]
  `);
});

test('every piece that is owed has a place in the file', () => {
  const config = parseConfig(SKETCH, { file: 'gauntlet.yml', env: {}, plugins: FAKES });
  const lines = SKETCH.split('\n');
  const places = makePlan(config, { checks: [] }).owed.map(
    (piece) => `${piece.id} → ${lines[(locateOwed(config, piece).line ?? 0) - 1]?.trim()}`,
  );
  expect(places).toMatchInlineSnapshot(`
    [
      "unit/exit/main → run: npm run test:unit",
      "unit/tests/main → results: reports/unit/*.xml",
      "unit/coverage/main → coverage: 90%              # long form: {min: 90%, files: [...], changed: 85%, packages: 80%, critical: {"src/auth/**": 100%}}",
      "integration/stack/head → services: [postgres, redis, clickhouse]",
      "integration/exit/main → run: npm run test:integration",
      "e2e/journey/cold-start → journeys: [cold-start, chat]",
      "e2e/journey/chat → journeys: [cold-start, chat]",
      "performance/series/steady → load_profile: standard     # steady 50 users @ 1/min · peak 200 @ 5/min · burst 500 in 10 s · sustained 100 for 1 h",
      "performance/series/peak → load_profile: standard     # steady 50 users @ 1/min · peak 200 @ 5/min · burst 500 in 10 s · sustained 100 for 1 h",
      "performance/series/burst → load_profile: standard     # steady 50 users @ 1/min · peak 200 @ 5/min · burst 500 in 10 s · sustained 100 for 1 h",
      "performance/series/sustained → load_profile: standard     # steady 50 users @ 1/min · peak 200 @ 5/min · burst 500 in 10 s · sustained 100 for 1 h",
      "performance/series/success_rate → success_rate: 99%",
      "performance/series/chat.latency → chat.latency: p(99) < 100ms",
      "performance/series/service.api.memory → service.api.memory: max < 2GB",
      "performance/series/service.api.cpu → service.api.cpu: avg < 70%",
      "chaos/fault/network → experiments: [network, service, state]",
      "chaos/fault/service → experiments: [network, service, state]",
      "chaos/fault/state → experiments: [network, service, state]",
    ]
  `);
});

test('checks: all of them, and the stack when one of them is live', () => {
  const checks = [
    { code: 'SEC-01', needs: 'static' },
    { code: 'DB-11', needs: 'live' },
  ] as const;
  const text = `stack: {compose: compose.yaml}\nstages: {audit: {checks: all}}`;
  expect(plan(text, { checks }).owed.map((piece) => piece.id)).toEqual(['audit/stack/head', 'audit/facts/SEC-01', 'audit/facts/DB-11']);
  expect(plan(text, { checks: checks.slice(0, 1) }).owed.map((piece) => piece.id)).toEqual(['audit/facts/SEC-01']);
  expect(plan(text, { checks: [] }).owed.map((piece) => piece.id)).toEqual(['audit/exit/nothing']);
});

test('an audit that names nothing to do looks at every static check, and needs no stack; one with work of its own does that', () => {
  const checks = [
    { code: 'SEC-01', needs: 'static' },
    { code: 'DB-11', needs: 'live' },
  ] as const;
  const owed = (stages: string) => plan(`stack: {compose: compose.yaml}\nstages: ${stages}`, { checks }).owed.map((piece) => piece.id);
  expect(owed('{audit: {}}')).toEqual(['audit/facts/SEC-01']);
  expect(owed('[audit: ]')).toEqual(['audit/facts/SEC-01']);
  expect(owed('{audit: {timeout: 1m}}')).toEqual(['audit/facts/SEC-01']);
  expect(owed('{audit: {run: npm run lint}}')).not.toContain('audit/facts/SEC-01');
  expect(owed('{unit: {run: npm test, results: r.xml}}')).not.toContain('unit/facts/SEC-01');
});

test('a stage in another environment speaks to its targets and needs no stack', () => {
  const { targets, stages, stack, owed } = plan(STAGING);
  expect({ targets, services: stages[0]?.services, stack, owed: owed.map((piece) => piece.id) }).toMatchInlineSnapshot(`
    {
      "owed": [
        "e2e/journey/hello",
      ],
      "services": [],
      "stack": undefined,
      "targets": [
        {
          "environment": "stack",
          "name": "api",
          "path": "",
          "port": 8080,
          "scheme": "http",
          "service": "api",
        },
        {
          "environment": "staging",
          "name": "api",
          "path": "",
          "scheme": "https",
          "url": "https://staging.example.org",
        },
        {
          "environment": "staging",
          "name": "ws",
          "path": "/ws",
          "scheme": "wss",
          "url": "wss://staging.example.org",
        },
      ],
    }
  `);
});

test('an external stack is its own targets', () => {
  expect(plan('stack: {external: {api: https://staging.example.org}}\nstages: {e2e: {run: ./e2e.sh}}').targets).toEqual([
    { name: 'api', environment: 'stack', url: 'https://staging.example.org', scheme: 'https', path: '' },
  ]);
});

const CRITICAL = `
stages:
  - unit:
      run: npm test
      results: r.xml
      coverage: {min: 90%, packages: 80%, changed: 85%, files: coverage/lcov.info, critical: {"src/auth/**": 100%}}
  - integration:
      run: npm run it
      coverage: 50%
`;

const NOTED = `
stages:
  - chaos:
      experiments: [network]
  - unit:
      coverage: 90%
  - integration:
      run: make it
      services: [postgres]
  - e2e:
      environment: staging
      run: make e2e
      results: r.xml
  - performance:
      load_profile: [standard, peak]
  - smoke:
journeys:
  idle: {steps: [{run: "true"}]}
experiments:
  service: {fault: {kill: api}}
  other: {fault: {kill: api}}
environments:
  production: {api: "https://example.org"}
`;

const STAGING = `
stack: {compose: compose.yaml}
targets: {api: {service: api, port: 8080}}
environments:
  staging: {api: "https://staging.example.org/", ws: {url: "wss://staging.example.org", path: /ws/}}
  other: {api: "https://other.example.org"}
stages:
  e2e: {environment: staging, journeys: hello}
journeys:
  hello: {steps: [{get: "{{api}}/health"}]}
`;

test('what must pass, legs, limits of coverage and components of a stage are planned as written', () => {
  const planned = plan(`version: 1
stages:
  - unit:
      run: npm test
      results: r.xml
      must_pass: [payments, "auth * token"]
      legs: 3
      coverage: {min: 90%, branches: 80%, functions: 70%, drop: {total: 0.5%, files: 5%}, include: src/**}
components:
  billing: {match: tests/billing/**, stages: unit}
  chat: [hub]
`);
  expect(planned.stages[0]).toMatchObject({
    mustPass: ['payments', 'auth * token'],
    legs: ['1', '2', '3'],
    commands: [{ coverage: { min: 0.9, branches: 0.8, functions: 0.7, drop: { total: 0.005, files: 0.05 }, include: ['src/**'] } }],
  });
  expect([planned.components, planned.componentStages]).toEqual([{ billing: ['tests/billing/**'], chat: ['hub'] }, { billing: ['unit'] }]);
  expect(planned.owed.map(({ id, rows }) => [id, rows])).toEqual([
    ['unit/exit/main', ['TST-01']],
    ['unit/tests/main', ['TST-01', 'TST-12']],
    ['unit/coverage/main', ['TST-06']],
  ]);
  expect(describePlan(planned)).toContain('  must pass: payments, auth * token\n  legs: 1, 2, 3\n');
});

test('`abort` without a load to stop has no effect, which is said where it is written', () => {
  const written = 'stages:\n  - performance:\n      thresholds: {service.api.memory: max < 1GB abort}\n';
  const { notes } = plan(written);
  expect(notes.map(({ kind, message, location }) => [kind, message, location?.line])).toContainEqual([
    'no-effect',
    '`abort` of service.api.memory: max < 1GB abort has no effect: performance has no load that could be stopped',
    3,
  ]);
  const loaded = plan(
    'stages:\n  - performance:\n      load_profile: peak\n      journeys: chat\n      thresholds: {errors: rate < 1% abort}\njourneys: {chat: {steps: [{get: "http://a.example/"}]}}\n',
  );
  expect(loaded.notes).toEqual([]);
});

test('a stage that is shorter than its loads bounds them', () => {
  const { stages } = plan(
    'stages:\n  - performance:\n      duration: 20s\n      load_profile: [steady, peak]\n      journeys: chat\njourneys: {chat: {steps: [{get: "http://a.example/"}]}}\n',
  );
  expect(stages[0]?.loads.map(({ grantedMs }) => grantedMs)).toEqual([10_000, 10_000]);
});
