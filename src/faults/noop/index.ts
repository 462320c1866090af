import { z } from 'zod';

import { defineFault } from '../contract.ts';

const Options = z.strictObject({});
type Options = z.output<typeof Options>;

/** Does nothing and says so: everything around a fault can be tried with it, and nothing can be proved by it. */
export const noop = defineFault<Options>({
  type: 'noop',
  summary: 'nothing: for trying out an experiment',
  rows: [],
  options: Options,
  title: () => 'do nothing',
  capability: async () => ({ state: 'able' }),
  inject: async () => {},
  prove: async () => ({ state: 'unproved', why: 'a noop changes nothing' }),
  heal: async () => {},
});
