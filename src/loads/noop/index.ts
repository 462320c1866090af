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
  run: async function* (_options, { ports }) {
    const now = ports.clock.now();
    yield { kind: 'gap', window: { from: now, to: now }, owed: [], reason: 'no-samples', message: 'a noop sends nothing' };
  },
});
