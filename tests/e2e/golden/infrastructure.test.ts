import { expect, it } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { expectGolden, gate, told } from './golden.ts';

describeWithDocker('004 on real Redis and MariaDB', () => {
  it('004: a log store that may not write where it must: it restarts for ever, and nothing else can be asked', async () => {
    const report = await gate({ system: 'infrastructure/feared', config: 'gauntlet.yml', switches: { LOKI_USER: '10001:10001' } });
    expect(report.verdict.verdict, told(report)).toBe('blocked');
    await expectGolden('004-loki', report, 'all');
  });

  it('004: an infrastructure that its own tests call whole', async () => {
    const report = await gate({ system: 'infrastructure/feared', config: 'gauntlet.yml' });
    expect(report.verdict.verdict, told(report)).toBe('blocked');
    await expectGolden('004-feared', report);
  });

  it('004: the same infrastructure as it should be passes', async () => {
    const report = await gate({ system: 'infrastructure/hardened', config: 'gauntlet.yml' });
    expect(report.verdict.verdict, told(report)).toBe('pass');
    await expectGolden('004-hardened', report);
  });
});
