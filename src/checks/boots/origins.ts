import type { SocketSample } from '../../model/api.ts';
import type { CheckContext } from '../contract.ts';
import type { Visit } from './changes.ts';

const OPEN_MS = 3_000;

/** Opens the WebSocket of a fresh service as a page from elsewhere does. */
export function visitWithOrigin({ ports, signal, manifest }: CheckContext, socket: SocketSample): Visit {
  return async (url) => {
    const name = /^\{\{\s*([\w-]+)\s*\}\}/.exec(socket.url)?.[1];
    const target = manifest?.targets.find((one) => one.name === name);
    const path = target && URL.canParse(target.url) ? new URL(target.url).pathname.replace(/\/$/, '') : '';
    const rest = socket.url.replace(/^\{\{[^}]*\}\}/, '').replaceAll(/\{\{[^}]*\}\}/g, 'gauntlet');
    const opened = await ports.sockets.connect(`${url.replace(/^http/, 'ws')}${path}${rest}`, {
      headers: { ...socket.headers, origin: 'https://gauntlet.invalid' },
      timeoutMs: OPEN_MS,
      signal,
    });
    if (opened.state === 'open') await opened.socket.close();
    const answered = opened.state === 'open' ? 'let in' : `refused with ${opened.status ?? opened.message}`;
    return { seen: `https://gauntlet.invalid was ${answered}`, effect: opened.state === 'open' };
  };
}
