import { z } from 'zod';

import { containsJson, parseJson } from '../../lib/json.ts';
import type { JourneyStep, Miss } from '../../model/journey.ts';
import type { Socket } from '../../ports/index.ts';
import { defineStep, type StepContext, type StepReply } from '../contract.ts';

const SOCKET = 'websocket';

const Options = z.union([
  z
    .strictObject({
      connect: z.string().describe('URL of a WebSocket to open'),
      headers: z.record(z.string(), z.string()).default({}).describe('headers of the handshake'),
    })
    .transform(({ connect, headers }) => ({ act: 'connect' as const, url: connect, headers })),
  z
    .strictObject({ send: z.json().describe('message to send on the open WebSocket; with an expected reply, the step waits for it') })
    .transform(({ send }) => ({ act: 'send' as const, message: typeof send === 'string' ? send : JSON.stringify(send) })),
  z.strictObject({ close: z.literal(true).describe('true closes the WebSocket') }).transform(() => ({ act: 'close' as const })),
]);
type Options = z.output<typeof Options>;

/** WebSocket steps: connect, send and wait for the answer, close. One socket per user at a time. */
export const websocket = defineStep<Options>({
  type: 'websocket',
  keys: ['connect', 'send', 'close'],
  summary: 'connect to a WebSocket, send a message and wait for its answer, close',
  options: Options,
  accepts: (status) => status === 101,
  title: (options) => {
    switch (options.act) {
      case 'connect':
        return `connect ${options.url}`;
      case 'send':
        return `send ${options.message.slice(0, 60)}`;
      case 'close':
        return 'close the WebSocket';
    }
  },
  held: (options, session) => options.act === 'connect' && session.get<Socket>(SOCKET) !== undefined,
  run: async (options, context, step) => {
    switch (options.act) {
      case 'connect':
        return connect(options.url, options.headers, context);
      case 'send':
        return send(context.fill(options.message), context, step);
      case 'close':
        await context.session.get<Socket>(SOCKET)?.close();
        context.session.set(SOCKET, undefined);
        return { durationMs: 0, text: '', bytes: 0 };
    }
  },
});

async function connect(url: string, headers: Record<string, string>, context: StepContext): Promise<StepReply> {
  const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, context.fill(value)]));
  const result = await context.ports.sockets.connect(context.fill(url), {
    headers: filled,
    timeoutMs: context.timeoutMs,
    signal: context.signal,
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

async function send(message: string, context: StepContext, { expect }: JourneyStep): Promise<StepReply> {
  const socket = context.session.get<Socket>(SOCKET);
  if (!socket) return failed(0, { what: 'connection', measured: 'no open WebSocket', expected: 'a connect step before send' });
  const from = context.ports.clock.monotonicMs();
  await socket.send(message);
  if (expect.reply === undefined && expect.contains === undefined) return { durationMs: 0, text: '', bytes: 0 };
  let last = 'no message';
  for (;;) {
    const left = context.timeoutMs - (context.ports.clock.monotonicMs() - from);
    const event = left > 0 ? await socket.next(left, context.signal) : undefined;
    const durationMs = context.ports.clock.monotonicMs() - from;
    const expected = `a reply with ${JSON.stringify(expect.reply ?? expect.contains)}`;
    if (!event) return failed(durationMs, { what: 'timeout', measured: `${last} within ${context.timeoutMs} ms`, expected });
    if (event.type === 'closed')
      return failed(durationMs, { what: 'connection', measured: `closed with code ${event.code} ${event.reason}`.trim(), expected });
    if (answers(event.text, expect)) return { durationMs, text: event.text, bytes: Buffer.byteLength(event.text) };
    last = `last message ${event.text.slice(0, 200)}`;
  }
}

/** Messages that are not the answer (stream tokens, other events) are passed over; what never comes ends in a time-out. */
function answers(text: string, { reply, contains }: JourneyStep['expect']): boolean {
  const fits = reply === undefined || containsJson(parseJson(text), reply);
  return fits && (contains ?? []).every((part) => text.includes(part));
}

function failed(durationMs: number, failure: Miss): StepReply {
  return { durationMs, text: '', bytes: 0, failure };
}
