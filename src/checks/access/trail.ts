import { z } from 'zod';

import { oneLine } from '../../lib/text.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { nonce, send, type Headers } from '../openapi/call.ts';
import { apiMap, isMap } from '../openapi/map.ts';
import { httpTargets, type Target } from '../openapi/targets.ts';
import { forged } from './forged.ts';
import type { TrailFacts } from './judge-trail.ts';

export const SEC11 = z.strictObject({
  get: z.string().startsWith('/').describe('A protected path that can be read.'),
  target: z.string().optional().describe('Target that serves it; the first one that speaks HTTP without it.'),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe('The headers that let the caller in; those of the client `user` without it.'),
  principal: z
    .string()
    .min(1)
    .describe('How the record of a call names who made it: a user, a client, the id of a key. Never the key itself.'),
  pattern: z
    .string()
    .refine((text) => text.includes('{{nonce}}'), 'names no {{nonce}}, by which a record is known')
    .default('{{nonce}}')
    .describe(
      'Text of a record: `"request_id":"{{nonce}}"`. The nonce is sent as `x-request-id`, in `user-agent` and as the query `gauntlet`.',
    ),
  command: z.string().optional().describe('A command that prints the records, where they are in no log: `psql -c "select * from audit"`.'),
});

const WAIT = { times: 10, pauseMs: 600 } as const;
const COMMAND_MS = 10_000;
const OUTCOMES = {
  allowed:
    /(?<!\d)2\d\d(?!\d)|\b(?:allow(?:ed)?|grant(?:ed)?|success(?:ful(?:ly)?)?|succeeded|ok|accepted|permit(?:ted)?|authenticated|authorized)\b/i,
  denied:
    /(?<!\d)40[13](?!\d)|\b(?:den(?:y|ied)|refus(?:e|ed)|reject(?:ed)?|fail(?:ed|ure)?|unauthori[sz]ed|unauthenticated|forbidden|invalid)\b/i,
} as const;

/** One call that is let in and one that is refused, each with a nonce, and then a look for both in what the services wrote down. */
export async function trail(context: CheckContext): Promise<Collected<TrailFacts>> {
  const told = SEC11.safeParse(context.options?.['SEC-11']);
  const line = 'what a record of a call looks like is not said: `check_options: {SEC-11: {get: /me, principal: ann}}`';
  if (!context.manifest) return { state: 'not-applicable', because: 'no stack is up' };
  if (!told.success) return context.named ? { state: 'gap', because: line } : { state: 'not-applicable', because: line };
  const options = told.data;
  const target = httpTargets(context).find(({ name }) => options.target === undefined || name === options.target);
  if (!target) return { state: 'gap', because: `no target ${options.target ?? ''} speaks HTTP`.replace('  ', ' ') };
  const headers = options.headers ?? (await ownHeaders(context));
  if (!headers) return { state: 'gap', because: 'how the caller is let in is not said: `clients: {user: …}`, or `headers` under SEC-11' };
  const source = recordsOf(context, options.command);
  if (!source) return { state: 'gap', because: 'nobody can read here what the services print: name a `command` that prints the records' };
  const calls = [
    await call(context, { kind: 'allowed', target, path: options.get, headers }),
    await call(context, { kind: 'denied', target, path: options.get, headers: forged(headers) }),
  ];
  let records: readonly Written[] | string = [];
  for (let round = 0; round < WAIT.times; round += 1) {
    records = await source();
    const seen = records;
    if (typeof seen !== 'string' && calls.every(({ nonce: own }) => linesWith(seen, options.pattern, own).length > 0)) break;
    await context.ports.clock.sleep(WAIT.pauseMs, context.signal).catch(() => undefined);
  }
  if (typeof records === 'string') return { state: 'gap', because: records };
  const written = records;
  const secrets = Object.values(headers).flatMap((value) => [value, value.replace(/^\w+ /, '')]);
  return {
    state: 'collected',
    facts: {
      target: target.name,
      path: options.get,
      lines: written.length,
      calls: calls.map(({ kind, status, nonce: own }) => {
        const found = linesWith(written, options.pattern, own);
        // A line of the router and one of the audit are both written of a call: the best of them counts.
        const named = found.filter(({ text }) => text.includes(options.principal));
        const decided = (kind === 'allowed' ? named : found).find(({ text }) => OUTCOMES[kind].test(text.replaceAll(own, '')));
        const shown = decided ?? named[0] ?? found[0];
        return {
          kind,
          status,
          found: found.length,
          principal: named.length > 0,
          outcome: decided !== undefined,
          ...(shown ? { by: shown.by, line: clean(shown.text, secrets) } : {}),
          leaked: found.some(({ text }) => secrets.some((secret) => secret.length >= 8 && text.includes(secret))),
        };
      }),
    },
    sources: [],
  };
}

async function ownHeaders(context: CheckContext): Promise<Headers | undefined> {
  const map = await apiMap(context);
  const user = isMap(map) ? map.clients.user : context.api?.clients.user?.headers;
  return typeof user === 'object' ? user : undefined;
}

interface Calling {
  readonly kind: 'allowed' | 'denied';
  readonly target: Target;
  readonly path: string;
  readonly headers: Headers;
}

async function call(
  context: CheckContext,
  { kind, target, path, headers }: Calling,
): Promise<{ kind: Calling['kind']; status: number | null; nonce: string }> {
  const own = `gauntlet${nonce()}${nonce()}`;
  const url = `${target.origin}${target.path}${path}${path.includes('?') ? '&' : '?'}gauntlet=${own}`;
  const answer = await send(context, { method: 'GET', url, headers: { 'x-request-id': own, 'user-agent': `gauntlet/${own}`, ...headers } });
  return { kind, status: answer.state === 'answered' ? answer.status : null, nonce: own };
}

interface Written {
  readonly by: string;
  readonly text: string;
}

/** Reads all records that there are; a text is why it cannot. */
function recordsOf(
  { ports, root, signal, printed }: CheckContext,
  command: string | undefined,
): (() => Promise<readonly Written[] | string>) | undefined {
  if (command === undefined)
    return (
      printed && (async () => (await printed()).flatMap(({ service, text }) => text.split('\n').map((one) => ({ by: service, text: one }))))
    );
  return async () => {
    const { outcome, stdout, stderr } = await ports.exec.run(
      { type: 'shell', line: command },
      { cwd: root, env: ports.env, timeoutMs: COMMAND_MS, captureBytes: 4_000_000, signal },
    );
    if (outcome.ended !== 'exit' || outcome.code !== 0)
      return `the command that prints the records failed: ${oneLine(stderr).slice(0, 200) || outcome.ended}`;
    return stdout.split('\n').map((text) => ({ by: 'the command', text }));
  };
}

function linesWith(written: readonly Written[], pattern: string, own: string): Written[] {
  const wanted = pattern.replaceAll('{{nonce}}', own);
  return written.filter(({ text }) => text.includes(wanted));
}

function clean(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret.length >= 4 ? rest.replaceAll(secret, '***') : rest), oneLine(text)).slice(0, 200);
}
