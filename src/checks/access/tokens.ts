import { createHmac } from 'node:crypto';

import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import type { TriesFacts, Try } from '../../model/api-tries.ts';
import { ClientRole } from '../../model/api.ts';
import { formatDuration, parseDuration } from '../../model/units.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { isSuccess, send, type Headers } from '../openapi/call.ts';
import { apiMap, isMap, type ApiMap } from '../openapi/map.ts';
import { factsOf, isAdmin, survey, tryOut } from '../openapi/tries.ts';

export const SEC10 = z.strictObject({
  max_age: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'not a duration: write 1h or 24h')
    .default('24h')
    .describe('How long a token may live.'),
});

interface Jwt {
  readonly header: string;
  readonly value: string;
  readonly head: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The client whose header holds a JWT. */
function tokenOf(headers: Headers): Jwt | undefined {
  for (const [header, value] of Object.entries(headers)) {
    const token = /(?:^|\s|=)(eyJ[\w-]+\.[\w-]+\.[\w-]*)/.exec(value)?.[1];
    const [head, claims] = (token ?? '').split('.').map((part) => parseJson(Buffer.from(part, 'base64url').toString('utf8')));
    if (token !== undefined && isObject(head) && isObject(claims)) return { header, value: token, head, claims };
  }
  return undefined;
}

export async function forgeries(context: CheckContext): Promise<Collected<TriesFacts>> {
  const map = await apiMap(context);
  if (!isMap(map)) return map;
  if (!rolesOf(map).some(({ jwt }) => jwt !== undefined))
    return { state: 'not-applicable', because: 'no client of the API has a JSON Web Token' };
  return survey(context, {
    concerns: (operation) => operation.secured && operation.method === 'GET' && !isAdmin(operation),
    most: 3,
    attempt: async ({ operation, request, headers }) => {
      const jwt = tokenOf(headers);
      if (!jwt) return undefined;
      // Where nobody needs a token, a forged one says nothing.
      if (isSuccess(await send(context, request))) return undefined;
      const attempt = (name: string, token: string) =>
        tryOut(context, name, {
          ...request,
          headers: { ...request.headers, ...headers, [jwt.header]: (headers[jwt.header] ?? '').replace(jwt.value, token) },
        });
      const { one: control } = await attempt('the token as it was given', jwt.value);
      const tries: Try[] = [];
      for (const [name, token] of variants(jwt)) {
        const { one } = await attempt(name, token);
        const { repeat: _, ...rest } = one;
        tries.push(rest);
      }
      return { subject: operation.name, control, tries };
    },
  });
}

function variants({ value, head, claims }: Jwt): [string, string][] {
  const [first = '', second = '', signature = ''] = value.split('.');
  const other = encode({ ...claims, sub: 'gauntlet', role: 'admin', admin: true });
  const turned = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  const weak = `${encode({ ...head, alg: 'HS256' })}.${other}`;
  return [
    ['alg: none', `${encode({ ...head, alg: 'none' })}.${second}.`],
    ['alg: None, other content', `${encode({ ...head, alg: 'None' })}.${other}.`],
    ['no signature', `${first}.${second}.`],
    ['another signature', `${first}.${second}.${turned}`],
    ['other content', `${first}.${other}.${signature}`],
    ['signed with an empty key', `${weak}.${createHmac('sha256', '').update(weak).digest('base64url')}`],
    ['signed with `secret`', `${weak}.${createHmac('sha256', 'secret').update(weak).digest('base64url')}`],
  ];
}

/** Tokens of those who log in. A key that is handed out once has its life elsewhere. */
export async function lifetimes(context: CheckContext): Promise<Collected<TriesFacts>> {
  const map = await apiMap(context);
  if (!isMap(map)) return map;
  const limit = parseDuration(SEC10.parse(context.options?.['SEC-10'] ?? {}).max_age) ?? 0;
  const loggedIn = rolesOf(map).filter(({ role, jwt }) => jwt !== undefined || context.api?.clients[role]?.login !== undefined);
  if (loggedIn.length === 0)
    return {
      state: 'not-applicable',
      because: 'no client of the API logs in or has a JSON Web Token (`clients: {user: {headers: …, login: …}}`)',
    };
  const tried = loggedIn.map(({ role, jwt, refused }) => {
    const control: Try = {
      case: 'the login',
      status: refused === undefined ? 200 : null,
      ...(refused === undefined ? {} : { because: refused }),
      ms: 0,
    };
    const one = jwt ? ofJwt(jwt, limit) : { note: 'opaque, and nothing says when it ends', effect: true };
    return { subject: `the token of ${role}`, control, tries: [{ case: 'its life', status: 200, ms: 0, ...one }] };
  });
  return { state: 'collected', facts: factsOf(map, { tried, skipped: [] }), sources: [] };
}

function ofJwt({ claims }: Jwt, limitMs: number): Pick<Try, 'note' | 'effect'> {
  const [end, start] = [claims['exp'], claims['iat'] ?? claims['nbf']];
  if (typeof end !== 'number') return { note: 'no exp: it never ends', effect: true };
  const from = typeof start === 'number' ? start * 1_000 : Date.now();
  const lifeMs = end * 1_000 - from;
  return { note: `${formatDuration(lifeMs)}, at most ${formatDuration(limitMs)} asked`, effect: lifeMs > limitMs };
}

interface Caller {
  readonly role: ClientRole;
  readonly jwt: Jwt | undefined;
  /** Why it was not let in. */
  readonly refused: string | undefined;
}

function rolesOf({ clients }: ApiMap): Caller[] {
  return ClientRole.options.flatMap((role): Caller[] => {
    const headers = clients[role];
    if (headers === undefined) return [];
    return typeof headers === 'string'
      ? [{ role, jwt: undefined, refused: headers }]
      : [{ role, jwt: tokenOf(headers), refused: undefined }];
  });
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
