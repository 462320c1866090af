import type { Door, Login, OpenedSession, RedisSession } from '../../datastores.ts';
import { failedToOpen, withinTime } from './open.ts';

/** Redis, and what speaks as it does, through `ioredis`. */
export async function openRedis(door: Door, login?: Login): Promise<OpenedSession<RedisSession>> {
  const { Redis } = await import('ioredis');
  const client = new Redis({
    host: door.host,
    port: door.port,
    ...(login === undefined ? {} : { password: login.password, ...(login.user === '' ? {} : { username: login.user }) }),
    // What every version and every relative speaks.
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: true,
    disableClientInfo: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: door.timeoutMs,
  });
  let reason: unknown;
  client.on('error', (error: unknown) => void (reason ??= error));
  try {
    await withinTime(door, client.connect());
    // A wrong password is told by the answer to the first command.
    const answer = await withinTime(door, client.call('PING').then(String, failureOf));
    if (answer instanceof Error && (login !== undefined || !denies(answer))) throw answer;
  } catch (error) {
    client.disconnect();
    return failedToOpen(reason ?? error, denies);
  }
  return {
    state: 'open',
    session: {
      call: (command, ...args) => withinTime(door, client.call(command, ...args)),
      [Symbol.asyncDispose]: async () => client.disconnect(),
    },
  };
}

function failureOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** https://redis.io/docs/latest/commands/auth/ */
function denies(error: unknown): boolean {
  return error instanceof Error && /^(?:NOAUTH|WRONGPASS|NOPERM|DENIED|ERR (?:AUTH|invalid password|Client sent AUTH))/.test(error.message);
}
