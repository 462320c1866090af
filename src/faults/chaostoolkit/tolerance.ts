import { z } from 'zod';

import type { Json } from '../../lib/json.ts';

/** What a probe gave: `status` of a process is its exit code. */
export type Output = Readonly<Record<string, Json>>;

const Regex = z.object({ type: z.literal('regex'), target: z.string().optional(), pattern: z.string() });
const Range = z.object({ type: z.literal('range'), target: z.string().optional(), range: z.tuple([z.number(), z.number()]) });
const Jsonpath = z.object({
  type: z.literal('jsonpath'),
  target: z.string().optional(),
  path: z.string(),
  expect: z.json().optional(),
  count: z.number().optional(),
});
const Typed = z.discriminatedUnion('type', [Regex, Range, Jsonpath]);

/**
 * Whether an output is within the tolerance of its probe. Numbers and lists of them are about the status, so `[200, 404]` means one of
 * both, never what lies between. @throws Error when the tolerance says nothing that is known.
 */
export function isTolerated(tolerance: Json, output: Output): boolean {
  if (tolerance === null || typeof tolerance !== 'object') return equals(tolerance, output);
  if (Array.isArray(tolerance)) return tolerance.some((one) => equals(one, output));
  const typed = Typed.parse(tolerance);
  switch (typed.type) {
    case 'regex':
      return new RegExp(typed.pattern, 'u').test(textOf(targetOf(typed.target, output)));
    case 'range': {
      const value = Number(textOf(typed.target === undefined ? (output['status'] ?? null) : targetOf(typed.target, output)));
      return value >= typed.range[0] && value <= typed.range[1];
    }
    case 'jsonpath': {
      const found = valuesAt(typed.path, structured(targetOf(typed.target, output)));
      if (typed.count !== undefined && found.length !== typed.count) return false;
      if (typed.expect === undefined) return typed.count !== undefined || found.length > 0;
      const wanted = Array.isArray(typed.expect) ? typed.expect : [typed.expect];
      return found.length > 0 && found.every((value) => wanted.some((one) => JSON.stringify(one) === JSON.stringify(value)));
    }
  }
}

function equals(tolerance: Json, output: Output): boolean {
  if (typeof tolerance === 'number') return output['status'] === tolerance;
  if (typeof tolerance === 'boolean') return (output['status'] === 0 || output['status'] === 200) === tolerance;
  return textOf(targetOf(undefined, output)).trim() === tolerance;
}

function targetOf(target: string | undefined, output: Output): Json {
  return output[target ?? ('body' in output ? 'body' : 'stdout')] ?? null;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function structured(value: Json): Json {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

const STEP = /^(?:\.?\*|\[\*\]|\.?([\w-]+)|\[(\d+)\]|\[['"]([^'"]+)['"]\])/;

/** The values at a path of names, indices and `*` (RFC 9535 without filters and slices). @throws Error for any other path. */
function valuesAt(path: string, root: Json): Json[] {
  let values = [root];
  for (let rest = path.replace(/^\$/, ''); rest !== '';) {
    const step = STEP.exec(rest);
    if (step === null) throw new Error(`${path} is a path that is not read here: names, indices and * are`);
    const [whole, name, index, quoted] = step;
    const key = name ?? quoted ?? index;
    values = values.flatMap((value) => {
      if (value === null || typeof value !== 'object') return [];
      if (key === undefined) return Object.values(value);
      const found = (value as Record<string, Json>)[key];
      return found === undefined ? [] : [found];
    });
    rest = rest.slice(whole.length);
  }
  return values;
}
