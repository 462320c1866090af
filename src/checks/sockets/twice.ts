import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { nonce } from '../openapi/call.ts';
import type { Socket } from '../../ports/http.ts';
import type { Conversation } from './talk.ts';

const ANSWER_MS = 4_000;
const QUIET_MS = 700;

/** Two sockets of one user: the newest one is answered, the older one hears nothing of it. */
export async function twice(conversation: Conversation, context: CheckContext): Promise<Tried | undefined> {
  const word = nonce();
  const message = conversation.message(word);
  if (message === undefined) return undefined;
  const [older, newer] = [await conversation.open(), await conversation.open()];
  const subject = conversation.shown;
  if (older.state === 'failed' || newer.state === 'failed') {
    const failed = older.state === 'failed' ? older : newer.state === 'failed' ? newer : undefined;
    return { subject, control: { case: 'two sockets', status: null, because: failed?.message ?? '', ms: 0 }, tries: [] };
  }
  await newer.socket.send(message).catch(() => undefined);
  const heard = await hears(newer.socket, { word, ms: ANSWER_MS, context });
  const control: Try = {
    case: 'the newer socket is answered',
    status: heard ? 200 : null,
    ...(heard ? {} : { because: 'no answer' }),
    ms: 0,
  };
  const leaked = await hears(older.socket, { word, ms: QUIET_MS, context });
  const state = older.socket.closed ? 'closed' : 'open';
  await Promise.all([older.socket.close(), newer.socket.close()]);
  return {
    subject,
    control,
    tries: [
      {
        case: 'the older socket',
        status: 200,
        note: `${state}, ${leaked ? 'and hears the answers of the newer one' : 'hears nothing of the newer one'}`,
        effect: leaked,
        ms: 0,
      },
    ],
  };
}

async function hears(socket: Socket, { word, ms, context }: { word: string; ms: number; context: CheckContext }): Promise<boolean> {
  const until = context.ports.clock.monotonicMs() + ms;
  for (let left = ms; left > 0; left = until - context.ports.clock.monotonicMs()) {
    const event = await socket.next(left, context.signal);
    if (!event || event.type === 'closed') return false;
    if (event.text.includes(word)) return true;
  }
  return false;
}
