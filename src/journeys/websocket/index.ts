import { z } from 'zod';

import type { Socket } from '../../ports/index.ts';
import { defineStep, type StepContext, type StepReply } from '../contract.ts';
import { Events } from './events.ts';
import { send } from './send.ts';
import { SOCKET } from './socket.ts';

/** Messages that one step may send at once. */
const MOST = 1_000;

const Options = z.union([
  z
    .strictObject({
      connect: z.string().describe('URL of a WebSocket to open'),
      headers: z.record(z.string(), z.string()).default({}).describe('headers of the handshake'),
      shared: z.boolean().default(false).describe('messages of other users belong here too (a room), so that they are no leak'),
    })
    .transform(({ connect, headers, shared }) => ({ act: 'connect' as const, url: connect, headers, shared })),
  z
    .strictObject({
      send: z.json().describe('message to send on the open WebSocket; with an expected reply, the step waits for it'),
      times: z.int().min(1).max(MOST).default(1).describe('how many such messages to send at once, each with a nonce of its own'),
      ordered: z.boolean().default(true).describe('whether answers come in the order of their messages'),
      once: z.boolean().optional().describe('whether to listen for half a second more: an answer that comes again is wrong'),
      events: Events.optional().describe('messages that must come before the answer, each once and no others'),
    })
    .refine(({ times, events }) => times === 1 || events === undefined, 'events are of one message: leave out `times`')
    .transform(({ send: message, times, ordered, once, events }) => ({
      act: 'send' as const,
      message: typeof message === 'string' ? message : JSON.stringify(message),
      times,
      ordered,
      ...(once === undefined ? {} : { once }),
      ...(events === undefined ? {} : { events }),
    })),
  z.strictObject({ close: z.literal(true).describe('true closes the WebSocket') }).transform(() => ({ act: 'close' as const })),
]);
type Options = z.output<typeof Options>;

/** WebSocket steps: connect, send and wait for the answers, close. One socket per user at a time. */
export const websocket = defineStep<Options>({
  type: 'websocket',
  keys: ['connect', 'send', 'close'],
  summary: 'connect to a WebSocket, send messages and wait for their answers, close',
  options: Options,
  accepts: (status) => status === 101,
  title: (options) => {
    switch (options.act) {
      case 'connect':
        return `connect ${options.url}`;
      case 'send':
        return `send ${options.message.slice(0, 60)}${options.times === 1 ? '' : ` × ${options.times}`}`;
      case 'close':
        return 'close the WebSocket';
    }
  },
  held: (options, session) => options.act === 'connect' && session.get<Socket>(SOCKET) !== undefined,
  lost: (session) => session.get<Socket>(SOCKET)?.closed === true,
  run: async (options, context, step) => {
    switch (options.act) {
      case 'connect':
        return connect(options, context);
      case 'send':
        return send(options, context, step);
      case 'close':
        await context.session.get<Socket>(SOCKET)?.close();
        context.session.set(SOCKET, undefined);
        return { durationMs: 0, text: '', bytes: 0 };
    }
  },
});

async function connect({ url, headers, shared }: Extract<Options, { act: 'connect' }>, context: StepContext): Promise<StepReply> {
  const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, context.fill(value)]));
  const result = await context.ports.sockets.connect(context.fill(url), {
    headers: filled,
    timeoutMs: context.timeoutMs,
    signal: context.signal,
    onMessage: (text, atMs) => context.messages.arrived(text, { shared, atMs }),
  });
  if (result.state === 'failed') {
    return {
      durationMs: result.durationMs,
      text: '',
      bytes: 0,
      ...(result.status === undefined ? {} : { status: result.status }),
      failure: { what: 'connection', measured: result.message, expected: 'an open WebSocket' },
    };
  }
  context.session.set(SOCKET, result.socket, () => result.socket.close());
  return { durationMs: result.durationMs, status: 101, text: '', bytes: 0 };
}
