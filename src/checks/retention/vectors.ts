import { randomOf } from '../../lib/random.ts';

/** Two vectors of length 1 whose cosine is this; seeded, and far from whatever else is stored, as random directions are. */
export function pairOf({
  size,
  cosine,
  seed,
}: {
  readonly size: number;
  readonly cosine: number;
  readonly seed: number;
}): [number[], number[]] {
  const random = randomOf(seed);
  const draw = (): number[] => unit(Array.from({ length: size }, () => gauss(random)));
  const first = draw();
  const other = draw();
  // What is left of another direction without its share of the first stands at a right angle to it.
  const share = dot(first, other);
  const aside = unit(other.map((value, index) => value - share * (first[index] ?? 0)));
  const sine = Math.sqrt(1 - cosine * cosine);
  return [first, first.map((value, index) => cosine * value + sine * (aside[index] ?? 0))];
}

function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function unit(vector: readonly number[]): number[] {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}
