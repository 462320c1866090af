import { TriesFacts, type Try } from '../../model/api-tries.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { isSuccess, requestFor, send, type Headers } from '../openapi/call.ts';
import { apiMap, isMap } from '../openapi/map.ts';
import type { Operation } from '../openapi/operations.ts';
import { clientFor, CLIENTS_LINE, factsOf, inLanes, isAdmin, survey, tryOut, type Working } from '../openapi/tries.ts';
import { bypasses } from './bypass.ts';
import { firstCall } from './first.ts';
import { scopes, SEC07 } from './keys.ts';
import { forged } from './forged.ts';
import { forgeries, lifetimes, SEC10 } from './tokens.ts';
import { TrailFacts } from './judge-trail.ts';
import { SEC11, trail } from './trail.ts';

/** Who is let in, and who is not: every protected operation of the API, with good credentials first. */
export const access: readonly CheckPlugin[] = [
  row('AUTH-01', 'credentials that nobody gave out are refused by every protected operation', invalid),
  row('AUTH-02', 'every protected operation refuses who brings no credentials', missing),
  row('AUTH-03', 'the callers that the configuration names are let in', valid),
  row('AUTH-05', 'admin operations are open to admins alone', admin),
  row('AUTH-10', 'the first caller of a fresh service is let in', firstCall),
  row('AUTH-11', 'no protected call succeeds without valid credentials, whatever its path and headers', (context) =>
    survey(context, { concerns: (operation) => operation.secured && operation.method === 'GET', attempt: bypasses, most: 10 }),
  ),
  row('SEC-19', 'forged tokens are refused: no algorithm, another signature, another content', (context) => forgeries(context)),
  { ...row('SEC-07', 'the key of one service opens no other', scopes), options: SEC07 },
  {
    ...defineCheck<TrailFacts>({
      code: 'SEC-11',
      summary: 'who used a key, and how it was decided, is written down',
      needs: 'live',
      facts: TrailFacts,
      collect: trail,
    }),
    options: SEC11,
  },
  { ...row('SEC-10', 'tokens that a login gives out end in time', (context) => lifetimes(context)), options: SEC10 },
];

function row(code: string, summary: string, collect: (context: CheckContext) => Promise<Collected<TriesFacts>>): CheckPlugin {
  return defineCheck<TriesFacts>({ code, summary, needs: 'live', facts: TriesFacts, collect });
}

function invalid(context: CheckContext): Promise<Collected<TriesFacts>> {
  return survey(context, {
    concerns: ({ secured }) => secured,
    attempt: async (working) => against(context, working, [['unknown credentials', forged(working.headers)]]),
  });
}

/** Somebody who is let in without credentials is a fact; that nobody is, needs somebody who is let in with them. */
async function missing(context: CheckContext): Promise<Collected<TriesFacts>> {
  const map = await apiMap(context);
  if (!isMap(map)) return map;
  if (Object.values(map.clients).some((headers) => typeof headers === 'object'))
    return survey(context, {
      concerns: ({ secured }) => secured,
      attempt: async (working) => against(context, working, [['no credentials', {}]]),
    });
  const about = map.operations.filter(({ secured, method }) => secured && method === 'GET');
  if (about.length === 0)
    return { state: 'not-applicable', because: `${map.described.where} describes no operation that needs credentials` };
  const tried = await inLanes(about.slice(0, 30), async (operation) => {
    const request = requestFor(map.base, operation);
    if (!request) return undefined;
    const { one, answer } = await tryOut(context, 'no credentials', request);
    // A page for browsers is no answer of an operation.
    const html = answer.state === 'answered' && /html/.test(answer.headers['content-type'] ?? '');
    return {
      subject: operation.name,
      control: { case: 'nobody', status: null, because: 'no client is configured', ms: 0 },
      tries: html ? [{ ...one, status: null, because: 'a page' }] : [one],
    };
  });
  const facts = factsOf(map, { tried: tried.flatMap((one) => (one ? [one] : [])), skipped: [] });
  return { state: 'collected', facts: { ...facts, missing: CLIENTS_LINE }, sources: [] };
}

async function valid(context: CheckContext): Promise<Collected<TriesFacts>> {
  const map = await apiMap(context);
  if (!isMap(map)) return map;
  const secured = map.operations.filter((operation) => operation.secured);
  const roles = Object.entries(map.clients);
  if (secured.length === 0 && roles.length === 0)
    return { state: 'not-applicable', because: `${map.described.where} describes no operation that needs credentials` };
  if (roles.length === 0)
    return { state: 'collected', facts: { ...factsOf(map, { tried: [], skipped: [] }), missing: CLIENTS_LINE }, sources: [] };
  const reads = secured.filter(({ method }) => method === 'GET').slice(0, 12);
  const tried = await inLanes(reads, async (operation) => {
    const request = requestFor(map.base, operation);
    if (!request) return undefined;
    // Where everybody gets in, credentials show nothing.
    if (isSuccess(await send(context, request))) return undefined;
    const tries: Try[] = [];
    for (const [role, headers] of roles) {
      if (typeof headers === 'string') tries.push({ case: role, status: 401, note: headers, ms: 0 });
      else if (!isAdmin(operation) || role === 'admin')
        tries.push((await tryOut(context, role, { ...request, headers: { ...request.headers, ...headers } })).one);
    }
    return { subject: operation.name, control: { case: 'no control', status: 200, ms: 0 }, tries };
  });
  const found = tried.flatMap((one) => (one && one.tries.length > 0 ? [one] : []));
  if (found.length === 0)
    return {
      state: 'not-applicable',
      because: `${map.described.where} describes no protected operation that can be read with what it gives as examples`,
    };
  return { state: 'collected', facts: factsOf(map, { tried: found, skipped: [] }), sources: [] };
}

async function admin(context: CheckContext): Promise<Collected<TriesFacts>> {
  const map = await apiMap(context);
  if (!isMap(map)) return map;
  if (!map.operations.some(isAdmin)) return { state: 'not-applicable', because: `${map.described.where} describes no admin operation` };
  const { user, admin: boss } = map.clients;
  if (typeof user !== 'object' || typeof boss !== 'object') {
    const line =
      'say how both are let in: `clients: {user: {authorization: "Bearer ${USER_TOKEN}"}, admin: {authorization: "Bearer ${ADMIN_TOKEN}"}}`';
    return { state: 'collected', facts: { ...factsOf(map, { tried: [], skipped: [] }), missing: line }, sources: [] };
  }
  return survey(context, {
    concerns: (operation: Operation) => isAdmin(operation),
    attempt: async (working) =>
      against(context, working, [
        ['a user', user],
        ['no credentials', {}],
      ]),
  });
}

/** The good request, and then the same in the name of others. */
async function against(
  context: CheckContext,
  { map, operation, request, headers }: Working,
  others: readonly (readonly [string, Headers])[],
) {
  const role = clientFor(map, operation)?.role ?? 'user';
  const { one: control } = await tryOut(context, `as ${role}`, { ...request, headers: { ...request.headers, ...headers } });
  const tries: Try[] = [];
  for (const [name, own] of others) tries.push((await tryOut(context, name, { ...request, headers: { ...request.headers, ...own } })).one);
  return { subject: operation.name, control, tries };
}
