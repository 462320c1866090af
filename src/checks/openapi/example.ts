import type { RawDocument } from './document.ts';
import { deref, isMap, schemaOf, typeOf } from './resolve.ts';

const DEPTH = 6;

/** A value that the document itself gives for a schema: an example, a default, one of an enumeration, or built of its parts' own. */
export function exampleOf(document: RawDocument, raw: unknown, depth = 0): { readonly value: unknown } | undefined {
  const schema = schemaOf(document, raw);
  const [first] = Array.isArray(schema['examples']) ? schema['examples'] : [];
  for (const given of [schema['example'], first, schema['const'], schema['default']]) if (given !== undefined) return { value: given };
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return { value: schema['enum'][0] };
  if (depth >= DEPTH) return undefined;
  if (typeOf(schema) === 'object') return ofProperties(document, schema, depth);
  if (typeOf(schema) === 'array') {
    const item = exampleOf(document, schema['items'], depth + 1);
    return item && { value: [item.value] };
  }
  return undefined;
}

/** The example of a body or parameter, which may stand beside its schema. */
export function givenFor(document: RawDocument, raw: unknown): { readonly value: unknown } | undefined {
  const holder = deref(document, raw);
  if (holder['example'] !== undefined) return { value: holder['example'] };
  const named = isMap(holder['examples']) ? Object.values(holder['examples']).map((one) => deref(document, one)) : [];
  const value = named.find((one) => one['value'] !== undefined)?.['value'];
  if (value !== undefined) return { value };
  // Swagger 2 has the type of a parameter beside its name.
  return exampleOf(document, holder['schema'] ?? holder);
}

function ofProperties(
  document: RawDocument,
  schema: Readonly<Record<string, unknown>>,
  depth: number,
): { readonly value: unknown } | undefined {
  const properties = isMap(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const filled: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const example = exampleOf(document, property, depth + 1);
    if (example) filled[name] = example.value;
    else if (required.includes(name)) return undefined;
  }
  return Object.keys(filled).length === 0 && required.length > 0 ? undefined : { value: filled };
}
