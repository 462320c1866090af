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
import { edgeFields } from '../kit/fields.ts';

const Options = z.strictObject(edgeFields);
type Options = z.output<typeof Options>;

const RULES: EdgeRules = { direction: 'request', target: 'REJECT --reject-with tcp-reset', protocol: 'tcp' };

/** Connections break as when the other side crashed and is not there: pooled ones are reset at their next use, new ones refused. */
export const reset = defineFault<Options, EdgeUndo>({
  type: 'reset',
  summary: 'connections between two services are reset: pooled ones at their next use, new ones at once',
  rows: ['CHA-04'],
  options: Options,
  undo: EdgeUndo,
  lasts: 'held',
  expires: true,
  title: ({ from, to }) => `reset connections from ${from} to ${to}`,
  // Who asks must live with it: only who is asked is out of reach.
  services: ({ to }) => [to],
  capability: (options, context) => edgeCapability(options, RULES, context),
  prepare: (options, context) => prepareEdge(options, RULES, context),
  inject: (_, undo, context) => injectEdge(undo, context),
  prove: (_, undo, context) =>
    proveEdge(undo, ({ outcome }) => (outcome === 'refused' ? 'a control attempt across the edge was refused' : undefined), context),
  heal: healEdge,
  fingerprint: edgeFingerprint,
});
