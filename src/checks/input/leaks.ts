import type { Tried, Try, TriesFacts } from '../../model/api-tries.ts';
import { oneLine } from '../../lib/text.ts';
import { classifySecret, isSecretName } from '../../lib/secret-value.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { liveServices } from '../live/services.ts';
import { mayCall, nonce, requestFor, send, type Answer, type Outgoing } from '../openapi/call.ts';
import { apiMap, isMap } from '../openapi/map.ts';
import { httpTargets, type Target } from '../openapi/targets.ts';
import { clientFor, inLanes, tryOf } from '../openapi/tries.ts';

/** Signatures of the inside, each as exact as the program that prints it. The order is that of their weight. */
const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['a connection string with its password', /\b[a-z][a-z0-9+.-]{2,20}:\/\/[^\s:/@"'<>{}]{1,60}:[^\s/@"'<>{}*]{3,100}@[\w.-]+/i],
  ['a stack trace of Node.js', /\n?\s+at [^\n]{0,120}\(?(?:file:\/\/)?\/[^\s():]+\.(?:c|m)?[jt]s:\d+:\d+\)?/],
  ['a stack trace of Python', /Traceback \(most recent call last\)|File \\?"\/[^"\\]+\.py\\?", line \d+/],
  ['a stack trace of Java', /\bat [\w$.]+\([\w$]+\.(?:java|kt|scala):\d+\)/],
  ['a stack trace of Go', /goroutine \d+ \[\w+\]:|\/[\w./-]+\.go:\d+ \+0x/],
  ['a stack trace of .NET', /\bat [\w.<>`]+\([^)]*\) in \/?[^\s:]+\.cs:line \d+/],
  ['a stack trace of Ruby', /\/[\w./-]+\.rb:\d+:in [`']/],
  ['a stack trace of PHP', /#\d+ \/[\w./-]+\.php\(\d+\):|in \/[\w./-]+\.php(?::\d+| on line \d+)/],
  ['a panic of Rust', /thread '[^']+' panicked at/],
  [
    'an error of PostgreSQL',
    /syntax error at or near|(?:relation|column) \\?"[^"]+\\?" does not exist|invalid input syntax for (?:type )?\w+|violates (?:foreign key|unique|not-null|check) constraint/,
  ],
  ['an error of MySQL', /You have an error in your SQL syntax|ER_[A-Z_]{6,}|Unknown column '[^']+' in/],
  [
    'an error of SQL',
    /SQLSTATE\[|ORA-\d{5}|SQLITE_ERROR|no such (?:table|column): |Sequelize\w*Error|PrismaClient\w*Error|psycopg2?\.|sqlalchemy\.exc/,
  ],
  [
    'an address of the inside',
    /(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|dial tcp|connect: connection refused)[^\n"]{0,80}/,
  ],
  [
    'a path of the server',
    /(?:^|[\s"'(])\/(?:app|usr\/src|home|srv|opt|var\/www|workspace)\/[\w./-]+\.(?:js|mjs|cjs|ts|py|rb|go|php|java|jar)\b/,
  ],
];
const HEADERS = ['server', 'x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version'];
const OPERATIONS = 12;

/** Wrong requests to every target, and to the operations of the API where one is described: what do the answers tell? */
export async function leaks(context: CheckContext): Promise<Collected<TriesFacts>> {
  const targets = httpTargets(context);
  const [first] = targets;
  if (!context.manifest) return { state: 'not-applicable', because: 'no stack is up whose answers could be read' };
  if (!first) return { state: 'not-applicable', because: 'no target speaks HTTP' };
  const secrets = await secretsOf(context);
  const tried = await inLanes(targets, (target) => ofTarget(context, { target, secrets }));
  const map = await apiMap(context);
  // Who does not answer the simplest question is not asked a hundred.
  if (isMap(map) && tried.some(({ control }) => control.status !== null)) {
    const some = map.operations.filter((operation) => mayCall(operation, map.allowed)).slice(0, OPERATIONS);
    const more = await inLanes(some, async (operation): Promise<Tried | undefined> => {
      const request = requestFor(map.base, operation);
      if (!request) return undefined;
      const headers = { ...request.headers, ...clientFor(map, operation)?.headers };
      const requests = wrong({ ...request, headers });
      return {
        subject: operation.name,
        control: { case: 'any answer', status: 200, ms: 0 },
        tries: await read(context, { requests, secrets }),
      };
    });
    tried.push(...more.flatMap((one) => (one ? [one] : [])));
  }
  return {
    state: 'collected',
    facts: { target: first.name, where: isMap(map) ? map.described.where : 'its address', tried, skipped: [] },
    sources: [],
  };
}

async function ofTarget(context: CheckContext, { target, secrets }: { target: Target; secrets: readonly string[] }): Promise<Tried> {
  const base = `${target.origin}${target.path}`;
  const requests: [string, Outgoing][] = [
    ['a path that is not there', { method: 'GET', url: `${base}/gauntlet-${nonce()}` }],
    ['a path that is no text', { method: 'GET', url: `${base}/%E0%A4%A` }],
    ['a method that is none', { method: 'GAUNTLET', url: `${base}/` }],
    ['broken JSON', { method: 'POST', url: `${base}/`, headers: { 'content-type': 'application/json' }, body: '{"gauntlet": ' }],
    ['a query that is no text', { method: 'GET', url: `${base}/?a=%FF%00&b[]=1&b[c]=2` }],
  ];
  const root = await send(context, { method: 'GET', url: `${base}/` });
  return {
    subject: target.name,
    control: { ...tryOf('any answer', root), status: root.state === 'answered' ? 200 : null },
    tries: root.state === 'answered' ? await read(context, { requests, secrets }) : [],
  };
}

function wrong(request: Outgoing): [string, Outgoing][] {
  const url = new URL(request.url);
  const strange = new URL(url);
  for (const name of strange.searchParams.keys()) strange.searchParams.set(name, 'a\'"{{');
  return [
    ...(request.body === undefined
      ? []
      : ([
          ['truncated JSON', { ...request, body: String(request.body).slice(0, -2) }],
          ['an empty object', { ...request, body: '{}' }],
        ] as [string, Outgoing][])),
    ...(url.search === ''
      ? []
      : ([
          ['strange values', { ...request, url: strange.href }],
          ['no query', { ...request, url: `${url.origin}${url.pathname}` }],
        ] as [string, Outgoing][])),
    ['a path that goes on', { ...request, url: `${url.origin}${url.pathname}/%00${url.search}` }],
  ];
}

async function read(
  context: CheckContext,
  { requests, secrets }: { requests: readonly (readonly [string, Outgoing])[]; secrets: readonly string[] },
): Promise<Try[]> {
  const tries: Try[] = [];
  for (const [name, request] of requests) {
    const answer = await send(context, request);
    const one = tryOf(name, answer, request);
    const told = answer.state === 'answered' ? toldBy(answer, secrets) : undefined;
    tries.push(told === undefined ? one : { ...one, effect: true, note: told });
  }
  return tries;
}

/** What an answer tells: never the secret itself. An answer of success is what the operation is for. */
function toldBy(answer: Extract<Answer, { state: 'answered' }>, secrets: readonly string[]): string | undefined {
  if (secrets.some((secret) => answer.text.includes(secret))) return 'a secret of the stack';
  if (answer.status >= 400)
    for (const [name, pattern] of SIGNATURES) {
      const found = pattern.exec(answer.text)?.[0];
      if (found !== undefined) return name.includes('password') ? name : `${name}: ${oneLine(mask(found, secrets)).slice(0, 120)}`;
    }
  const version = HEADERS.flatMap((name) =>
    /\d+\.\d+/.test(answer.headers[name] ?? '') ? [`${name}: ${answer.headers[name] ?? ''}`] : [],
  )[0];
  return version === undefined ? undefined : `a version, ${version.slice(0, 80)}`;
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}

/** Values of secrets that the services were given, long enough not to stand anywhere by chance. */
async function secretsOf(context: CheckContext): Promise<readonly string[]> {
  const services = (await liveServices(context)) ?? [];
  const bootable = (await (await context.boots?.())?.services()) ?? [];
  const all = [...services, ...bootable].flatMap(({ env }) => Object.entries(env));
  const values = all.flatMap(([name, value]) =>
    isSecretName(name) && value.length >= 8 && classifySecret(value) !== 'indirect' ? [value] : [],
  );
  return [...new Set(values)];
}
