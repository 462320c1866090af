import { randomBytes } from 'node:crypto';

import { atPath, mapStrings, parseJson } from '../../lib/json.ts';
import { oneLine } from '../../lib/text.ts';
import type { Client } from '../../model/api.ts';
import type { CheckContext } from '../contract.ts';
import { once } from '../repository/files.ts';
import type { Operation, Parameter } from './operations.ts';
import type { Target } from './targets.ts';

export type Headers = Readonly<Record<string, string>>;

/** Requests of one run to the API: enough for every row on fifty operations, and no load. */
const BUDGET = 3_000;
const ANSWER_MS = 10_000;
const BODY_BYTES = 1_000_000;
/** Who said nothing to so many requests in a row is not asked for a while: each would wait for its whole time. */
const SILENCES = 3;
const REST_MS = 10_000;
/** 503 says that a request may be repeated; a service whose machine is slow says it while its connections are made. */
const UNAVAILABLE = 503;
const AGAIN_MS = [1_000, 2_000] as const;
/** Who is unavailable after so many waits is not waited for any more: that is how it answers. */
const IN_VAIN = 4;

export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers?: Headers | undefined;
  readonly body?: string | Uint8Array | undefined;
  readonly timeoutMs?: number;
}

export type Answer =
  | {
      readonly state: 'answered';
      readonly status: number;
      readonly headers: Headers;
      readonly text: string;
      readonly ms: number;
    }
  | { readonly state: 'failed'; readonly reason: string; readonly ms: number };

/**
 * A request to the team's own stack, repeated for a moment while the answer is 503. Never throws; what is beyond the bound of a run is a
 * failure that says so.
 */
export async function send(context: CheckContext, request: Outgoing): Promise<Answer> {
  let answer = await sendOnce(context, request);
  if (!isUnavailable(answer)) return answer;
  const inVain = await once(context, `api-unavailable ${new URL(request.url).origin}`, async () => ({ count: 0 }));
  for (const waitMs of AGAIN_MS) {
    if (inVain.count >= IN_VAIN || context.signal.aborted) return answer;
    await context.ports.clock.sleep(waitMs, context.signal).catch(() => undefined);
    answer = await sendOnce(context, request);
    if (!isUnavailable(answer)) return answer;
  }
  inVain.count += 1;
  return answer;
}

function isUnavailable(answer: Answer): boolean {
  return answer.state === 'answered' && answer.status === UNAVAILABLE;
}

/** The same without a repetition: for who looks at the very first answer. */
export async function sendOnce(
  context: CheckContext,
  { method, url, headers = {}, body, timeoutMs = ANSWER_MS }: Outgoing,
): Promise<Answer> {
  const spent = await once(context, 'api-requests', async () => ({ count: 0 }));
  spent.count += 1;
  if (spent.count > BUDGET) return { state: 'failed', reason: `${BUDGET} requests of this run are used up`, ms: 0 };
  const { origin } = new URL(url);
  const silences = await once(context, 'api-silences', async () => new Map<string, { count: number; atMs: number }>());
  const { count, atMs } = silences.get(origin) ?? { count: 0, atMs: 0 };
  const nowMs = context.ports.clock.monotonicMs();
  if (count >= SILENCES && nowMs - atMs < REST_MS)
    return { state: 'failed', reason: `it said nothing to ${count} requests in a row`, ms: 0 };
  const answer = await context.ports.http.request({
    method,
    url,
    headers,
    ...(body === undefined ? {} : { body }),
    anyCertificate: true,
    timeoutMs,
    maxBytes: BODY_BYTES,
    signal: context.signal,
  });
  const silent = answer.state === 'failed' && answer.reason === 'timeout';
  silences.set(origin, { count: silent ? (silences.get(origin)?.count ?? 0) + 1 : 0, atMs: context.ports.clock.monotonicMs() });
  if (answer.state === 'failed')
    return { state: 'failed', reason: `${answer.reason}: ${oneLine(answer.message).slice(0, 120)}`, ms: answer.durationMs };
  const text = Buffer.from(answer.body).toString('utf8');
  return { state: 'answered', status: answer.status, headers: answer.headers, text, ms: answer.durationMs };
}

/** `200`, or why nothing came. */
export function shownOf(answer: Answer): string {
  return answer.state === 'answered' ? String(answer.status) : answer.reason;
}

