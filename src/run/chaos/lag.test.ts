import { expect, test } from 'vitest';

import { nodeClock as clock } from '../../ports/node/clock.ts';
import { startLag } from './lag.ts';

test('time in which this process could do nothing is counted', async () => {
  const over = new AbortController();
  const lag = startLag({ clock }, over.signal);
  await clock.sleep(20);
  const before = lag.heldUpMs();
  for (const from = clock.monotonicMs(); clock.monotonicMs() < from + 600;);
  await clock.sleep(100);
  over.abort();
  expect(lag.heldUpMs() - before).toBeGreaterThan(400);
});
