import { cut, oneLine } from '../../lib/text.ts';
import type { AnsweredCase } from '../../model/evaluation.ts';

/** What became of one case. */
export interface Scored {
  readonly name: string;
  readonly right: boolean;
  readonly measured: string;
  readonly expected: string;
}

const SHOWN = 120;

/** A value in one short line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return cut(oneLine(typeof value === 'string' ? value : JSON.stringify(value)) || '(empty)', SHOWN);
}

/** A case whose steps went wrong is not right, whatever it answered. */
export function missed({ name, miss }: AnsweredCase): Scored | undefined {
  if (miss === undefined) return undefined;
  return { name, right: false, measured: `${miss.step}: ${miss.what} ${miss.measured}`, expected: miss.expected };
}

/** A number, or text that is one. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}

/** One thing or a list of things, as texts. */
export function textsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item: unknown) => (typeof item === 'string' ? item : JSON.stringify(item)));
}
