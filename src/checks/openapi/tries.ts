import type { Try, Tried, TriesFacts } from '../../model/api-tries.ts';
import type { ClientRole } from '../../model/api.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { once } from '../repository/files.ts';
import { curl, isSuccess, mayCall, nonce, requestFor, send, type Answer, type Headers, type Outgoing } from './call.ts';
import { apiMap, isMap, type ApiMap } from './map.ts';
import type { Operation } from './operations.ts';

const ADMIN = /(?:^|[\s/_"-])admin/i;
const LANES = 4;

/** Does the document say that an operation is for those who administer? */
export function isAdmin({ path, words }: Operation): boolean {
  return ADMIN.test(path) || ADMIN.test(words);
}

/** Who may be expected to get in: the admin where the operation is theirs, else a plain user. */
export function clientFor(
  { clients }: ApiMap,
  operation: Operation,
): { readonly role: ClientRole | 'nobody'; readonly headers: Headers } | undefined {
  const order: readonly ClientRole[] = isAdmin(operation) ? ['admin'] : ['user', 'other', 'admin'];
  for (const role of order) {
    const headers = clients[role];
    if (typeof headers === 'object') return { role, headers };
  }
  return operation.secured ? undefined : { role: 'nobody', headers: {} };
}

export const CLIENTS_LINE = 'say how callers are let in: `clients: {user: {authorization: "Bearer ${USER_TOKEN}"}}`';

/** An operation that works, with the request that shows it. */
export interface Working {
  readonly map: ApiMap;
  readonly operation: Operation;
  readonly request: Outgoing;
  readonly headers: Headers;
}

export interface Survey {
  /** Operations that the row is about. */
  readonly concerns: (operation: Operation, map: ApiMap) => boolean;
  /** What is tried on each; `undefined` when there is nothing to try. */
  readonly attempt: (working: Working, context: CheckContext) => Promise<Tried | undefined>;
  /** Operations at most; the rest is said to be left out. */
  readonly most?: number;
}

/** Tries something on every operation that a row is about, a few at a time. */
export async function survey(context: CheckContext, { concerns, attempt, most = 30 }: Survey): Promise<Collected<TriesFacts>> {
  const map = await apiMap(context);
  if (!isMap(map)) return map;
  const about = map.operations.filter((operation) => concerns(operation, map));
  if (about.length === 0) return { state: 'not-applicable', because: `${map.described.where} describes nothing that this is about` };
  const skipped: string[] = [];
  const ready: Working[] = [];
  let locked = 0;
  for (const operation of about) {
    const client = clientFor(map, operation);
    const request = mayCall(operation, map.allowed) ? requestFor(map.base, operation) : undefined;
    if (!mayCall(operation, map.allowed))
      skipped.push(`${operation.name} has effects: allow it with \`api: {calls: [${operation.name}]}\``);
    else if (!request) skipped.push(`${operation.name} has no example for what it requires`);
    else if (!client) {
      locked += 1;
      skipped.push(`${operation.name} needs ${isAdmin(operation) ? 'an admin' : 'credentials'}`);
    } else ready.push({ map, operation, request, headers: client.headers });
  }
  skipped.push(...ready.slice(most).map(({ operation }) => `${operation.name} is beyond the first ${most}`));
  const tried = await inLanes(ready.slice(0, most), (working) => attempt(working, context));
  const told = tried.flatMap((one) => (one ? [one] : []));
  const facts = factsOf(map, { tried: (await takesAnything(context, map)) ? told.map(untold) : told, skipped });
  return {
    state: 'collected',
    facts: ready.length === 0 && locked > 0 ? { ...facts, missing: CLIENTS_LINE } : facts,
    sources: map.described.file === undefined ? [] : [{ file: map.described.file }],
  };
}

/** Is a path that cannot be there answered well? Pages that a browser finds its own way from are no such answer. */
function takesAnything(context: CheckContext, { base }: ApiMap): Promise<boolean> {
  return once(context, 'api-takes-anything', async () => {
    const answer = await send(context, { method: 'GET', url: `${base}/gauntlet-${nonce()}` });
    return answer.state === 'answered' && isSuccess(answer) && !/html/i.test(answer.headers['content-type'] ?? '');
  });
}

/** Where everything is answered well, an answer tells nothing. */
function untold({ control, ...rest }: Tried): Tried {
  return {
    ...rest,
    control: { ...control, status: null, because: 'a good answer, as a path that is not there got too: it tells nothing' },
  };
}

/** The facts of a row about this API. */
export function factsOf({ described, target }: ApiMap, parts: Pick<TriesFacts, 'tried' | 'skipped'>): TriesFacts {
  return { target: target.name, where: described.where, ...(described.file === undefined ? {} : { file: described.file }), ...parts };
}

/** Makes a request and keeps what the row needs of it. */
export async function tryOut(
  context: CheckContext,
  name: string,
  request: Outgoing,
): Promise<{ readonly one: Try; readonly answer: Answer }> {
  const answer = await send(context, request);
  return { one: tryOf(name, answer, request), answer };
}

export function tryOf(name: string, answer: Answer, request?: Outgoing): Try {
  return {
    case: name,
    status: answer.state === 'answered' ? answer.status : null,
    ...(answer.state === 'failed' ? { because: answer.reason } : {}),
    ms: Math.round(answer.ms),
    ...(request === undefined ? {} : { repeat: curl(request).slice(0, 300) }),
  };
}

export async function inLanes<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as Item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}
