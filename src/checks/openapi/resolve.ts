import type { RawDocument } from './document.ts';

type Map = Readonly<Record<string, unknown>>;

const HOPS = 32;

/** What a reference leads to within the document; `{}` for one that leads nowhere, out of the document or in a circle. */
export function deref(document: RawDocument, value: unknown): Map {
  let current = value;
  for (let hop = 0; hop < HOPS; hop += 1) {
    if (!isMap(current)) return {};
    const ref = current['$ref'];
    if (typeof ref !== 'string') return current;
    if (!ref.startsWith('#/')) return {};
    current = ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, part) => childOf(node, unescape(part)), document);
  }
  return {};
}

/** A schema with its references followed and `allOf` merged; deeper than a person writes, nothing is known of it. */
export function schemaOf(document: RawDocument, value: unknown, depth = 0): Map {
  const schema = deref(document, value);
  const parts =
    Array.isArray(schema['allOf']) && depth < 8 ? schema['allOf'].map((part: unknown) => schemaOf(document, part, depth + 1)) : [];
  const [choice] = [schema['oneOf'], schema['anyOf']].filter(Array.isArray);
  const chosen = choice?.map((part: unknown) => deref(document, part)).find(({ type }) => type !== 'null');
  const all = [...parts, ...(chosen && depth < 8 ? [schemaOf(document, chosen, depth + 1)] : []), schema];
  const merged = Object.assign({}, ...all) as Record<string, unknown>;
  const properties = Object.assign({}, ...all.map(({ properties: own }) => (isMap(own) ? own : {}))) as Map;
  const required = [
    ...new Set(all.flatMap(({ required: own }) => (Array.isArray(own) ? own.filter((name) => typeof name === 'string') : []))),
  ];
  return { ...merged, ...(Object.keys(properties).length > 0 ? { properties } : {}), ...(required.length > 0 ? { required } : {}) };
}

/** `string`, also where 3.1 says `[string, 'null']`. */
export function typeOf(schema: Map): string | undefined {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.find((one): one is string => typeof one === 'string' && one !== 'null');
  return isMap(schema['properties']) ? 'object' : undefined;
}

export function isMap(value: unknown): value is Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childOf(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? (node as Map)[key] : undefined;
}

function unescape(part: string): string {
  const plain = part.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
