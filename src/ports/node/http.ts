import type { Dispatcher, request as Send } from 'undici';

import { LIMITS } from '../../model/limits.ts';
import type { Http, HttpRequest, HttpResult } from '../http.ts';
import { timerMs } from './clock.ts';
import { errorCode } from './errors.ts';

type FailureReason = Extract<HttpResult, { state: 'failed' }>['reason'];

/** HTTP through one pool of connections of its own, so that nothing global is touched. Idle connections do not keep the process alive. */
export function makeHttp(): Http {
  // Loaded with the first request: `gauntlet plan` starts without it.
  let loaded: Promise<Connection> | undefined;
  return {
    request: async (request) => {
      loaded ??= connect();
      return perform(request, await loaded);
    },
  };
}

interface Connection {
  readonly request: typeof Send;
  readonly agentFor: (request: Pick<HttpRequest, 'socketPath' | 'anyCertificate'>) => Dispatcher;
}

async function connect(): Promise<Connection> {
  const { Agent, request } = await import('undici');
  // A short keep-alive: a service that was restarted must not be judged by a connection of its former life.
  const agents = new Map<string, Dispatcher>();
  const agentFor: Connection['agentFor'] = ({ socketPath, anyCertificate = false }) => {
    const connect = { timeout: 30_000, rejectUnauthorized: !anyCertificate, ...(socketPath === undefined ? {} : { socketPath }) };
    const key = `${String(anyCertificate)} ${socketPath ?? ''}`;
    const agent = agents.get(key) ?? new Agent({ connections: null, pipelining: 1, keepAliveTimeout: 2_000, connect });
    agents.set(key, agent);
    return agent;
  };
  return { request, agentFor };
}

async function perform(request: HttpRequest, { request: send, agentFor }: Connection): Promise<HttpResult> {
  const startedMs = performance.now();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timerMs(request.timeoutMs));
  const signal = request.signal === undefined ? timeout.signal : AbortSignal.any([timeout.signal, request.signal]);
  try {
    const response = await send(request.url, {
      dispatcher: agentFor(request),
      method: request.method.toUpperCase(),
      headers: { ...request.headers },
      body: request.body ?? null,
      signal,
      headersTimeout: timerMs(request.timeoutMs),
      bodyTimeout: timerMs(request.timeoutMs),
    });
    const firstByteMs = performance.now() - startedMs;
    const body = await keep(response.body, request.maxBytes ?? LIMITS.bodyBytes);
    return {
      state: 'answered',
      status: response.statusCode,
      headers: flatten(response.headers),
      ...body,
      firstByteMs,
      durationMs: performance.now() - startedMs,
    };
  } catch (error) {
    const durationMs = performance.now() - startedMs;
    if (request.signal?.aborted) return { state: 'failed', reason: 'aborted', message: 'interrupted', durationMs };
    if (timeout.signal.aborted)
      return { state: 'failed', reason: 'timeout', message: `no complete answer within ${String(request.timeoutMs)} ms`, durationMs };
    return { state: 'failed', ...explain(error), durationMs };
  } finally {
    clearTimeout(timer);
  }
}

async function keep(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ body: Uint8Array; totalBytes: number }> {
  const chunks: Uint8Array[] = [];
  let totalBytes = 0;
  for await (const chunk of body) {
    const room = maxBytes - totalBytes;
    if (room > 0) chunks.push(room < chunk.length ? chunk.subarray(0, room) : chunk);
    totalBytes += chunk.length;
  }
  return { body: Buffer.concat(chunks), totalBytes };
}

/** Repeated headers become one, joined by a comma; cookies, whose dates have commas, by a line break. */
function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(name.toLowerCase() === 'set-cookie' ? '\n' : ', ');
  }
  return flat;
}

function explain(error: unknown): { reason: FailureReason; message: string } {
  const code = errorCode(error) ?? '';
  const text = error instanceof Error && error.message !== '' ? error.message : code;
  const message = code === '' || text.includes(code) ? text : `${text} (${code})`;
  return { reason: reasonOf(code), message };
}

function reasonOf(code: string): FailureReason {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return 'dns';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
    case 'UND_ERR_SOCKET':
      return 'reset';
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return 'timeout';
    default:
      return /^(?:ERR_TLS|ERR_SSL|EPROTO$|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(code) ? 'tls' : 'other';
  }
}
