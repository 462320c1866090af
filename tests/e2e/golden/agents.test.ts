import { expect, it } from 'vitest';

import { expectGolden, gate, told } from './golden.ts';

it('000: an agent system as its reviewer fears it: it makes agents read too much, routes and stores wrongly, and loses results', async () => {
  const switches = { DEFECTS: 'all-local,chatty-quickstart,no-cost-metric,stored-twice,undelivered,whole-manual' };
  const args = ['--stage', 'audit,e2e'];
  const report = await gate({ system: 'agent-rag', config: 'gauntlet.yml', args, switches });
  expect(report.verdict.verdict, told(report)).toBe('blocked');
  await expectGolden('000-feared', report, 'all');
});

it('000: the same system without these defects passes', async () => {
  // Its stress, the fourth of the six phases, is another test's: tests/e2e/examples/rag.test.ts.
  const report = await gate({ system: 'agent-rag', config: 'gauntlet.yml', args: ['--stage', 'audit,e2e,chaos,smoke'] });
  expect(report.verdict.verdict, told(report)).toBe('pass');
  await expectGolden('000-hardened', report, 'all');
});
