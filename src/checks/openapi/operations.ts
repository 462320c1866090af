import type { RawDocument } from './document.ts';
import { givenFor } from './example.ts';
import { deref, isMap, schemaOf, typeOf } from './resolve.ts';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
const MOST = 200;

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
  readonly example: unknown;
}

/** A JSON body. `example` is absent when the document gives none. */
export interface Body {
  readonly schema: Schema;
  readonly required: boolean;
  readonly example?: unknown;
}

export interface Operation {
  /** `GET /messages/{id}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Declared words about it: id, tags, scopes. */
  readonly words: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body | undefined;
  /** Nobody gets in without credentials. */
  readonly secured: boolean;
  readonly responses: Schema;
}

/** What the document says of every operation, in its order. */
export function operationsOf(document: RawDocument): readonly Operation[] {
  const everywhere = document['security'];
  const found = Object.entries(document.paths).flatMap(([path, raw]) => {
    const item = deref(document, raw);
    return METHODS.flatMap((method): Operation[] => {
      const operation = item[method];
      if (!isMap(operation) || operation['deprecated'] === true) return [];
      const parameters = [...listOf(item['parameters']), ...listOf(operation['parameters'])].map((one) => deref(document, one));
      const security = operation['security'] ?? everywhere;
      return [
        {
          name: `${method.toUpperCase()} ${path}`,
          method: method.toUpperCase(),
          path,
          words: [operation['operationId'], ...listOf(operation['tags']), operation['x-role'], JSON.stringify(security ?? '')].join(' '),
          parameters: parameters.flatMap((one) => parameterOf(document, one)),
          body: bodyOf(document, operation, parameters),
          // An empty requirement among the others means that nobody has to.
          secured: Array.isArray(security) && security.length > 0 && security.every((one) => isMap(one) && Object.keys(one).length > 0),
          responses: isMap(operation['responses']) ? operation['responses'] : {},
        },
      ];
    });
  });
  return found.slice(0, MOST);
}

/** Path below which the document says that its paths stand. */
export function basePathOf(document: RawDocument): string {
  const [server] = listOf(document['servers']).map((one) => (isMap(one) ? one['url'] : undefined));
  const written = typeof server === 'string' ? server : document['basePath'];
  if (typeof written !== 'string' || /[{}]/.test(written)) return '';
  return (URL.canParse(written) ? new URL(written).pathname : written).replace(/\/+$/, '').replace(/^(?=[^/])/, '/');
}

/** Properties of the body that are text, numbers and so on, with their schemas. */
export function fieldsOf(
  document: RawDocument,
  body: Body,
): readonly { readonly name: string; readonly schema: Schema; readonly required: boolean }[] {
  const { properties, required } = body.schema;
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(isMap(properties) ? properties : {}).map(([name, raw]) => ({
    name,
    schema: schemaOf(document, raw),
    required: needed.includes(name),
  }));
}

function parameterOf(document: RawDocument, raw: Schema): Parameter[] {
  const { name, in: place } = raw;
  if (typeof name !== 'string' || (place !== 'path' && place !== 'query' && place !== 'header')) return [];
  const schema = schemaOf(document, raw['schema'] ?? raw);
  return [{ name, in: place, required: raw['required'] === true || place === 'path', schema, example: givenFor(document, raw)?.value }];
}

function bodyOf(document: RawDocument, operation: Schema, parameters: readonly Schema[]): Body | undefined {
  const request = deref(document, operation['requestBody']);
  const content = isMap(request['content']) ? request['content'] : {};
  const type = Object.keys(content).find((one) => /^application\/(?:[\w.-]+\+)?json\b/.test(one));
  const old = parameters.find((one) => one['in'] === 'body');
  const holder = type === undefined ? old : deref(document, content[type]);
  if (!holder) return undefined;
  const schema = schemaOf(document, holder['schema']);
  const example = givenFor(document, holder);
  const required = (type === undefined ? old?.['required'] : request['required']) === true;
  return { schema, required, ...(example && typeOf(schema) !== undefined ? { example: example.value } : {}) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
