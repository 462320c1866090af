import { expect, test } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { outages } from './support/outages.ts';

// Images `FROM scratch` with nothing in them but one static program: no shell, no tools, no libraries. A crash and a freeze of such
// are in timing.test.ts, every other fault (by its plugin alone) in compose-faults.test.ts.

const EDGE = { from: 'front', to: 'back' };
const EXPERIMENTS = {
  partition: { fault: { partition: EDGE, for: '2s' }, steady: 'ask-front' },
  latency: { fault: { latency: { ...EDGE, delay: '150ms' }, for: '2s' }, steady: 'ask-front' },
};

describeWithDocker('images without a shell', () => {
  test('networks are harmed from outside: proved, undone, and well again', async () => {
    const { evidence, stderr } = await outages('compose', {
      services: { front: { downMs: 0 }, back: { downMs: 0 } },
      experiments: EXPERIMENTS,
    });
    expect(evidence.map(({ experiment }) => experiment).toSorted(), stderr).toEqual(['latency', 'partition']);
    for (const piece of evidence) {
      expect(piece, stderr).toMatchObject({ proof: { state: 'proved' }, healed: true });
      expect(piece.residue).toBeUndefined();
      const [journey] = piece.observed?.journeys ?? [];
      expect(journey?.recovery.state, stderr).not.toBe('not-recovered');
    }
  });
});
