import { expect, it } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { expectGolden, gate, told } from './golden.ts';

describeWithDocker('000 in real containers', () => {
  it('000: keys that everybody can read, that nobody can read, and that git has', async () => {
    const report = await gate({ system: 'keys', config: 'gauntlet.yml', prepare: 'make-keys.sh' });
    expect(report.verdict.verdict, told(report)).toBe('blocked');
    // The one who made the keys owns them.
    await expectGolden('000-keys', report);
  });
});
