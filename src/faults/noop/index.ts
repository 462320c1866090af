import { z } from 'zod';

import { defineFault } from '../contract.ts';

const Options = z.strictObject({});
type Options = z.output<typeof Options>;

/** Does nothing and says so: everything around a fault can be tried with it, and nothing can be proved by it. */
export const noop = defineFault<Options, null>({
  type: 'noop',
  summary: 'nothing: for trying out an experiment',
  rows: [],
  options: Options,
  undo: z.null(),
  lasts: 'held',
  expires: true,
  title: () => 'do nothing',
  services: () => [],
  capability: async () => ({ state: 'able' }),
  prepare: async () => null,
  inject: async () => {},
  prove: async () => ({ state: 'unproved', why: 'a noop changes nothing' }),
  heal: async () => {},
  fingerprint: async () => null,
});
