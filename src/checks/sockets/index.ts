import { TriesFacts, type Tried, type Try } from '../../model/api-tries.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { nonce } from '../openapi/call.ts';
import { talk, type Conversation } from './talk.ts';
import { strangeMessages } from './messages.ts';
import { twice } from './twice.ts';

/** WebSockets: who may open one, what they take, and who gets the answers. Each beside a conversation that works. */
export const sockets: readonly CheckPlugin[] = [
  row('AUTH-08', 'WebSockets refuse pages from elsewhere', origins),
  row('INP-08', 'messages of a WebSocket are validated, and a bad one ends nobody else', strangeMessages),
  row('WS-08', 'a second socket of the same user takes the place of the first', twice),
];

const LOCKED = 'with credentials that no page has by itself';

type Look = (conversation: Conversation, context: CheckContext) => Promise<Tried | undefined>;

function row(code: string, summary: string, look: Look): CheckPlugin {
  return defineCheck<TriesFacts>({ code, summary, needs: 'live', facts: TriesFacts, collect: (context) => collect(context, look) });
}

async function collect(context: CheckContext, look: Look): Promise<Collected<TriesFacts>> {
  const conversation = talk(context);
  if ('because' in conversation)
    return context.named && context.manifest
      ? { state: 'gap', because: conversation.because }
      : { state: 'not-applicable', because: conversation.because };
  const tried = await look(conversation, context);
  if (!tried)
    return {
      state: 'not-applicable',
      because: `${conversation.shown} has no message that is known to be answered (\`api: {websocket: {connect, send}}\`)`,
    };
  return { state: 'collected', facts: { target: conversation.shown, where: 'its handshake', tried: [tried], skipped: [] }, sources: [] };
}

/** Handshakes as a page from elsewhere, a sandboxed one, another program, and an allowed page make them. */
async function origins(conversation: Conversation, { api }: CheckContext): Promise<Tried> {
  const { host } = new URL(conversation.url);
  const open = async (name: string, origin: string | undefined): Promise<Try> => {
    const opened = await conversation.open(origin === undefined ? {} : { origin });
    if (opened.state === 'open') await opened.socket.close();
    return opened.state === 'open'
      ? { case: name, status: 101, ms: Math.round(opened.durationMs) }
      : { case: name, status: opened.status ?? null, because: opened.message.slice(0, 120), ms: Math.round(opened.durationMs) };
  };
  const control =
    api?.origin === undefined ? await open('no Origin, as programs do', undefined) : await open(`Origin: ${api.origin}`, api.origin);
  const tries = [
    await open('Origin: https://gauntlet.invalid', 'https://gauntlet.invalid'),
    await open('Origin: null', 'null'),
    await open(`Origin: https://${host}.gauntlet.invalid`, `https://${host}.gauntlet.invalid`),
    await open('Origin: https://gauntlet.invalid again', `https://${nonce()}.invalid`),
  ];
  return { subject: conversation.shown, control: conversation.locked ? { ...control, note: LOCKED } : control, tries };
}
