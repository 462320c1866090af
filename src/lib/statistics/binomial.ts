/*
 * The binomial distribution, to full precision up to ten million trials: in logarithms through factorials, eight digits would be left.
 * The densities are Loader's (https://www.r-project.org/doc/reports/CLoader-dbinom-2002.pdf), the tails their sums.
 */

/** P(X <= k) of `n` trials that each hit with the chance `p`. */
export function binomialUpTo(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return k < n * p ? sumOf(k, -1, { n, p }) : 1 - sumOf(k + 1, 1, { n, p });
}

/** P(X >= k) of `n` trials that each hit with the chance `p`. */
export function binomialFrom(k: number, n: number, p: number): number {
  return binomialUpTo(n - k, n, 1 - p);
}

interface Trials {
  readonly n: number;
  readonly p: number;
}

/** The densities from `k` on in one direction, away from the mode: each is smaller than the one before it. */
function sumOf(k: number, step: 1 | -1, { n, p }: Trials): number {
  let term = density(k, { n, p });
  let sum = 0;
  for (let at = k; at >= 0 && at <= n && term > sum * Number.EPSILON; at += step) {
    sum += term;
    term *= step === 1 ? ((n - at) / (at + 1)) * (p / (1 - p)) : (at / (n - at + 1)) * ((1 - p) / p);
  }
  return Math.min(1, sum);
}

function density(k: number, { n, p }: Trials): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const exponent = stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * (1 - p));
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/** `x ln(x/m) + m - x`, without the cancellation that it has where both are near. */
function deviance(x: number, mean: number): number {
  if (Math.abs(x - mean) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = (x - mean) / (x + mean);
  let sum = (x - mean) * v;
  let power = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    power *= v * v;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/** By how much `ln n!` is more than Stirling's formula. */
function stirlingError(n: number): number {
  if (n < 16) {
    let logFactorial = 0;
    for (let factor = 2; factor <= n; factor += 1) logFactorial += Math.log(factor);
    return logFactorial - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI);
  }
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n;
}
