import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault } from '../contract.ts';

const WHY =
  'no way is safe: a time namespace leaves the wall clock alone, a preloaded library misses static programs, and a clock that is set is set for the whole machine';

const Options = z.strictObject({ service: z.string().min(1).describe('the service whose clock is wrong') });
type Options = z.output<typeof Options>;

/** Asked for, it is never done, and says why: a gate that sets the clock of a machine breaks what it measures with. */
export const clock = defineFault<Options, null>({
  type: 'clock',
  summary: 'a wrong clock: never done, since no way to it leaves the machine itself alone',
  rows: [],
  options: Options,
  undo: z.null(),
  lasts: 'held',
  expires: true,
  title: ({ service }) => `set the clock of ${service} wrong`,
  services: ({ service }) => [service],
  capability: async () => ({ state: 'unsupported', why: WHY }),
  prepare: async () => {
    throw new GauntletError(`the clock of a service cannot be set wrong: ${WHY}`, {
      kind: 'config',
      hint: 'test it where the clock is a dependency of the code',
    });
  },
  inject: async () => {},
  prove: async () => ({ state: 'unproved', why: WHY }),
  heal: async () => {},
  fingerprint: async () => null,
});
