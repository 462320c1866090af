import { z } from 'zod';

import { limitField } from '../model/limit.ts';
import { Duration, Percentage } from '../model/units.ts';
import { expected, phrase } from './explain.ts';

// The small fields that every section is made of: each says in its own words what it takes.

/** Drops the keys whose value is `undefined`, so that optional settings stay absent. */
export function defined<T extends object>(settings: T): Defined<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Defined<T>;
}

export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** What an element of the journal, a file name and a `{{name}}` can all hold. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/;
export const NAME_RULE = 'is not a name: use letters, digits, `-`, `_` and `.`, and begin with a letter or digit';

export const CODE = /^[A-Z]{2,4}-\d{2}$/;

/** A map from names to something. */
export function named<Value extends z.ZodType>(value: Value, noun: string) {
  return z.record(z.string().regex(NAME, NAME_RULE), value, { error: expected(noun) });
}

export const text = z.string({ error: expected('text') }).min(1, 'is empty');

export const flag = z.boolean({ error: expected('true or false') });

export function wholeNumber(minimum: number, maximum: number) {
  const noun = `a whole number from ${minimum} to ${maximum}`;
  return z
    .int({ error: expected(noun) })
    .min(minimum, phrase('is too small', `write ${noun}`))
    .max(maximum, phrase('is too large', `write ${noun}`));
}

export const duration = z
  .string({ error: expected('a duration with its unit, such as 500ms, 30s, 5m or 1h30m') })
  .refine((written) => Duration.safeParse(written).success, {
    error: (issue) =>
      phrase(`cannot be "${String(issue.input)}": that is not a duration`, 'write a number with its unit, such as 500ms, 30s, 5m or 1h30m'),
  })
  .pipe(Duration);

const PERCENTAGE = 'a percentage with its sign, such as 90%';
export const percentage = z
  .string({ error: expected(PERCENTAGE) })
  .refine((written) => Percentage.safeParse(written).success, {
    error: (issue) => phrase(`cannot be "${String(issue.input)}": that is not a percentage from 0% to 100%`, `write ${PERCENTAGE}`),
  })
  .pipe(Percentage);

/** `< 5m` */
export const durationLimit = limitField('<=', ['milliseconds']);
export const countLimit = limitField('<=', ['count']);
/** `< 64kB`, or a bare number of bytes. */
export const sizeLimit = limitField('<=', ['bytes', 'count']).transform((limit) => ({ ...limit, unit: 'bytes' as const }));

/** A path or glob that starts at the repository root. */
export const glob = z
  .string({ error: expected('a path or glob') })
  .min(1, 'is empty')
  .refine((written) => !/^([/\\~]|[A-Za-z]:)/.test(written) && !written.split(/[/\\]/).includes('..'), {
    error: (issue) =>
      phrase(
        `cannot be "${String(issue.input)}": it leads out of the repository`,
        'write a path that starts at the repository root, without `..`',
      ),
  });

/** One of something, or a list of it; always a list afterwards. */
export function oneOrMore<Item extends z.ZodType>(item: Item, noun: string) {
  return z.union([item.transform((one) => [one]), z.array(item).min(1, phrase('is an empty list', `write ${noun}`))], {
    error: expected(noun),
  });
}

export const globs = oneOrMore(glob, 'a glob such as reports/*.xml, or a list of globs');

/** Environment variables; numbers and booleans are written as YAML reads them. */
export const environment = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable'),
    z.union([z.string(), z.number(), z.boolean()], { error: expected('text, a number, true or false') }).transform(String),
    { error: expected('a map of environment variables') },
  )
  .describe('Environment variables, added to the ones that the gate sets.');
