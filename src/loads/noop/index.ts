import { z } from 'zod';

import { defineLoad } from '../contract.ts';

const Options = z.strictObject({});
type Options = z.output<typeof Options>;

/** Sends nothing and says so: no samples are a gap, whatever was asked. */
export const noop = defineLoad<Options>({
  type: 'noop',
  summary: 'no traffic: for trying out a plan',
  options: Options,
  title: () => 'send nothing',
  run: async function* () {
    yield { kind: 'gap', reason: 'no-samples', message: 'a noop sends nothing' };
  },
});
