import { z } from 'zod';

import { edgeFault } from '../kit/edge-fault.ts';
import { Direction, edgeFields } from '../kit/fields.ts';

const Options = z.strictObject({
  ...edgeFields,
  direction: Direction.default('both').describe('what gets lost: what is asked (`request`), what is answered (`answer`), or both'),
});

/** Packets between two services get lost without a word, on connections that stand as well as on new ones. */
export const partition = edgeFault({
  type: 'partition',
  summary: 'a cut between two services: packets of the edge are dropped, in one direction or both',
  rows: ['CHA-03'],
  options: Options,
  title: ({ from, to, direction }) => `cut ${from} off from ${to}${direction === 'both' ? '' : ` (${direction}s only)`}`,
  rules: ({ direction }) => ({ direction, target: 'DROP' }),
  shows: ({ outcome }) => (outcome === 'timeout' ? 'a control attempt across the edge got no answer' : undefined),
});
