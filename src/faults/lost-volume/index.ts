import { z } from 'zod';

import { swapFault } from '../kit/swapped.ts';

const Options = z.strictObject({
  service: z.string().min(1).describe('the service whose volume is lost'),
  path: z.string().startsWith('/').optional().describe('where the volume is mounted in it; the only one when left out'),
});

/** A volume that is lost: the service starts with an empty one. What was in it lies aside, whole, and is put back. */
export const lostVolume = swapFault({
  type: 'lost-volume',
  summary: 'a lost volume: the service is started with an empty one, and gets its own back',
  options: Options,
  title: ({ service, path }) => `start ${service} with ${path ?? 'its volume'} empty`,
  kind: () => 'empty',
});
