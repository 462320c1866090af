import { spawnSync } from 'node:child_process';

import { benchChaosKills } from './chaos-kills.ts';
import { benchChaosMatrix } from './chaos-matrix.ts';
import { benchTenExperiments } from './chaos-ten.ts';
import { benchChaosTiming } from './chaos-timing.ts';

type Stack = 'process' | 'compose';

/** Milliseconds of the outages that recovery is measured against. */
const OUTAGES_MS = [500, 2_000, 10_000, 30_000] as const;

/**
 * `npm run bench -- chaos [ten|timing|kills|matrix] [process] [compose] [numbers]`; `ten` and every stack that this machine has, unless said.
 * - `ten`: ten experiments with the budget of a pull request, and what of each is neither steady window, fault nor recovery;
 * - `timing 500 2000`: measured recovery against outages of so many milliseconds, and lost writes against those that were lost;
 * - `kills 50 7`: `kill -9` of the gate at so many random moments (and a seed), and what is left behind;
 * - `matrix --rounds 10`: every defect of the example is found by its rows, and the hardened system by none.
 */
export async function benchChaos(words: readonly string[]): Promise<void> {
  const stacks = stacksOf(words);
  const numbers = words.filter((_, index) => words[index - 1] !== '--rounds').map(Number);
  const given = numbers.filter((one) => one > 0);
  if (words.includes('timing')) return benchChaosTiming(stacks, given.length === 0 ? OUTAGES_MS : given);
  if (words.includes('kills')) return void (await benchChaosKills(given[0] ?? 50, given[1] ?? 7));
  if (words.includes('matrix')) return benchChaosMatrix(stacks, Number(words[words.indexOf('--rounds') + 1]) || 1);
  for (const stack of stacks) await benchTenExperiments(stack);
}

function stacksOf(words: readonly string[]): readonly Stack[] {
  const named = (['process', 'compose'] as const).filter((stack) => words.includes(stack));
  if (named.length > 0) return named;
  if (spawnSync('docker', ['compose', 'version']).status === 0) return ['process', 'compose'];
  process.stdout.write('chaos on Compose: not measured, there is no docker compose here\n');
  return ['process'];
}
