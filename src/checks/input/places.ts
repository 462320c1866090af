import type { RawDocument } from '../openapi/document.ts';
import { fieldsOf, type Operation, type Parameter, type Schema } from '../openapi/operations.ts';
import { schemaOf, typeOf, isMap } from '../openapi/resolve.ts';
import { send, type Answer, type Outgoing } from '../openapi/call.ts';
import type { CheckContext } from '../contract.ts';
import type { Working } from '../openapi/tries.ts';

const LIMIT = /^(?:limit|page_?size|per_?page|size|count|top|top_?k|take|max_?results|num_?results|first|k)$/i;
const SEARCH = /search|quer(?:y|ies)|similar|nearest|retriev|(?:^|\W)find/i;
const WORDS = /^(?:q|query|search|text|term|keywords?|filter|name)$/i;
const VECTOR = /^(?:vectors?|embeddings?|query_?vector)$/i;

/** Where a value of an operation stands: a parameter, or a field of its body. */
export interface Place {
  readonly name: string;
  readonly where: 'query' | 'path' | 'body';
  readonly schema: Schema;
}

/** Texts that the caller chooses: no enumerations, dates or ids of a fixed form. */
export function textPlaces(document: RawDocument, operation: Operation): readonly Place[] {
  return places(document, operation).filter(
    ({ schema, where }) =>
      where !== 'path' && typeOf(schema) === 'string' && schema['enum'] === undefined && schema['format'] === undefined,
  );
}

/** Texts of the body. */
export function textFields(document: RawDocument, operation: Operation): readonly Place[] {
  // A pattern bounds a text by itself.
  return textPlaces(document, operation).filter(
    ({ where, schema }) => where === 'body' && (schema['pattern'] === undefined || schema['maxLength'] !== undefined),
  );
}

/** Every parameter and field. */
export function places(document: RawDocument, { parameters, body }: Operation): readonly Place[] {
  return [
    ...parameters.flatMap(({ name, in: where, schema }): Place[] => (where === 'header' ? [] : [{ name, where, schema }])),
    ...(body?.example === undefined ? [] : fieldsOf(document, body).map(({ name, schema }): Place => ({ name, where: 'body', schema }))),
  ];
}

/** The parameter that says how many results a list may have. */
export function listed({ method, parameters }: Operation): Parameter | undefined {
  if (method !== 'GET') return undefined;
  return parameters.find(
    ({ name, in: where, schema }) => where === 'query' && LIMIT.test(name) && ['integer', 'number'].includes(typeOf(schema) ?? ''),
  );
}

export function isSearch({ path, words }: Operation): boolean {
  return SEARCH.test(path) || SEARCH.test(words);
}

/** The text that a search looks for. */
export function searchWords(document: RawDocument, operation: Operation): Place | undefined {
  if (!isSearch(operation)) return undefined;
  return textPlaces(document, operation).find(({ name }) => WORDS.test(name));
}

/** The field that holds an embedding. */
export function numbersIn(document: RawDocument, operation: Operation): Place | undefined {
  if (operation.body?.example === undefined) return undefined;
  return fieldsOf(document, operation.body)
    .filter(
      ({ name, schema }) =>
        VECTOR.test(name) &&
        typeOf(schema) === 'array' &&
        ['number', 'integer'].includes(typeOf(schemaOf(document, schema['items'])) ?? 'number'),
    )
    .map(({ name, schema }): Place => ({ name, where: 'body', schema }))[0];
}

/** The good request with another value at one place. */
export function withValue({ request, operation, headers }: Working, place: Place, value: unknown): Outgoing {
  const all = { ...request.headers, ...headers };
  if (place.where === 'body') return { ...request, headers: all, body: JSON.stringify({ ...exampleBody(operation), [place.name]: value }) };
  const url = new URL(request.url);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (place.where === 'query') url.searchParams.set(place.name, text);
  else {
    const parts = operation.path.split('/');
    const own = url.pathname.split('/');
    const index = parts.indexOf(`{${place.name}}`) + (own.length - parts.length);
    url.pathname = own.map((part, at) => (at === index ? encodeURIComponent(text.toWellFormed()) : part)).join('/');
  }
  return { ...request, url: url.href, headers: all };
}

/** The good request as it stands, let in. */
export function goodRequest({ request, headers }: Working): Outgoing {
  return { ...request, headers: { ...request.headers, ...headers } };
}

export function exampleBody({ body }: Operation): Readonly<Record<string, unknown>> {
  return isMap(body?.example) ? body.example : {};
}

/** How many entries the list in an answer has; `undefined` when it has none, or several lists. */
export function countOf(answer: Answer): number | undefined {
  if (answer.state !== 'answered') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch {
    return undefined;
  }
  if (Array.isArray(value)) return value.length;
  if (!isMap(value)) return undefined;
  const lists = Object.values(value).filter(Array.isArray);
  return lists.length === 1 ? lists[0]?.length : undefined;
}

/** Sends again what came into trouble, so that one moment of a busy machine is no finding. */
export async function sendTwice(context: CheckContext, request: Outgoing, isBad: (answer: Answer) => boolean): Promise<Answer> {
  const first = await send(context, request);
  return isBad(first) ? send(context, request) : first;
}
