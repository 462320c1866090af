import { LIMITS } from '../../../model/limits.ts';
import type { Http, HttpRequest, HttpResult } from '../../http.ts';
import { Client } from './client.ts';
import type { Exchange, Failure, Origin, Wire } from './connection.ts';

/** URLs whose parts are remembered; a load that makes up a URL per request must not fill the memory. */
const KNOWN_URLS = 4_096;

interface Place {
  readonly client: Client;
  readonly path: string;
  readonly host: string;
}

/**
 * HTTP/1.1 for loads: one connection for each request under way and nothing in between, so that a wait is the system's.
 * Twice the requests per CPU second of undici's pool (docs/adr/0012-load-engine.md); everything else goes through `makeHttp`.
 * Whoever makes it stops all of it at once with `signal`; listening to it for each request would cost a fifth of the rate.
 */
export function makeLoadHttp(signal: AbortSignal): Http & Disposable {
  const clients = new Map<string, Client>();
  const places = new Map<string, Place>();
  const close = (): void => {
    for (const client of clients.values()) client.close();
  };
  signal.addEventListener('abort', close);
  return {
    request: (request) =>
      signal.aborted || request.signal?.aborted
        ? Promise.resolve(INTERRUPTED)
        : perform(request, signal, () => placeOf(request.url, places, clients)),
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', close);
      close();
    },
  };
}

const INTERRUPTED: HttpResult = { state: 'failed', reason: 'aborted', message: 'interrupted', durationMs: 0 };

async function perform(request: HttpRequest, all: AbortSignal, place: () => Place): Promise<HttpResult> {
  const startedMs = performance.now();
  let prepared: { client: Client; wire: Wire };
  try {
    const { client, ...where } = place();
    prepared = { client, wire: wireOf(request, where) };
  } catch (error) {
    return { state: 'failed', reason: 'other', message: error instanceof Error ? error.message : String(error), durationMs: 0 };
  }
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const own = request.signal === all ? undefined : request.signal;
  const giveUp = prepared.client.send(prepared.wire, { timeoutMs: request.timeoutMs, once: request.once, done: resolve });
  own?.addEventListener('abort', giveUp);
  const exchange = await promise;
  own?.removeEventListener('abort', giveUp);
  return resultOf(exchange, startedMs);
}

function placeOf(text: string, places: Map<string, Place>, clients: Map<string, Client>): Place {
  const known = places.get(text);
  if (known !== undefined) return known;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${url.protocol}// is no HTTP URL`);
  let client = clients.get(url.origin);
  if (client === undefined) {
    client = new Client(originOf(url));
    clients.set(url.origin, client);
  }
  const place = { client, path: `${url.pathname}${url.search}`, host: url.host };
  if (places.size < KNOWN_URLS) places.set(text, place);
  return place;
}

function originOf({ protocol, hostname, port }: URL): Origin {
  const secure = protocol === 'https:';
  return { secure, host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? (secure ? 443 : 80) : Number(port) };
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// oxlint-disable-next-line no-control-regex
const VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/;

function wireOf({ method, headers = {}, body, maxBytes = LIMITS.bodyBytes }: HttpRequest, { path, host }: Omit<Place, 'client'>): Wire {
  const verb = method.toUpperCase();
  let head = `${verb} ${path} HTTP/1.1\r\n`;
  let named = false;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!NAME.test(name) || !VALUE.test(value)) throw new Error(`the header ${JSON.stringify(name)} cannot be sent`);
    const lower = name.toLowerCase();
    // Said once, by us: a length of another's is how requests get smuggled.
    if (lower === 'content-length' || lower === 'transfer-encoding' || lower === 'connection') continue;
    named ||= lower === 'host';
    head += `${name}: ${value}\r\n`;
  }
  if (!named) head += `host: ${host}\r\n`;
  if (body === undefined) {
    const empty = verb === 'POST' || verb === 'PUT' || verb === 'PATCH' ? 'content-length: 0\r\n' : '';
    return { method: verb, bytes: `${head}${empty}\r\n`, keep: maxBytes };
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    method: verb,
    bytes: Buffer.concat([Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]),
    keep: maxBytes,
  };
}

type Reason = Extract<HttpResult, { state: 'failed' }>['reason'];
const REASONS: Readonly<Record<Failure, Reason>> = {
  refused: 'refused',
  reset: 'reset',
  closed: 'reset',
  dns: 'dns',
  tls: 'tls',
  timeout: 'timeout',
  malformed: 'other',
  exhausted: 'exhausted',
  other: 'other',
  aborted: 'aborted',
};

function resultOf(exchange: Exchange, startedMs: number): HttpResult {
  const durationMs = exchange.endMs - startedMs;
  if (exchange.state === 'failed') return { state: 'failed', reason: REASONS[exchange.reason], message: exchange.message, durationMs };
  const { status, headers, body, bytes } = exchange.answer;
  return { state: 'answered', status, headers, body, totalBytes: bytes, firstByteMs: exchange.firstByteMs - startedMs, durationMs };
}
