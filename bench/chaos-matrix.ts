import { CHAOS_DEFECTS, experimentsFor, foundBy, MORE_CHAOS_DEFECTS, type UnderFault } from '../tests/e2e/support/chaos-defects.ts';
import { chatAgent, codesOf, ownOf, type Example } from '../tests/e2e/support/example.ts';

type Stack = 'process' | 'compose';

const SETS: readonly UnderFault[] = [...CHAOS_DEFECTS, ...MORE_CHAOS_DEFECTS];

/**
 * The detection matrix of the example under faults, again and again: every defect is found by its rows, and the hardened system by none.
 * Fails the process when it does not hold.
 */
export async function benchChaosMatrix(stacks: readonly Stack[], rounds: number): Promise<void> {
  for (const stack of stacks) {
    let wrong = 0;
    for (let round = 1; round <= rounds; round += 1) wrong += await oneRound(stack, round);
    say(`${stack}: ${String(rounds)} rounds, ${String(wrong)} of ${String(rounds * (SETS.length + 1))} runs not as they should be`);
    if (wrong > 0) process.exitCode = 1;
  }
}

/** Resolves with the number of runs that did not show what they should. */
async function oneRound(stack: Stack, round: number): Promise<number> {
  await using example = await chatAgent();
  let wrong = await trial(example, { stack, round });
  for (const one of SETS) wrong += await trial(example, { stack, round, one });
  return wrong;
}

async function trial(example: Example, { stack, round, one }: { stack: Stack; round: number; one?: UnderFault }): Promise<number> {
  const names = Object.keys(one?.defects ?? {});
  const expected = [...new Set(Object.values(one?.defects ?? {}).flat())];
  const from = performance.now();
  const only = one === undefined ? [] : ['--only', experimentsFor(one)];
  const { report, exitCode } = await example.gate({
    stack,
    stages: 'chaos',
    env: { ...(names.length === 0 ? {} : { DEFECTS: names.join(',') }), ...one?.env },
    args: ['--config', 'chaos.yml', ...only],
  });
  const found = codesOf(report);
  const sure = foundBy(report);
  const missing = expected.filter((row) => !sure.includes(row));
  const good = one === undefined ? found.length === 0 && exitCode === 0 : missing.length === 0 && exitCode === 1;
  const seconds = ((performance.now() - from) / 1_000).toFixed(0);
  const told = missing.length > 0 ? `, missing ${missing.join(', ')}` : '';
  say(
    `${stack} ${String(round)} ${good ? 'ok ' : 'BAD'} ${names.join('+') || 'hardened'}: ${found.join(' ') || 'nothing found'}${told} (${seconds} s)`,
  );
  if (!good) for (const { code, subject, result } of ownOf(report)) say(`  ${code} ${subject}: ${JSON.stringify(result)}`);
  return good ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
