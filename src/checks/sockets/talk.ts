import type { SocketResult } from '../../ports/http.ts';
import type { CheckContext } from '../contract.ts';
import { nonce } from '../openapi/call.ts';

const OPEN_MS = 5_000;

/** A WebSocket of the system, and how to speak to it. */
export interface Conversation {
  readonly shown: string;
  readonly url: string;
  /** The handshake brings credentials other than cookies. */
  readonly locked: boolean;
  /** A message that is known to be answered, with a nonce of its own; `undefined` when none is known. */
  readonly message: (word: string) => string | undefined;
  readonly open: (headers?: Readonly<Record<string, string>>) => Promise<SocketResult>;
}

/** The conversation that the configuration or a journey names. */
export function talk(context: CheckContext): Conversation | { readonly because: string } {
  const { manifest, api, ports, signal } = context;
  const sample = api?.websocket;
  if (!manifest) return { because: 'no stack is up whose WebSocket could be opened' };
  if (!sample)
    return { because: 'no WebSocket is named: `api: {websocket: {connect: "{{ws}}?user=ann", send: …}}`, or a journey that connects' };
  const user = `gauntlet-${nonce()}`;
  const fill = (text: string, word: string): string | undefined => {
    let unknown = false;
    const filled = text.replaceAll(/\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => {
      if (name === 'nonce') return word;
      if (name === 'user') return user;
      const target = manifest.targets.find((one) => one.name === name);
      unknown ||= target === undefined;
      return target?.url ?? '';
    });
    return unknown ? undefined : filled;
  };
  const url = fill(sample.url, nonce())?.replace(/^http/, 'ws');
  if (url === undefined || !URL.canParse(url)) return { because: `${sample.url} names something that only its journey knows` };
  const headers = Object.fromEntries(Object.entries(sample.headers).map(([name, value]) => [name, fill(value, nonce()) ?? '']));
  return {
    shown: new URL(url).pathname,
    locked: Object.keys(headers).some((name) => /auth|key|token/i.test(name)) || /[?&](?:access_)?(?:token|key)=/i.test(url),
    url,
    message: (word) => (sample.message === undefined ? undefined : fill(sample.message, word)),
    open: (more = {}) => ports.sockets.connect(url, { headers: { ...headers, ...more }, timeoutMs: OPEN_MS, signal }),
  };
}
