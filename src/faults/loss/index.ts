import { z } from 'zod';

import { defineFault } from '../contract.ts';
import {
  edgeCapability,
  EdgeUndo,
  edgeFingerprint,
  healEdge,
  injectEdge,
  prepareEdge,
  proveEdge,
  type EdgeRules,
} from '../kit/edge-fault.ts';
import { Direction, edgeFields, PercentageText, ratioOf } from '../kit/fields.ts';

const Options = z.strictObject({
  ...edgeFields,
  share: PercentageText.default('30%').describe('of the packets of each direction, how many get lost'),
  direction: Direction.default('both').describe('what gets lost: what is asked (`request`), what is answered (`answer`), or both'),
});
type Options = z.output<typeof Options>;

const rules = ({ direction, share }: Options): EdgeRules => ({
  direction,
  more: `-m statistic --mode random --probability ${ratioOf(share).toFixed(6)}`,
  target: 'DROP',
});

/** A bad line. TCP sends again, so it shows as waiting; each packet is thrown for once, by its share. */
export const loss = defineFault<Options, EdgeUndo>({
  type: 'loss',
  summary: 'a bad line between two services: a share of the packets gets lost at random',
  rows: ['CHA-04'],
  options: Options,
  undo: EdgeUndo,
  lasts: 'held',
  expires: true,
  title: ({ from, to, share }) => `lose ${share} of the packets between ${from} and ${to}`,
  // Who asks must live with it: only who is asked is out of reach.
  services: ({ to }) => [to],
  capability: (options, context) => edgeCapability(options, rules(options), context),
  prepare: (options, context) => prepareEdge(options, rules(options), context),
  inject: (_, undo, context) => injectEdge(undo, context),
  // The counters count what was lost; an attempt may come through, which is no proof of anything, so its outcome says nothing.
  prove: (_, undo, context) =>
    proveEdge(undo, ({ outcome, connectMs }) => `a control attempt was ${outcome} after ${connectMs.toFixed(0)} ms`, context),
  heal: healEdge,
  fingerprint: edgeFingerprint,
});
