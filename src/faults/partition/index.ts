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
import { Direction, edgeFields } from '../kit/fields.ts';

const Options = z.strictObject({
  ...edgeFields,
  direction: Direction.default('both').describe('what gets lost: what is asked (`request`), what is answered (`answer`), or both'),
});
type Options = z.output<typeof Options>;

const rules = ({ direction }: Options): EdgeRules => ({ direction, target: 'DROP' });

/** Packets between two services get lost without a word, on connections that stand as well as on new ones. */
export const partition = defineFault<Options, EdgeUndo>({
  type: 'partition',
  summary: 'a cut between two services: packets of the edge are dropped, in one direction or both',
  rows: ['CHA-03'],
  options: Options,
  undo: EdgeUndo,
  lasts: 'held',
  expires: true,
  title: ({ from, to, direction }) => `cut ${from} off from ${to}${direction === 'both' ? '' : ` (${direction}s only)`}`,
  // Who asks must live with it: only who is asked is out of reach.
  services: ({ to }) => [to],
  capability: (options, context) => edgeCapability(options, rules(options), context),
  prepare: (options, context) => prepareEdge(options, rules(options), context),
  inject: (_, undo, context) => injectEdge(undo, context),
  prove: (_, undo, context) =>
    proveEdge(undo, ({ outcome }) => (outcome === 'timeout' ? 'a control attempt across the edge got no answer' : undefined), context),
  heal: healEdge,
  fingerprint: edgeFingerprint,
});
