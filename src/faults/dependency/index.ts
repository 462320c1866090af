import { z } from 'zod';

import { defineFault } from '../contract.ts';
import type { Behaviour } from '../kit/agent-spec.ts';
import { bytesOf, DurationText, edgeFields, millisecondsOf, SizeText } from '../kit/fields.ts';
import {
  healProxied,
  injectProxied,
  passedProxied,
  prepareProxied,
  Proxied,
  proxiedCapability,
  proxiedFingerprint,
  standsProxied,
} from '../kit/proxied.ts';

const ways = {
  fail_first: z.int().min(1).max(1_000_000).optional().describe('so many connections are reset, those after them are good'),
  stall: z
    .enum(['before', 'after', 'midway'])
    .optional()
    .describe('answers never begin, stop after their first byte, or (HTTP) behind the first piece of their body; the connection stays'),
  reset: z.enum(['before', 'after']).optional().describe('connections are reset when the answer should begin, or after its first byte'),
  status: z.int().min(400).max(599).optional().describe('an HTTP status in place of every answer, such as 503'),
  rate: SizeText.optional().describe('bytes per second of each connection, such as 1kB'),
};

const Options = z
  .strictObject({
    ...edgeFields,
    ...ways,
    after: DurationText.optional().describe('with `status`: the answer comes so much later, such as 500ms'),
    flap: DurationText.optional().describe('it fails and works in turns of this length, such as 500ms'),
  })
  .refine(
    (options) => Object.keys(ways).filter((way) => way in options).length === 1,
    'must say one of fail_first, stall, reset, status and rate',
  )
  .refine(({ status, after }) => after === undefined || status !== undefined, 'says `after` without `status`');
type Options = z.output<typeof Options>;

/** A dependency that fails as real ones do: in the middle of an answer, after it took the request, or for the first calls only. */
export const dependency = defineFault<Options, Proxied>({
  type: 'dependency',
  summary: 'a dependency that fails its first connections, stalls, resets, answers 5xx or trickles, for one service that asks',
  rows: [],
  options: Options,
  undo: Proxied,
  lasts: 'held',
  expires: true,
  title: (options) => `${wordsOf(options)} (${options.from} → ${options.to})`,
  // Who asks must live with it: only who is asked is out of reach.
  services: ({ to }) => [to],
  capability: (options, context) => proxiedCapability(options, context),
  prepare: (options, context) => prepareProxied(options, context),
  inject: (options, undo, context) =>
    injectProxied(
      undo,
      {
        behaviour: behaviourOf(options),
        untilMs: context.expiresAtMs,
        ...(options.flap === undefined ? {} : { flapMs: millisecondsOf(options.flap) }),
      },
      context,
    ),
  // Its own traffic would use up failures that are meant for the service: what the service itself did is the proof.
  prove: async (options, undo, context) => {
    const passed = await passedProxied(undo, context);
    if (passed.why !== undefined) return { state: 'unproved', why: passed.why };
    const { connections, refused } = passed;
    if (connections === 0) return { state: 'unproved', why: `${options.from} has opened no connection to ${options.to} yet` };
    if (refused === 0 && options.rate === undefined)
      return { state: 'unproved', why: `${String(connections)} connections passed, and none was harmed yet` };
    return {
      state: 'proved',
      by: [
        `${String(connections)} connections of ${options.from} were led through the proxy`,
        `${String(refused)} of them were harmed by it`,
      ],
    };
  },
  heal: healProxied,
  fingerprint: proxiedFingerprint,
  stands: () => standsProxied((undo) => undo),
});

function behaviourOf({ fail_first: first, stall, reset, status, after, rate }: Options): Behaviour {
  if (first !== undefined) return { resetFirst: first };
  if (stall === 'midway') return { stallMidway: true };
  if (stall !== undefined) return { stallAfterBytes: stall === 'before' ? 0 : 1 };
  if (reset !== undefined) return { resetAfterBytes: reset === 'before' ? 0 : 1 };
  if (status !== undefined) return { status, ...(after === undefined ? {} : { statusAfterMs: millisecondsOf(after) }) };
  return { bytesPerSecond: bytesOf(rate ?? '1kB') };
}

function wordsOf(options: Options): string {
  const { fail_first: first, stall, reset, status, after, rate, flap } = options;
  if (flap !== undefined) return `${wordsOf({ ...options, flap: undefined })}, on and off every ${flap}`;
  if (first !== undefined) return `fail the first ${String(first)} connections`;
  if (stall === 'midway') return 'stall in the middle of answers';
  if (stall !== undefined) return `stall ${stall} the first byte of answers`;
  if (reset !== undefined) return `reset ${reset} the first byte of answers`;
  if (status !== undefined) return `answer with ${String(status)}${after === undefined ? '' : ` after ${after}`}`;
  return `trickle ${rate ?? ''} per second`;
}
