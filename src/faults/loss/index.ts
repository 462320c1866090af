import { z } from 'zod';

import { edgeFault } from '../kit/edge-fault.ts';
import { Direction, edgeFields, PercentageText, ratioOf } from '../kit/fields.ts';

const Options = z.strictObject({
  ...edgeFields,
  share: PercentageText.default('30%').describe('of the packets of each direction, how many get lost'),
  direction: Direction.default('both').describe('what gets lost: what is asked (`request`), what is answered (`answer`), or both'),
});

/** A bad line. TCP sends again, so it shows as waiting; each packet is thrown for once, by its share. */
export const loss = edgeFault({
  type: 'loss',
  summary: 'a bad line between two services: a share of the packets gets lost at random',
  rows: ['CHA-04'],
  options: Options,
  title: ({ from, to, share }) => `lose ${share} of the packets between ${from} and ${to}`,
  rules: ({ direction, share }) => ({
    direction,
    more: `-m statistic --mode random --probability ${ratioOf(share).toFixed(6)}`,
    target: 'DROP',
  }),
  // The counters count what was lost; an attempt may come through, which is no proof of anything, so its outcome says nothing.
  shows: ({ outcome, connectMs }) => `a control attempt was ${outcome} after ${connectMs.toFixed(0)} ms`,
});
