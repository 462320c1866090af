import { z } from 'zod';

import { defineFault, type FaultContext, type FaultPlugin, type Proof } from '../contract.ts';
import { edgeFields, PercentageText, ratioOf } from './fields.ts';
import { fingerprintOf } from './fingerprint.ts';
import { countQueues, installQueues, prepareShaped, queueCapability, removeQueues, Shaped } from './shape.ts';

const Options = z.strictObject({
  ...edgeFields,
  share: PercentageText.default('10%').describe('of the packets'),
});
type Options = z.output<typeof Options>;

interface Kind {
  readonly type: string;
  readonly summary: string;
  /** `duplicate packets`. */
  readonly does: string;
  /** As `tc` takes it after `netem`, for a share in percent. */
  readonly queue: (percent: string) => string;
}

/** What only netem can do to packets (tc-netem(8)); where the kernel has none, nothing else does the same, and that is said. */
export function netemFault({ type, summary, does, queue }: Kind): FaultPlugin {
  const queueOf = ({ share }: Options): string => `netem ${queue(`${String(ratioOf(share) * 100)}%`)} limit 10000`;
  return defineFault<Options, Shaped>({
    type,
    summary,
    rows: ['CHA-04'],
    options: Options,
    undo: Shaped,
    lasts: 'held',
    expires: false,
    title: ({ from, to, share }) => `${does} ${from} → ${to}, ${share} of them`,
    services: ({ to }) => [to],
    capability: (options, context) => queueCapability(context, queueOf(options)),
    prepare: (options, context) => prepareShaped(options, { queue: queueOf(options), direction: 'both' }, context),
    inject: (_, undo, context) => installQueues(context, undo),
    prove: (_, undo, context) => prove(undo, context),
    heal: (undo, context) => removeQueues(context, undo),
    fingerprint: ({ shapes }, context) => fingerprintOf(shapes, context),
  });
}

async function prove(undo: Shaped, context: FaultContext): Promise<Proof> {
  const { without, packets } = await countQueues(context, undo);
  if (without.length > 0) return { state: 'unproved', why: `the queue is not (any more) in ${without.join(', ')}` };
  return packets === 0
    ? { state: 'unproved', why: 'nothing has come through the queue yet' }
    : { state: 'proved', by: [`${String(packets)} packets came through the queue of the kernel that does it`] };
}
