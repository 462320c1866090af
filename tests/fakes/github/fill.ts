/** The part of a JSON schema that filling needs. */
export interface Schema {
  type?: string;
  format?: string;
  nullable?: boolean;
  enum?: unknown[];
  minimum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  'x-answers-422'?: boolean;
}

type Dict = Record<string, unknown>;

const isDict = (value: unknown): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value);

const STRINGS: Record<string, string> = {
  uri: 'https://github.com',
  'date-time': '2026-01-01T00:00:00Z',
  email: 'nobody@example.com',
};

function scalar(schema: Schema): unknown {
  switch (schema.type) {
    case 'string':
      return STRINGS[schema.format ?? ''] ?? '';
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    default:
      return {};
  }
}

/** Chooses a branch and folds `allOf` in, so that only plain object schemas are left. */
function resolve(schema: Schema, given: unknown): Schema {
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches !== undefined) {
    const kind = Array.isArray(given) ? 'array' : isDict(given) ? 'object' : typeof given;
    const branch = branches.find((candidate) => given !== undefined && candidate.type === kind) ?? branches[0];
    return resolve({ ...schema, ...branch, oneOf: branch?.oneOf, anyOf: branch?.anyOf } as Schema, given);
  }
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((part) => resolve(part, given));
  return {
    ...schema,
    type: 'object',
    required: parts.flatMap((part) => part.required ?? []),
    properties: Object.assign({}, schema.properties, ...parts.map((part) => part.properties ?? {})) as Record<string, Schema>,
  };
}

/**
 * Completes a partial answer: every property that the schema requires and `given` lacks gets the smallest valid value.
 * The fake states only what it knows, and the answer still has the full shape of GitHub's.
 */
export function fill(schema: Schema, given: unknown): unknown {
  const plain = resolve(schema, given);
  if (Array.isArray(given)) {
    const { items } = plain;
    return items === undefined ? given : given.map((item: unknown) => fill(items, item));
  }
  if (given !== undefined && !isDict(given)) return given;
  if (given === undefined) {
    if (plain.nullable === true) return null;
    if (plain.enum !== undefined) return plain.enum[0];
    if (plain.properties === undefined) return scalar(plain);
  }
  const filled: Dict = { ...given };
  for (const [name, property] of Object.entries(plain.properties ?? {})) {
    const required = plain.required?.includes(name) === true;
    if (required || filled[name] !== undefined) filled[name] = fill(property, filled[name]);
    else delete filled[name];
  }
  return filled;
}
