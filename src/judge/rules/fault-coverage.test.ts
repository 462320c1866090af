import { expect, test } from 'vitest';

import { fillCase } from '../../../tests/cases/fill.ts';
import { judge } from '../judge.ts';

const service = (name: string, dependsOn: readonly string[] = [], kind = 'long-running') => ({
  name,
  kind,
  dependsOn,
  hasHealthcheck: true,
  replicas: [],
  ports: [],
  phases: {},
});
const STACK = [
  service('api', ['db', 'redis', 'migrate']),
  service('db'),
  service('redis'),
  service('migrate', ['db'], 'one-shot'),
  service('metrics'),
];

interface Given {
  readonly faults: readonly { readonly services: readonly string[]; readonly proved?: boolean; readonly steady?: 'good' | 'bad' }[];
  readonly services?: readonly unknown[];
  readonly goal?: number;
}

/** Findings of a chaos stage whose goal is 80 % of the dependencies. */
function found({ faults, services = STACK, goal = 0.8 }: Given): string[] {
  const filled = fillCase({
    plan: {
      stages: [{ name: 'chaos', experiments: [], faultCoverage: { op: '>=', value: goal, unit: 'ratio' } }],
      owed: [],
    },
    run: {},
    evidence: [
      {
        kind: 'stack',
        id: 'chaos/stack-head-up',
        stage: 'chaos',
        instance: 'head',
        stack: 'compose',
        phase: 'up',
        services: [...services],
        preflight: [],
        incidents: [],
        leaks: [],
        logs: [],
      },
      ...faults.map(({ services: targets, proved = true, steady = 'good' }, index) => ({
        kind: 'fault',
        id: `chaos/fault-${index}`,
        stage: 'chaos',
        experiment: `e${index}`,
        fault: 'stop',
        options: {},
        proof: proved ? { state: 'proved', by: ['it is gone'] } : { state: 'unproved', why: 'nothing changed' },
        healed: true,
        facts: null,
        observed: {
          title: 'stop',
          rows: [],
          seed: 1,
          lasts: 'held',
          services: targets,
          steady: steady === 'good' ? { state: 'good' } : { state: 'bad', why: 'sick' },
          injectMs: 1,
          healedMs: 2,
          endMs: 3,
          during: {},
          recovery: { op: '<=', value: 10_000, unit: 'milliseconds' },
          journeys: [],
          watched: [],
        },
      })),
    ],
  });
  return judge(filled)
    .findings.filter(({ code }) => code === 'TST-24')
    .map(({ priority, result, measured, summary }) => `${priority} ${result.verdict}: ${measured}: ${summary}`);
}

test('TST-24: dependencies that no experiment was done to, held against the goal', () => {
  expect(found({ faults: [{ services: ['db'] }] })[0]).toMatch(/^P1 confirmed: 1 of 2 \(50\s?%\): .* with db\. Not with redis\.$/);
  expect(found({ faults: [] })[0]).toContain('P1 confirmed: 0 of 2');
});

test('TST-24: a fault without proof, or in a system that was sick, has tried nothing', () => {
  expect(found({ faults: [{ services: ['db'] }, { services: ['redis'], proved: false }] })[0]).toContain('Not with redis');
  expect(found({ faults: [{ services: ['db'] }, { services: ['redis'], steady: 'bad' }] })[0]).toContain('Not with redis');
});

test('TST-24: every dependency tried is silent, as is a goal that is reached; one-shots and what nobody needs are no dependency', () => {
  expect(found({ faults: [{ services: ['db', 'redis'] }] })).toEqual([]);
  expect(found({ faults: [{ services: ['db'] }], goal: 0.5 })).toEqual([]);
});

test('TST-24: a stack that tells of no dependency leaves the goal open', () => {
  expect(found({ faults: [], services: [service('api')] })[0]).toContain('not_tested: no dependency');
});
