import { LIMITS } from '../../../model/limits.ts';
import type { Http, HttpRequest, HttpResult, PreparedRequest } from '../../http.ts';
import { Client } from './client.ts';
import type { Connection, Origin, Wire } from './connection.ts';

interface Place {
  readonly client: Client;
  readonly path: string;
  readonly host: string;
}

interface Known {
  readonly client: Client;
  readonly host: string;
}

/**
 * HTTP/1.1 for loads: one connection for each request under way and nothing in between, so that a wait is the system's.
 * Twice the requests per CPU second of undici's pool (docs/adr/0012-load-engine.md); everything else goes through `makeHttp`.
 * Whoever makes it stops all of it at once with `signal`; listening to it for each request would cost a fifth of the rate.
 */
export function makeLoadHttp(signal: AbortSignal): Http & Disposable {
  const clients = new Map<string, Known>();
  let over = false;
  const close = (): void => {
    over = true;
    for (const { client } of clients.values()) client.close();
  };
  if (signal.aborted) close();
  else signal.addEventListener('abort', close);
  return {
    request: (request) => (over || request.signal?.aborted ? Promise.resolve(INTERRUPTED) : perform(request, signal, clients)),
    prepare: (request) => prepare(request, clients, () => over),
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', close);
      close();
    },
  };
}

const INTERRUPTED: HttpResult = { state: 'failed', reason: 'aborted', message: 'interrupted', durationMs: 0 };

function perform(request: HttpRequest, all: AbortSignal, clients: Map<string, Known>): Promise<HttpResult> {
  const { client, wire } = ready(request, clients);
  if (client === undefined) return Promise.resolve({ state: 'failed', reason: 'other', message: wire, durationMs: 0 });
  const { timeoutMs, once = false, signal } = request;
  return new Promise((resolve) => {
    const ask = { wire, timeoutMs, once };
    if (signal === undefined || signal === all) {
      client.send({ ...ask, done: resolve });
      return;
    }
    let connection: Connection;
    const giveUp = (): void => connection.abandon('aborted', 'interrupted');
    const done = (result: HttpResult): void => {
      signal.removeEventListener('abort', giveUp);
      resolve(result);
    };
    connection = client.send({ ...ask, done, moved: (other) => (connection = other) });
    signal.addEventListener('abort', giveUp);
  });
}

/** What can be known before the request is sent is known once. */
function prepare(request: HttpRequest, clients: Map<string, Known>, isOver: () => boolean): PreparedRequest | undefined {
  const { client, wire } = ready(request, clients);
  if (client === undefined) return undefined;
  const { timeoutMs, once = false } = request;
  return {
    send: (done) => {
      if (isOver()) done(INTERRUPTED);
      else client.send({ wire, timeoutMs, once, done });
    },
  };
}

type Ready = { readonly client: Client; readonly wire: Wire } | { readonly client?: undefined; readonly wire: string };

/** The request as it is written, and by whom; or why it cannot be. */
function ready(request: HttpRequest, clients: Map<string, Known>): Ready {
  try {
    const place = placeOf(request.url, clients);
    return { client: place.client, wire: wireOf(request, place) };
  } catch (error) {
    return { wire: error instanceof Error ? error.message : String(error) };
  }
}

/** Paths that a URL would leave as they are. */
const PLAIN = /^\/(?:[\w\-~!$&()*+,;=:@%?]|\.(?=\w)|\/(?!\.))*$/;

/** Loads make up many URLs of one origin: of most, nothing but their path is new. */
function placeOf(text: string, clients: Map<string, Known>): Place {
  const at = text.indexOf('/', 8);
  const known = at === -1 ? undefined : clients.get(text.slice(0, at));
  const path = known === undefined ? '' : text.slice(at);
  if (known !== undefined && PLAIN.test(path)) return { ...known, path };
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${url.protocol}// is no HTTP URL`);
  let place = clients.get(url.origin);
  if (place === undefined) {
    place = { client: new Client(originOf(url)), host: url.host };
    clients.set(url.origin, place);
  }
  return { ...place, path: `${url.pathname}${url.search}` };
}

function originOf({ protocol, hostname, port }: URL): Origin {
  const secure = protocol === 'https:';
  return { secure, host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? (secure ? 443 : 80) : Number(port) };
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// oxlint-disable-next-line no-control-regex -- the one control that a value may have is a tab
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
