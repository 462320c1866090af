import type { SocketSample } from '../model/api.ts';
import type { Journey } from '../model/journey.ts';

/** The first conversation over a WebSocket that a journey has: an address, and a message that is answered. */
export function spokenIn(journeys: readonly Pick<Journey, 'steps'>[]): SocketSample | undefined {
  for (const { steps } of journeys) {
    const options = steps.flatMap(({ type, options: own }) => (type === 'websocket' && isMap(own) ? [own] : []));
    const connect = options.find(({ act }) => act === 'connect');
    const send = options.find(({ act }) => act === 'send');
    if (typeof connect?.['url'] !== 'string') continue;
    return {
      url: connect['url'],
      headers: isMap(connect['headers']) ? textsOf(connect['headers']) : {},
      ...(typeof send?.['message'] === 'string' ? { message: send['message'] } : {}),
    };
  }
  return undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textsOf(map: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
