import { parseJson } from '../../lib/json.ts';
import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { nonce } from '../openapi/call.ts';
import type { Conversation } from './talk.ts';

const ANSWER_MS = 4_000;
const LARGE = 9_000_000;
/** Statuses of tries over a socket: answered, closed by a frame, gone without one. */
const HEARD = { answered: 200, closed: 400, gone: 500 } as const;

/** Bad messages, each on a socket of its own, and after each a new conversation: the service must still be there. */
export async function strangeMessages(conversation: Conversation, context: CheckContext): Promise<Tried | undefined> {
  const good = conversation.message(nonce());
  if (good === undefined) return undefined;
  const control = await ask(conversation, context, { name: 'a good message', message: good });
  const parsed = parseJson(good);
  const fields = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.entries(parsed) : [];
  const texts = fields.filter(([, value]) => typeof value === 'string');
  const [first] = texts.map(([name]) => name).filter((name) => !/^(?:id|type|event|action|nonce)$/i.test(name));
  const change = (value: unknown): string =>
    JSON.stringify({ ...Object.fromEntries(fields), ...(first === undefined ? {} : { [first]: value }) });
  const cases: [string, string][] = [
    ['no JSON', '{"gauntlet": '],
    ['a list', '[]'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ...(first === undefined
      ? []
      : ([
          [`a number as \`${first}\``, change(42)],
          [`an object as \`${first}\``, change({ $gt: '' })],
          [`9 MB of \`${first}\``, change('a'.repeat(LARGE))],
        ] as [string, string][])),
  ];
  const tries: Try[] = [];
  for (const [name, message] of cases) {
    const one = await ask(conversation, context, { name, message });
    const after = await ask(conversation, context, { name: 'after it', message: conversation.message(nonce()) ?? '' });
    // Who is cut off in the middle of sending does not hear the frame that says why.
    const cutOff = message.length >= LARGE && one.status === HEARD.gone;
    const own = cutOff ? { ...one, status: HEARD.closed } : one;
    tries.push(
      after.status === HEARD.answered ? own : { ...own, effect: true, note: 'after it, the service answers good messages no more' },
    );
  }
  if (first !== undefined) tries.push(await script(conversation, context, { field: first, change }));
  return { subject: conversation.shown, control, tries };
}

async function ask(conversation: Conversation, context: CheckContext, { name, message }: { name: string; message: string }): Promise<Try> {
  const opened = await conversation.open();
  if (opened.state === 'failed')
    return { case: name, status: null, because: opened.message.slice(0, 120), ms: Math.round(opened.durationMs) };
  const began = context.ports.clock.monotonicMs();
  await opened.socket.send(message).catch(() => undefined);
  const event = await opened.socket.next(ANSWER_MS, context.signal);
  await opened.socket.close();
  const ms = Math.round(context.ports.clock.monotonicMs() - began);
  if (!event) return { case: name, status: null, because: `no answer within ${ANSWER_MS} ms`, ms };
  if (event.type === 'closed')
    return { case: name, status: event.code === 1006 ? HEARD.gone : HEARD.closed, note: `closed with ${event.code}`, ms };
  const looks = /error|invalid|refus|unprocess|bad[ _-]?request/i.test(event.text);
  return { case: name, status: HEARD.answered, note: looks ? 'an error frame' : 'an answer as to a good message', effect: false, ms };
}

/** A script comes back as it was sent: harmless only where no page shows it as it is. */
async function script(
  conversation: Conversation,
  context: CheckContext,
  { field, change }: { field: string; change: (value: unknown) => string },
): Promise<Try> {
  const word = nonce();
  const payload = `<script>${word}</script>`;
  const opened = await conversation.open();
  const name = `a script as \`${field}\``;
  if (opened.state === 'failed') return { case: name, status: null, because: opened.message.slice(0, 120), ms: 0 };
  await opened.socket.send(change(payload)).catch(() => undefined);
  const event = await opened.socket.next(ANSWER_MS, context.signal);
  await opened.socket.close();
  const raw = event?.type === 'message' && event.text.includes(payload);
  return { case: name, status: event ? HEARD.answered : null, note: raw ? 'it comes back as it was sent' : 'an error frame', ms: 0 };
}
