import { z } from 'zod';

import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { bytesOf, Direction, edgeFields, SizeText } from '../kit/fields.ts';
import { passedProxied, standsProxied } from '../kit/proxied.ts';
import { countQueues } from '../kit/shape.ts';
import { healSlowed, injectSlowed, prepareSlowed, Slowed, slowedCapability, slowedFingerprint, type Slowing } from '../kit/slowed.ts';

/** One packet of an ordinary network and its head. A bucket that holds a whole request has no effect on it at all. */
const BURST_BYTES = 1_600;

const Options = z.strictObject({
  ...edgeFields,
  rate: SizeText.default('16kB').describe('bytes per second, such as 16kB'),
  direction: Direction.default('both').describe('what is slow: what is asked (`request`), what is answered (`answer`), or both'),
});
type Options = z.output<typeof Options>;

/** A narrow line. Small talk passes; what is large takes its time. */
export const bandwidth = defineFault<Options, Slowed>({
  type: 'bandwidth',
  summary: 'a narrow line between two services: so many bytes per second, in one direction or both',
  rows: ['CHA-04'],
  options: Options,
  undo: Slowed,
  lasts: 'held',
  expires: false,
  title: ({ from, to, rate }) => `narrow ${from} → ${to} down to ${rate} per second`,
  // Who asks must live with it: only who is asked is out of reach.
  services: ({ to }) => [to],
  capability: (options, context) => slowedCapability(options, slowing(options), context),
  prepare: (options, context) => prepareSlowed(options, slowing(options), context),
  inject: (_, undo, context) => injectSlowed(undo, context),
  prove,
  heal: healSlowed,
  fingerprint: slowedFingerprint,
  stands: (_, undo) => (undo.means === 'queue' ? undefined : standsProxied(() => undo.proxied)),
});

function slowing({ rate, direction }: Options): Slowing {
  const bytesPerSecond = bytesOf(rate);
  return {
    queue: `tbf rate ${String(Math.max(8, Math.round(bytesPerSecond * 8)))}bit burst ${String(BURST_BYTES)} limit 1000000`,
    direction,
    behaviour: { bytesPerSecond },
  };
}

/** What had to wait is counted by the kernel; small talk never has to, so this is proved by the traffic of the service alone. */
async function prove(options: Options, undo: Slowed, context: FaultContext): Promise<Proof> {
  if (undo.means === 'proxy') {
    const passed = await passedProxied(undo.proxied, context);
    if (passed.why !== undefined) return { state: 'unproved', why: passed.why };
    if (passed.connections === 0) return { state: 'unproved', why: `${options.from} has opened no connection to ${options.to} yet` };
    return { state: 'proved', by: [`${String(passed.connections)} connections of ${options.from} were led through the proxy`] };
  }
  const { without, bytes, held } = await countQueues(context, undo);
  if (without.length > 0) return { state: 'unproved', why: `the queue is not (any more) in ${without.join(', ')}` };
  if (held === 0) return { state: 'unproved', why: `${String(bytes)} bytes have passed, and none had to wait yet` };
  return {
    state: 'proved',
    by: [`packets had to wait ${String(held)} times`, `${String(bytes)} bytes passed at ${options.rate} per second`],
  };
}
