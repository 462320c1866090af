import { z } from 'zod';

import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { edgesBetween } from '../kit/edges.ts';
import { Direction, DurationText, edgeFields, millisecondsOf } from '../kit/fields.ts';
import { probeTcp, type Probed } from '../kit/probe.ts';
import { passedProxied, standsProxied } from '../kit/proxied.ts';
import { countQueues } from '../kit/shape.ts';
import { healSlowed, injectSlowed, prepareSlowed, Slowed, slowedCapability, slowedFingerprint, type Slowing } from '../kit/slowed.ts';

/** So much of the delay must be seen by the control; the rest is the uncertainty of a busy machine. */
const SEEN = 0.8;

const Options = z.strictObject({
  ...edgeFields,
  delay: DurationText.default('200ms').describe('that is added in each direction'),
  jitter: DurationText.optional().describe('up to so much more or less, drawn for each packet'),
  direction: Direction.default('both').describe('what comes late: what is asked (`request`), what is answered (`answer`), or both'),
});
type Options = z.output<typeof Options>;

const Before = z.strictObject({ pid: z.int(), host: z.string(), port: z.number(), connectMs: z.number(), closeMs: z.number().nullable() });
const Undo = z.strictObject({ slowed: Slowed, control: Before.nullable() });
type Undo = z.output<typeof Undo>;

/** Everything between two services comes late. By netem where the kernel has it; else by a proxy, for TCP. */
export const latency = defineFault<Options, Undo>({
  type: 'latency',
  summary: 'a slow line between two services: packets come late, with jitter if asked; netem, or a proxy where the kernel has none',
  rows: ['CHA-04'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ from, to, delay, jitter }) => `delay ${from} → ${to} by ${delay}${jitter === undefined ? '' : ` ± ${jitter}`} each way`,
  // Who asks must live with it: only who is asked is out of reach.
  services: ({ to }) => [to],
  capability: (options, context) => slowedCapability(options, slowing(options), context),
  prepare: async (options, context) => ({
    slowed: await prepareSlowed(options, slowing(options), context),
    control: await controlOf(options, context),
  }),
  inject: (_, { slowed }, context) => injectSlowed(slowed, context),
  prove,
  heal: ({ slowed }, context) => healSlowed(slowed, context),
  fingerprint: ({ slowed }, context) => slowedFingerprint(slowed, context),
  stands: (_, { slowed }) => (slowed.means === 'queue' ? undefined : standsProxied(() => slowed.proxied)),
});

function slowing({ delay, jitter, direction }: Options): Slowing {
  const [ms, jitterMs] = [millisecondsOf(delay), jitter === undefined ? 0 : millisecondsOf(jitter)];
  return {
    queue: `netem delay ${String(ms)}ms${jitterMs === 0 ? '' : ` ${String(jitterMs)}ms`} limit 10000`,
    direction,
    behaviour: {
      ...(direction === 'answer' ? {} : { requestMs: ms }),
      ...(direction === 'request' ? {} : { answerMs: ms }),
      ...(jitterMs === 0 ? {} : { jitterMs }),
    },
  };
}

async function controlOf(options: Options, context: FaultContext): Promise<Undo['control']> {
  // Beside processes nobody can stand where the service that asks does: what the proxy counts must do.
  if (context.manifest.kind === 'process') return null;
  for (const { container, peers } of await edgesBetween(options, context)) {
    for (const peer of peers) {
      const [host] = peer.addresses;
      const port = options.port ?? peer.ports[0];
      if (host === undefined || port === undefined) continue;
      const probed = await look({ pid: container.pid, host, port }, options, context);
      if (probed.outcome === 'open')
        return { pid: container.pid, host, port, connectMs: probed.connectMs, closeMs: probed.closeMs ?? null };
    }
  }
  return null;
}

async function prove(options: Options, { slowed, control }: Undo, context: FaultContext): Promise<Proof> {
  const probed = control === null ? undefined : await look(control, options, context);
  const counted = slowed.means === 'queue' ? await queued(slowed, context) : await passedThrough(slowed, context);
  if (counted.why !== undefined) return { state: 'unproved', why: counted.why };
  if (control === null || probed === undefined) return { state: 'proved', by: [counted.by] };
  const ways = options.direction === 'both' ? 2 : 1;
  const addedMs = millisecondsOf(options.delay) * ways - (options.jitter === undefined ? 0 : millisecondsOf(options.jitter) * ways);
  // A proxy takes the connection itself: what shows there is how long our end takes until the other end answers it.
  const [nowMs, beforeMs] =
    slowed.means === 'queue' ? [probed.connectMs, control.connectMs] : [probed.closeMs, control.closeMs ?? undefined];
  if (nowMs === undefined || beforeMs === undefined) return { state: 'proved', by: [counted.by] };
  const seen = `a control attempt at ${control.host}:${String(control.port)} took ${nowMs.toFixed(0)} ms, before ${beforeMs.toFixed(0)} ms`;
  return nowMs - beforeMs >= addedMs * SEEN ? { state: 'proved', by: [counted.by, seen] } : { state: 'unproved', why: seen };
}

type Counted = { readonly why: string } | { readonly why: undefined; readonly by: string };

async function queued(slowed: Extract<Slowed, { means: 'queue' }>, context: FaultContext): Promise<Counted> {
  const { without, packets } = await countQueues(context, slowed);
  if (without.length > 0) return { why: `the queue is not (any more) in ${without.join(', ')}` };
  return packets === 0
    ? { why: 'nothing has come through the queue yet' }
    : { why: undefined, by: `${String(packets)} packets were held back` };
}

async function passedThrough(slowed: Extract<Slowed, { means: 'proxy' }>, context: FaultContext): Promise<Counted> {
  const passed = await passedProxied(slowed.proxied, context);
  if (passed.why !== undefined) return { why: passed.why };
  if (passed.pieces === 0) return { why: 'nothing has come through the proxy yet' };
  return { why: undefined, by: `${String(passed.pieces)} pieces of ${String(passed.connections)} connections were held back by the proxy` };
}

async function look(
  at: { pid: number; host: string; port: number },
  { delay, jitter = '0ms' }: Options,
  context: FaultContext,
): Promise<Probed> {
  const timeoutMs = 1_000 + 3 * (millisecondsOf(delay) + millisecondsOf(jitter));
  return probeTcp(context, { pid: at.pid }, { host: at.host, port: at.port, timeoutMs, close: true });
}