export function isSuccess(answer: Answer): boolean {
  return answer.state === 'answered' && answer.status >= 200 && answer.status < 300;
}

export function isServerError(answer: Answer): boolean {
  return answer.state === 'answered' && answer.status >= 500;
}

export interface Values {
  readonly query?: Readonly<Record<string, string>>;
  readonly path?: Readonly<Record<string, string>>;
}

/** The operation as a request, with what the document gives as examples; `undefined` when it gives too little. */
export function requestFor(base: string, operation: Operation, { query = {}, path = {} }: Values = {}): Outgoing | undefined {
  const values = new Map<string, string>();
  for (const parameter of operation.parameters) {
    const own = { query, path, header: {} }[parameter.in] as Readonly<Record<string, string>>;
    const value = own[parameter.name] ?? (parameter.example === undefined ? placeholder(parameter) : textOf(parameter.example));
    if (value !== undefined) values.set(`${parameter.in} ${parameter.name}`, value);
    else if (parameter.required) return undefined;
  }
  const of = (place: string): [string, string][] =>
    [...values].flatMap(([key, value]) => (key.startsWith(`${place} `) ? [[key.slice(place.length + 1), value]] : []));
  const pathValues = new Map(of('path'));
  const filled = operation.path.replace(/\{([^}]+)\}/g, (whole, name: string) =>
    pathValues.has(name) ? encodeURIComponent((pathValues.get(name) ?? '').toWellFormed()) : whole,
  );
  if (filled.includes('{')) return undefined;
  const search = new URLSearchParams({ ...Object.fromEntries(of('query')), ...query }).toString();
  const { body } = operation;
  const hasBody = body !== undefined && body.example !== undefined;
  return {
    method: operation.method,
    url: `${base}${filled}${search === '' ? '' : `?${search}`}`,
    headers: { ...Object.fromEntries(of('header')), ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: JSON.stringify(body.example) } : {}),
  };
}

/** May it be called at all? What changes nothing may; POST when the document shows how; the rest only when the configuration says so. */
export function mayCall(operation: Operation, allowed: ReadonlySet<string>): boolean {
  if (allowed.has(operation.name) || operation.method === 'GET' || operation.method === 'HEAD') return true;
  return operation.method === 'POST' && operation.body?.example !== undefined;
}

/** A request as somebody would type it, without the headers that let it in. */
export function curl({ method, url, headers = {}, body }: Outgoing): string {
  const type = headers['content-type'];
  const data =
    typeof body === 'string' ? ` --data '${body.length > 120 ? `${body.slice(0, 100)}… (${body.length} characters)` : body}'` : '';
  return `curl -X ${method}${type === undefined ? '' : ` -H 'content-type: ${type}'`}${data} ${JSON.stringify(url.replace(/^https?:\/\/[^/]+/, ''))}`;
}

export function nonce(): string {
  return randomBytes(6).toString('hex');
}

/** The headers of a client, after its login; a text when it was not let in. */
export async function logIn(
  context: CheckContext,
  { role, client, target }: { readonly role: string; readonly client: Client; readonly target: Target },
): Promise<Headers | string> {
  const { headers, login } = client;
  if (!login) return headers;
  const answer = await send(context, {
    method: 'POST',
    url: `${target.origin}${target.path}${login.path}`,
    headers: { 'content-type': 'application/json', ...login.headers },
    body: JSON.stringify(login.json),
  });
  const token = answer.state === 'answered' ? atPath(parseJson(answer.text), login.token) : undefined;
  if (typeof token !== 'string')
    return `the login of \`clients.${role}\` (POST ${login.path}) answered ${shownOf(answer)} without \`${login.token}\``;
  return mapStrings({ ...headers }, (text) => text.replaceAll(/\{\{\s*token\s*\}\}/g, () => token)) as Headers;
}

/** What an id in a path may look like, so that the operation can be asked for one that is not there. */
function placeholder({ in: place, schema }: Parameter): string | undefined {
  if (place !== 'path') return undefined;
  if (schema['format'] === 'uuid') return '00000000-0000-4000-8000-000000000000';
  return schema['type'] === 'integer' || schema['type'] === 'number' ? '999999999' : 'gauntlet-0';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
