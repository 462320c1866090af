import type { z } from 'zod';

import { suggest } from '../lib/suggest.ts';
import type { Path, Places } from './places.ts';
import type { Problem } from './problems.ts';

/** Between what is wrong and its repair, and between several of them, in the one string that a zod message is. */
const REPAIR = '\u001f';
const NEXT = '\u001e';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** A message of a schema that also says what to write instead. */
export function phrase(what: string, repair: string): string {
  return what + REPAIR + repair;
}

/** The error of a field that takes one kind of thing: `expected('a duration, such as 30s or 5m')`. */
export function expected(noun: string): (issue: RawIssue) => string {
  return (issue) =>
    issue.input === undefined ? phrase('is missing', `write ${noun}`) : phrase(`takes ${noun}, not ${found(issue.input)}`, `write ${noun}`);
}

/** What is said where a schema brings no words of its own. */
export function sayIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return expected(NOUNS[issue.expected as string] ?? `a value of the type ${String(issue.expected)}`)(issue);
    case 'unrecognized_keys':
      return sayUnknownKeys(issue.keys, allowedKeys(issue.inst));
    case 'invalid_value':
      return sayInvalidValue(issue.input, issue.values);
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? phrase('is empty', issue.origin === 'array' ? 'write at least one entry' : 'write some text')
        : `must be at least ${String(issue.minimum)}`;
    case 'too_big':
      return issue.origin === 'string' ? `is longer than ${String(issue.maximum)} characters` : `must be at most ${String(issue.maximum)}`;
    case 'invalid_union':
      if (issue.input === undefined) return phrase('is missing', 'write it');
      return `is none of the forms that are allowed here: it is ${found(issue.input)}`;
    case 'not_multiple_of':
      return 'must be a whole number';
    case 'invalid_format':
      return 'is not written in the form that is needed here';
    default:
      return 'is not allowed here';
  }
}

/** Every problem of a failed parse, each at its own place. */
export function explain(issues: readonly Issue[], places: Places): Problem[] {
  return issues.flatMap((issue) => explainOne(issue, [], places));
}

function explainOne(issue: Issue, base: Path, places: Places): Problem[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys') {
    const said = issue.message.split(NEXT);
    return issue.keys.map((key, index) => {
      const [what = '', repair] = (said[index] ?? '').split(REPAIR);
      return places.problem([...path, key], what.endsWith('setting') ? `${what} ${ofWhom(path)}` : what, { repair, at: 'key' });
    });
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliest(issue.errors);
    if (branch) return branch.flatMap((inner) => explainOne(inner, path, places));
  }
  if (issue.code === 'invalid_key')
    return [places.problem(path, `\`${String(path.at(-1))}\` ${issue.issues[0]?.message ?? 'is not a name'}`, { at: 'key' })];
  // The little languages of the model say what is wrong and what to write in one sentence.
  const [what = '', repair] = issue.message.split(issue.message.includes(REPAIR) ? REPAIR : / here: (?=write )/);
  return [places.problem(path, `${subject(path, what)}${what}`, { repair })];
}

/** The branch of a union that was meant: the one whose types fit, or fit down to the deepest place. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depths = branches.map((branch) =>
    Math.min(...branch.map((issue) => (isOfWrongType(issue) ? issue.path.length : Number.POSITIVE_INFINITY))),
  );
  const best = Math.max(...depths);
  if (best === 0) return undefined;
  return branches.filter((_, index) => depths[index] === best).toSorted((left, right) => left.length - right.length)[0];
}

function isOfWrongType(issue: Issue): boolean {
  if (issue.code === 'invalid_value') return !issue.values.some((value) => typeof value === typeof issue.input);
  return issue.code === 'invalid_type' || issue.code === 'invalid_union';
}

/** `\`unit\` `, `entry 2 of \`steps\` `: what a message that begins with a verb is about. */
function subject(path: Path, what: string): string {
  const name = nameOf(path);
  return what.startsWith('"') ? `${name}: ` : `${name} `;
}

function ofWhom(path: Path): string {
  return path.length === 0 ? 'at the top level' : `of ${nameOf(path)}`;
}

function nameOf(path: Path): string {
  const name = path.findLast((part) => typeof part === 'string');
  const last = path.at(-1);
  if (name === undefined) return typeof last === 'number' ? `entry ${last + 1}` : 'the file';
  return typeof last === 'number' ? `entry ${last + 1} of \`${name}\`` : `\`${name}\``;
}

function sayUnknownKeys(keys: readonly string[], allowed: readonly string[]): string {
  return keys
    .map((key) => {
      const meant = suggest(
        key,
        allowed.filter((name) => !keys.includes(name)),
      );
      return phrase(
        `\`${key}\` is not a setting`,
        meant === undefined ? `allowed here: ${allowed.join(', ')}` : `did you mean \`${meant}\`?`,
      );
    })
    .join(NEXT);
}

function sayInvalidValue(input: unknown, values: readonly unknown[]): string {
  const allowed = values.map((value) => `\`${String(value)}\``).join(', ');
  if (input === undefined) return phrase('is missing', `write ${values.length === 1 ? allowed : `one of ${allowed}`}`);
  const meant = typeof input === 'string' ? suggest(input, values.map(String)) : undefined;
  const repair = meant === undefined ? `write ${values.length === 1 ? allowed : `one of ${allowed}`}` : `did you mean \`${meant}\`?`;
  return phrase(`cannot be ${found(input)}`, repair);
}

/** The settings that a strict map knows. */
function allowedKeys(schema: unknown): readonly string[] {
  const def = (schema as { _zod?: { def?: { shape?: Record<string, unknown> } } } | undefined)?._zod?.def;
  return Object.keys(def?.shape ?? {});
}

const NOUNS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of settings',
  record: 'a map',
};

/** A value in words, short enough for one line. */
export function found(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  switch (typeof input) {
    case 'string':
      return input.length > 60 ? `the text "${input.slice(0, 57)}…"` : `the text "${input}"`;
    case 'number':
      return `the number ${input}`;
    case 'boolean':
      return `${input}`;
    default:
      return 'a map';
  }
}
