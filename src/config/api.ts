import { z } from 'zod';

import { ClientRole, type ApiSettings, type Client } from '../model/api.ts';
import type { CheckPlugin } from '../checks/contract.ts';
import { suggest } from '../lib/suggest.ts';
import { expected, phrase, sayIssue } from './explain.ts';
import { CODE, defined, glob, NAME, NAME_RULE, oneOrMore, text } from './fields.ts';

const path = z
  .string({ error: expected('a path that begins with /') })
  .regex(/^\//, phrase('does not begin with /', 'write a path such as /login'));
const headers = z.record(z.string().min(1), z.string({ error: expected('text') }), { error: expected('a map from headers to text') });

const login = z
  .strictObject({
    post: path.describe('Path of the login at the target of the API.'),
    headers: headers.default({}).describe('Headers of the login.'),
    json: z.json().default({}).describe('Body of the login.'),
    token: text.default('token').describe('Path into the answer to the token, which is `{{token}}` in `headers`.'),
  })
  .transform(({ post, ...rest }) => ({ path: post, ...rest }));

const withLogin = z
  .strictObject({ headers: headers.describe('Headers of every request.'), login: login.optional().describe('A login to make first.') })
  .transform((written): Client => defined(written));

const client = z.union([withLogin, headers.transform((all): Client => ({ headers: all }))], {
  error: expected('headers, such as {x-api-key: "${USER_KEY}"}, or {headers: …, login: …}'),
});

/** `clients: {user: {x-api-key: …}}` */
export const clients = z
  .partialRecord(ClientRole, client, { error: expected('a map with the roles user, other and admin') })
  .describe('How callers of the API are let in, by role (`user`, `other`, `admin`): the headers of their requests, or `{headers, login}`.');

const operation = text.regex(/^(?:GET|HEAD|POST|PUT|PATCH|DELETE) \//, phrase('is not an operation', 'write it as `POST /chat`'));

const websocket = z
  .strictObject({
    connect: text.describe('URL of the WebSocket, such as "{{ws}}?user=ann".'),
    headers: headers.default({}).describe('Headers of the handshake.'),
    send: z.json().optional().describe('A good message.'),
  })
  .transform(({ connect, send, ...rest }) => ({
    url: connect,
    ...rest,
    ...(send === undefined ? {} : { message: typeof send === 'string' ? send : JSON.stringify(send) }),
  }));

const described = z
  .strictObject({
    document: glob
      .optional()
      .describe('The OpenAPI document. Without it: openapi.yaml and the like in the repository, then what the target serves.'),
    target: z
      .string({ error: expected('the name of a target') })
      .regex(NAME, NAME_RULE)
      .optional()
      .describe('Target that serves the API. Without it: `api`, or the first one that speaks HTTP.'),
    calls: oneOrMore(operation, 'an operation such as POST /chat, or a list of them')
      .default([])
      .describe(
        'Operations with effects that may be called. POST is called when the document has an example for it; PUT, PATCH and DELETE never without this.',
      ),
    origin: text.optional().describe('An origin that browsers may come from.'),
    websocket: websocket.optional().describe('A conversation that works. Without it: the first one of a journey.'),
  })
  .transform((written): Omit<ApiSettings, 'clients'> => defined(written));

/** `api: openapi.yaml`, or a map. */
export const api = z
  .union([glob.transform((document): Omit<ApiSettings, 'clients'> => ({ document, calls: [] })), described], {
    error: expected('the path of an OpenAPI document, or a map such as {document: openapi.yaml, target: api}'),
  })
  .describe('Where the API is described and served: the path of an OpenAPI document, or a map.');

/** Options of checks, each under its code; what a check takes says its own schema. */
export function checkOptions(known: readonly CheckPlugin[]) {
  return z
    .record(z.string().regex(CODE, 'is not the code of a check, such as INP-03'), z.json(), {
      error: expected('a map from codes to options'),
    })
    .transform((written, context): Record<string, z.core.util.JSONType> => {
      const taking = known.flatMap(({ code, options }) => (options ? [{ code, options }] : []));
      const entries = Object.entries(written).flatMap(([code, value]) => {
        const check = taking.find((candidate) => candidate.code === code);
        if (!check) {
          const meant = suggest(
            code,
            taking.map((one) => one.code),
          );
          const repair = meant === undefined ? `those that do: ${taking.map((one) => one.code).join(', ')}` : `did you mean ${meant}?`;
          context.addIssue({ code: 'custom', message: phrase('takes no options', repair), path: [code] });
          return [];
        }
        const parsed = check.options.safeParse(value, { error: sayIssue });
        if (parsed.success) return [[code, z.json().parse(parsed.data)] as const];
        for (const issue of parsed.error.issues)
          context.issues.push({ ...issue, path: [code, ...issue.path], input: written } as z.core.$ZodRawIssue);
        return [];
      });
      return Object.fromEntries(entries);
    })
    .describe('Code of a check → its options (limits, names, patterns): docs/api.md.');
}
