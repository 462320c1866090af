import { z } from 'zod';

import { edgeFault } from '../kit/edge-fault.ts';
import { edgeFields } from '../kit/fields.ts';

/** Connections break as when the other side crashed and is not there: pooled ones are reset at their next use, new ones refused. */
export const reset = edgeFault({
  type: 'reset',
  summary: 'connections between two services are reset: pooled ones at their next use, new ones at once',
  rows: ['CHA-04'],
  options: z.strictObject(edgeFields),
  title: ({ from, to }) => `reset connections from ${from} to ${to}`,
  rules: () => ({ direction: 'request', target: 'REJECT --reject-with tcp-reset', protocol: 'tcp' }),
  shows: ({ outcome }) => (outcome === 'refused' ? 'a control attempt across the edge was refused' : undefined),
});
