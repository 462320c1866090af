import type { RedisSession } from '../../ports/index.ts';
import type { CheckContext } from '../contract.ts';
import { loginsOf, withoutSecrets } from '../live/logins.ts';
import type { Store } from '../live/stores.ts';

const ANSWER_MS = 3_000;

/** A session by the first login that is let in, or why there is none. */
export async function openStore(context: CheckContext, store: Store): Promise<(RedisSession & AsyncDisposable) | string> {
  const { place } = store;
  const door = { host: place.host, port: place.port, timeoutMs: ANSWER_MS, signal: context.signal };
  const logins = await loginsOf(context, store);
  const refusals: string[] = [];
  for (const login of [...logins, undefined]) {
    const opened = await context.ports.datastores.redis(door, login);
    if (opened.state === 'failed') {
      refusals.push(`${login === undefined ? 'without a password' : `with ${login.from}`}: ${withoutSecrets(opened.message, logins)}`);
      if (opened.reason === 'denied') continue;
      break;
    }
    const { session } = opened;
    // Without a login the connection stands, whatever it may be used for.
    const answer = await session.call('PING').then(String, (error: unknown) => String(error));
    if (answer === 'PONG') return session;
    refusals.push(`${login === undefined ? 'without a password' : `with ${login.from}`}: ${withoutSecrets(answer, logins)}`);
    await session[Symbol.asyncDispose]();
  }
  return `${place.shown} let nobody in (${refusals.join('; ').slice(0, 300)})`;
}
