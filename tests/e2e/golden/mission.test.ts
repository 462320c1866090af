import { expect, it } from 'vitest';

import { expectGolden, gate, told } from './golden.ts';

it('001: a system as the mission fears it: critical paths untested, users who read each other, dependencies that take it down', async () => {
  const switches = { DEFECTS: 'coverage-hole,cross-user,dies-with-redis,no-breaker' };
  const report = await gate({ system: 'chat-agent', config: 'mission.yml', switches });
  expect(report.verdict.verdict, told(report)).toBe('blocked');
  await expectGolden('001-feared', report, 'all');
});

it('001: the same system without these defects passes', async () => {
  const report = await gate({ system: 'chat-agent', config: 'mission.yml' });
  expect(report.verdict.verdict, told(report)).toBe('pass');
  await expectGolden('001-hardened', report, 'all');
});
