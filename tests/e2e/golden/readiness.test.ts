import { expect, it } from 'vitest';

import { expectGolden, gate, told } from './golden.ts';

it('003: a service as its review fears it: sessions stay, operators are not limited, streams and deployments cut users off', async () => {
  const switches = { DEFECTS: 'abrupt-shutdown,endless-stream,session-leak', ADMIN_RATE: '10000' };
  const report = await gate({ system: 'chat-agent', config: 'readiness.yml', switches });
  expect(report.verdict.verdict, told(report)).toBe('blocked');
  await expectGolden('003-feared', report, 'all');
});

it('003: the same service without these defects passes', async () => {
  const report = await gate({ system: 'chat-agent', config: 'readiness.yml' });
  expect(report.verdict.verdict, told(report)).toBe('pass');
  await expectGolden('003-hardened', report, 'all');
});
