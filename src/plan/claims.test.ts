import { describe, expect, it } from 'vitest';

import { parseClaims } from '../config/claims.ts';
import { parseConfig } from '../config/load.ts';
import { sinceBase } from './claims.ts';
import { makePlan, type PlanOptions } from './plan.ts';

const CONFIG = `version: 1
stages:
  - audit: {run: npm run lint}
  - unit: {run: go test -race -json ./..., results: r.json}
  - integration: {run: make it, results: i.xml, race: true}
  - e2e: {journeys: [look]}
journeys:
  look: {steps: [{run: 'true'}]}
`;
const CLAIMS = `claims:
  - {id: 1, title: a, rows: LEAK-01}
  - {id: 2, title: b, stage: integration}
  - {id: 3, title: c, tests: none}
  - {id: j, title: d, kind: statement, check: {journey: look}}
tallies: [{text: t, of: confirmed, says: 1}]
`;

function plan(options: PlanOptions = {}, claims = CLAIMS) {
  return makePlan(parseConfig(CONFIG, { file: 'gauntlet.yml', env: {} }), { claims: parseClaims(claims, 'claims.yml'), ...options });
}

describe('claims', () => {
  it('are owed by the stage that they name, that runs their journey, or whose results come first', () => {
    const { claims, owed } = plan();
    expect(claims?.claims.map(({ id, stage }) => [id, stage])).toEqual([
      ['1', 'unit'],
      ['2', 'integration'],
      ['3', 'unit'],
      ['j', 'e2e'],
    ]);
    const pieces = owed.filter(({ kind }) => kind === 'claims');
    expect(pieces.map(({ id, what }) => [id, what])).toEqual([
      ['unit/claims/claims', 'the outcomes that decide 1 claim of claims.yml'],
      ['integration/claims/claims', 'the outcomes that decide 1 claim of claims.yml'],
      ['e2e/claims/claims', 'the outcomes that decide 1 claim of claims.yml'],
    ]);
    expect(pieces[0]?.rows).toContain('LEAK-01');
  });

  it('of stages that are left out are left out with the tallies', () => {
    const { claims } = plan({ stages: ['integration'] });
    expect([claims?.claims.map(({ id }) => id), claims?.tallies]).toEqual([['2'], []]);
    expect(plan({ stages: ['audit'] }).claims).toBeUndefined();
  });

  it('of a stage that does not exist stay in the plan: nobody may forget them', () => {
    expect(plan({}, 'claims: [{id: 1, title: a, stage: chaos}]\n').claims?.claims).toMatchObject([{ id: '1', stage: 'chaos' }]);
  });

  it('keep the commands that decide them when one of their rows is asked for alone', () => {
    const { stages, owed } = plan({ only: ['LEAK-01'] });
    expect(stages.map(({ name, commands }) => [name, commands.map((command) => command.name)])).toEqual([['unit', ['main']]]);
    expect(owed.map(({ kind }) => kind)).toContain('claims');
  });
});

it('a race detector is owed where the command asks for one by itself, or somebody does', () => {
  expect(
    plan()
      .owed.filter(({ kind }) => kind === 'diagnostics')
      .map(({ id, rows, location }) => [id, rows, location?.line]),
  ).toEqual([
    ['unit/diagnostics/main', ['CON-01', 'CON-02'], 4],
    ['integration/diagnostics/main', ['CON-01', 'CON-02'], 5],
  ]);
});

describe('claims of a change', () => {
  const ledger = (tests: string) => parseClaims(`claims:\n  - {id: a, title: a, tests: ${tests}}\n`, 'claims.yml');
  const changed = (now: string, base: string | undefined) =>
    sinceBase(ledger(now), base === undefined ? undefined : ledger(base)).claims[0]?.tests.map(({ pattern, isNew = false }) => [
      pattern,
      isNew,
    ]);
  const REFUTES = '{test: two, fail_means: refuted}';

  it.each([
    ['the base has no claims file', `[${REFUTES}]`, undefined, [['two', true]]],
    ['the base says the same', `[${REFUTES}]`, `[${REFUTES}]`, [['two', false]]],
    [
      'the base knows another test',
      `[one, ${REFUTES}]`,
      '[one]',
      [
        ['one', false],
        ['two', true],
      ],
    ],
    ['the base gives failing another meaning', `[${REFUTES}]`, '[two]', [['two', true]]],
    ['a race has a new meaning', '[{test: two, fail_means: refuted, race_means: refuted}]', `[${REFUTES}]`, [['two', true]]],
    ['only passing has a new meaning', '[{test: two, pass_means: confirmed}]', '[two]', [['two', false]]],
  ])('are new when %s', (_, now, base, expected) => {
    expect(changed(now, base)).toEqual(expected);
  });
});
