import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { send, type Outgoing } from '../openapi/call.ts';
import { fieldsOf } from '../openapi/operations.ts';
import { typeOf } from '../openapi/resolve.ts';
import { tryOf, type Working } from '../openapi/tries.ts';
import { exampleBody, goodRequest } from './places.ts';

const FIELDS = 6;

/** Bodies that are no JSON, of another type, of another shape, or not there. */
export async function malformed(working: Working, context: CheckContext): Promise<Tried | undefined> {
  const { operation, map } = working;
  const good = goodRequest(working);
  const { body } = operation;
  if (!body || typeof good.body !== 'string' || typeOf(body.schema) !== 'object') return undefined;
  const control = tryOf('the example of the document', await send(context, good));
  const example = exampleBody(operation);
  const of = (value: unknown): Outgoing => ({ ...good, body: JSON.stringify(value) });
  const fields = fieldsOf(map.described.document, body);
  const needed = fields.filter(({ required, schema }) => required && schema['default'] === undefined).slice(0, FIELDS);
  const typed = fields
    .filter(({ name, schema }) => name in example && ['string', 'integer', 'number', 'boolean'].includes(typeOf(schema) ?? ''))
    .slice(0, FIELDS);
  const cases: [string, Outgoing][] = [
    ['truncated JSON', { ...good, body: good.body.slice(0, Math.max(1, good.body.length - 2)) }],
    ['no JSON', { ...good, body: 'gauntlet=1' }],
    ['a list in place of an object', of([example])],
    ['a text in place of an object', of('gauntlet')],
    ...(body.required || needed.length > 0 ? [['an empty body', { ...good, body: '' }] as [string, Outgoing]] : []),
    ['another content type', { ...good, headers: { ...good.headers, 'content-type': 'text/plain' } }],
    ...needed.map(({ name }): [string, Outgoing] => [
      `without \`${name}\``,
      of(Object.fromEntries(Object.entries(example).filter(([key]) => key !== name))),
    ]),
    ...typed.map(({ name }): [string, Outgoing] => [`a list as \`${name}\``, of({ ...example, [name]: [{}] })]),
  ];
  const tries: Try[] = [];
  for (const [name, request] of cases) tries.push(tryOf(name, await send(context, request), request));
  return { subject: operation.name, control, tries };
}
