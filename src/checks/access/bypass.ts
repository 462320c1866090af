import { parseJson } from '../../lib/json.ts';
import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { isSuccess, send, type Answer, type Outgoing } from '../openapi/call.ts';
import { clientFor, tryOf, tryOut, type Working } from '../openapi/tries.ts';
import { forged } from './forged.ts';

/** Ways around a lock that routers and proxies are known to leave open: none may give what the lock protects. */
export async function bypasses({ map, operation, request, headers }: Working, context: CheckContext): Promise<Tried> {
  const role = clientFor(map, operation)?.role ?? 'user';
  const { one: control, answer } = await tryOut(context, `as ${role}`, { ...request, headers: { ...request.headers, ...headers } });
  const tries: Try[] = [];
  for (const [name, change] of waysAround(request, headers)) {
    const sent = await send(context, change);
    const one = tryOf(name, sent, change);
    tries.push({ ...one, effect: isSame(sent, answer) });
  }
  return { subject: operation.name, control, tries };
}

function waysAround(request: Outgoing, headers: Readonly<Record<string, string>>): [string, Outgoing][] {
  const { origin, pathname, search } = new URL(request.url);
  const at = (path: string): Outgoing => ({ ...request, url: `${origin}${path}${search}` });
  const withHeaders = (more: Readonly<Record<string, string>>): Outgoing => ({ ...request, headers: { ...request.headers, ...more } });
  const empty = Object.fromEntries(Object.keys(headers).map((name) => [name, '']));
  return [
    ['no credentials', request],
    ['unknown credentials', withHeaders(forged(headers))],
    ['empty credentials', withHeaders(empty)],
    ['a slash at the end', at(`${pathname}/`)],
    ['two slashes at the beginning', at(`/${pathname}`)],
    ['another case', at(pathname.toUpperCase())],
    ['an encoded letter', at(pathname.replace(/[a-z](?=[^/]*$)/i, (letter) => `%${letter.charCodeAt(0).toString(16)}`))],
    ['a parameter of the path', at(`${pathname};a=1`)],
    ['an ending', at(`${pathname}.json`)],
    ['from this machine by its header', withHeaders({ 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' })],
    ['another address in a header', { ...withHeaders({ 'x-original-url': pathname, 'x-rewrite-url': pathname }), url: `${origin}/` }],
    ['as somebody else by a header', withHeaders({ 'x-user': 'admin', 'x-forwarded-user': 'admin', 'x-role': 'admin' })],
  ];
}

/** Is it the answer of the protected operation, and not a page or a list of something else? */
function isSame(one: Answer, protectedAnswer: Answer): boolean {
  if (!isSuccess(one) || one.state !== 'answered' || protectedAnswer.state !== 'answered' || !isSuccess(protectedAnswer)) return false;
  const [own, wanted] = [parseJson(one.text), parseJson(protectedAnswer.text)];
  if (own === undefined || wanted === undefined) return own === wanted && one.text !== '' && one.text === protectedAnswer.text;
  return keysOf(own) === keysOf(wanted);
}

function keysOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' && value !== null ? Object.keys(value).sort().join() : typeof value;
}
