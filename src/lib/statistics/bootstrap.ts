/** Resamples that make the ends of an interval steady to a tenth of its width. */
const RESAMPLES = 500;

/**
 * The interval of a statistic, with 95 % confidence: its spread over samples that are drawn anew, with replacement, from each group on
 * its own (Efron, Tibshirani 1993, chapter 13: percentiles). `random` repeats it.
 */
export function bootstrapInterval<Item>(
  groups: readonly (readonly Item[])[],
  statistic: (items: readonly Item[]) => number,
  random: () => number,
): { readonly low: number; readonly high: number } {
  const values = Float64Array.from({ length: RESAMPLES }, () => statistic(drawnFrom(groups, random))).sort();
  const at = (part: number): number => values[Math.floor(part * (RESAMPLES - 1))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

function drawnFrom<Item>(groups: readonly (readonly Item[])[], random: () => number): Item[] {
  const drawn: Item[] = [];
  for (const group of groups)
    for (let left = group.length; left > 0; left -= 1) {
      const item = group[Math.floor(random() * group.length)];
      if (item !== undefined) drawn.push(item);
    }
  return drawn;
}
