import { z } from 'zod';

import { formatDuration, formatRatio, formatSize, parseDuration, parsePercentage, parseSize } from './units.ts';

/**
 * A limit on one number, as users write it:
 *
 *     limit      = [ comparator ] value ;
 *     comparator = "<" | "<=" | ">" | ">=" | "==" ;
 *     value      = percentage | duration | size | number ;
 *
 * `< 5m`, `<= 20`, `>= 99%`, `2GB`. Without a comparator the field's own default applies.
 */
export const LimitUnit = z.enum(['ratio', 'milliseconds', 'bytes', 'count']);
export type LimitUnit = z.output<typeof LimitUnit>;

export const Comparator = z.enum(['<', '<=', '>', '>=', '==']);
export type Comparator = z.output<typeof Comparator>;

export const Limit = z.object({ op: Comparator, value: z.number(), unit: LimitUnit });
export type Limit = z.output<typeof Limit>;

const LIMIT = /^\s*(<=|>=|==|<|>)?\s*(.+?)\s*$/;

/** Reads a limit; `undefined` when the text is none. `fallback` is the comparator when the text names none. */
export function parseLimit(text: string, fallback: Comparator): Limit | undefined {
  const match = LIMIT.exec(text);
  if (!match) return undefined;
  const value = parseValue(match[2] ?? '');
  return value && { op: (match[1] as Comparator | undefined) ?? fallback, ...value };
}

/** Does the measured value (in the limit's own base unit) keep the limit? */
export function keeps(measured: number, { op, value }: Limit): boolean {
  switch (op) {
    case '<':
      return measured < value;
    case '<=':
      return measured <= value;
    case '>':
      return measured > value;
    case '>=':
      return measured >= value;
    case '==':
      return measured === value;
  }
}

/** `< 100 ms`, `>= 99 %`: a limit as a person reads it. */
export function formatLimit({ op, value, unit }: Limit): string {
  return `${op} ${formatQuantity(value, unit)}`;
}

/** A number of a base unit as a person reads it. */
export function formatQuantity(value: number, unit: LimitUnit): string {
  switch (unit) {
    case 'ratio':
      return formatRatio(value);
    case 'milliseconds':
      return formatDuration(value);
    case 'bytes':
      return formatSize(value);
    case 'count':
      return String(value);
  }
}

/** The config field for a limit with a default comparator, of the given units. */
export function limitField(fallback: Comparator, units: readonly LimitUnit[]) {
  return z
    .union([z.string(), z.number().transform(String)])
    .transform((text, context) => {
      const limit = parseLimit(text, fallback);
      if (limit && units.includes(limit.unit)) return limit;
      context.addIssue({ code: 'custom', message: limitHint(text, units) });
      return z.NEVER;
    })
    .meta({ description: `a limit: ${units.map((unit) => EXAMPLES[unit]).join(' or ')}` });
}

const EXAMPLES: Record<LimitUnit, string> = { ratio: '>= 99%', milliseconds: '< 5m', bytes: '< 2GB', count: '<= 20' };

function limitHint(text: string, units: readonly LimitUnit[]): string {
  return `"${text}" is not a limit here: write something like ${units.map((unit) => EXAMPLES[unit]).join(' or ')}`;
}

function parseValue(text: string): { value: number; unit: LimitUnit } | undefined {
  const ratio = parsePercentage(text);
  if (ratio !== undefined) return { value: ratio, unit: 'ratio' };
  const ms = parseDuration(text);
  if (ms !== undefined) return { value: ms, unit: 'milliseconds' };
  const bytes = parseSize(text);
  if (bytes !== undefined) return { value: bytes, unit: 'bytes' };
  return /^\d+(\.\d+)?$/.test(text) ? { value: Number(text), unit: 'count' } : undefined;
}
