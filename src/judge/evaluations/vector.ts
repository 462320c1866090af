import type { AnsweredCase, Score } from '../../model/evaluation.ts';
import { shown, type Scored } from './answered.ts';

/** Single precision, and models that answer a little differently on another processor. */
const NORM_TOLERANCE = 0.01;
const LEAST_COSINE = 0.9999;

/** An embedding: numbers, of the right length, not all nought, and the same when it is asked for again. */
export function asVector(
  { vector, length, normalized }: Extract<Score, { kind: 'embedding' }>,
  { captured }: AnsweredCase,
  again: AnsweredCase | undefined,
): Omit<Scored, 'name'> {
  const expected = [
    length === undefined ? 'a vector of numbers' : `${length} numbers`,
    ...(normalized ? ['of length 1'] : []),
    'the same when asked again',
  ].join(', ');
  const bad = (measured: string) => ({ right: false, measured, expected });
  const numbers = numbersOf(captured[vector]);
  if (numbers === undefined) return bad(`no vector of finite numbers: ${shown(captured[vector])}`);
  if (length !== undefined && numbers.length !== length) return bad(`${numbers.length} numbers`);
  const norm = Math.hypot(...numbers);
  if (norm === 0) return bad('nothing but noughts');
  if (normalized && Math.abs(norm - 1) > NORM_TOLERANCE) return bad(`a length of ${norm.toPrecision(4)}`);
  const second = numbersOf(again?.captured[vector]);
  if (second === undefined) return bad(`asked again: no vector (${shown(again?.miss?.measured ?? again?.captured[vector])})`);
  const cosine = cosineOf(numbers, second);
  if (cosine < LEAST_COSINE) return bad(`asked again: another vector, cosine ${cosine.toPrecision(4)}`);
  return { right: true, measured: `${numbers.length} numbers, length ${norm.toPrecision(4)}`, expected };
}

function numbersOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((item): item is number => typeof item === 'number' && Number.isFinite(item)) ? value : undefined;
}

function cosineOf(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return 0;
  const dot = one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
  return dot / (Math.hypot(...one) * Math.hypot(...other));
}
