import { z } from 'zod';

import { swapFault } from '../kit/swapped.ts';

const Options = z.strictObject({
  service: z.string().min(1).describe('the service whose file is corrupt'),
  path: z.string().startsWith('/').describe('the file, as it is called in the container; in a volume of Docker'),
  how: z.enum(['garbage', 'truncated']).default('garbage').describe('its first 4 kB are random, or its second half is missing'),
});

/** A file that a crash or a bad disk left half or wrong: the service is started with it. The good one lies aside and is put back. */
export const corruptFile = swapFault({
  type: 'corrupt-file',
  summary: 'a corrupt file: the service is started with garbage or half of it in its place, and gets its own back',
  options: Options,
  title: ({ service, path, how }) => `start ${service} with ${path} ${how === 'garbage' ? 'full of garbage' : 'cut in half'}`,
  kind: ({ how }) => how,
});
