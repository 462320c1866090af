import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { send, type Outgoing } from '../openapi/call.ts';
import { fieldsOf } from '../openapi/operations.ts';
import { tryOf, type Working } from '../openapi/tries.ts';
import { exampleBody, goodRequest, numbersIn, withValue } from './places.ts';

const LIMIT = /^(?:limit|top_?k|k|size|count|num_?results|max_?results)$/i;

/** Vectors that are none: JSON has no NaN, so it is written into the text. */
export async function vectorCases(working: Working, context: CheckContext): Promise<Tried | undefined> {
  return run(working, context, () => []);
}

/** The same for a search, with more results than anybody reads. */
export async function searchCases(working: Working, context: CheckContext): Promise<Tried | undefined> {
  const { operation, map } = working;
  const limit = operation.body && fieldsOf(map.described.document, operation.body).find(({ name }) => LIMIT.test(name));
  return run(working, context, () =>
    limit
      ? [1_000_000, -1].map((asked): [string, Outgoing] => [
          `${limit.name}: ${asked}`,
          withValue(working, { name: limit.name, where: 'body', schema: limit.schema }, asked),
        ])
      : [],
  );
}

async function run(working: Working, context: CheckContext, more: () => [string, Outgoing][]): Promise<Tried | undefined> {
  const place = numbersIn(working.map.described.document, working.operation);
  if (!place) return undefined;
  const example = exampleBody(working.operation)[place.name];
  const vector = Array.isArray(example) ? example.map(Number) : [];
  if (vector.length === 0) return undefined;
  const good = goodRequest(working);
  const raw = (text: string): Outgoing => ({
    ...good,
    body: JSON.stringify({ ...exampleBody(working.operation), [place.name]: '__vector__' }).replace('"__vector__"', () => text),
  });
  const first = (text: string): Outgoing => raw(`[${[text, ...vector.slice(1)].join(',')}]`);
  const cases: [string, Outgoing][] = [
    ['NaN', first('NaN')],
    ['Infinity', first('1e999')],
    ['a text in it', first('"a"')],
    ['only zeros', raw(`[${vector.map(() => 0).join(',')}]`)],
    ['one dimension less', raw(JSON.stringify(vector.slice(0, -1)))],
    ['one dimension more', raw(JSON.stringify([...vector, 0.5]))],
    ['no dimension', raw('[]')],
    ...more(),
  ];
  const control = tryOf('the example of the document', await send(context, good));
  const tries: Try[] = [];
  for (const [name, request] of cases) tries.push(tryOf(`\`${place.name}\`: ${name}`, await send(context, request), request));
  return { subject: working.operation.name, control, tries };
}
