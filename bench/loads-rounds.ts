import { LEAK_DEFECTS, LOAD_DEFECTS, type Together } from '../tests/e2e/support/load-defects.ts';
import { chatAgent, codesOf, type Example } from '../tests/e2e/support/example.ts';

/** One question to the example: with these defects, exactly these rows. */
interface Case {
  readonly name: string;
  readonly defects: string;
  readonly codes: readonly string[];
  readonly exitCode: number;
  readonly args: readonly string[];
}

/**
 * The performance stage of the example again and again: the hardened system, which must stay silent, and each group of load defects,
 * each of which must be found by its own rows and nothing else; or the search for leaks instead. Prints every run as it ends, and a summary.
 */
export async function benchRounds(rounds: number, { leaks }: { leaks: boolean }): Promise<void> {
  await using example = await chatAgent();
  const cases = leaks ? [caseOf({ ...LEAK_DEFECTS, defects: {}, exitCode: 0 }), caseOf(LEAK_DEFECTS)] : casesOf();
  const right = new Map(cases.map(({ name }) => [name, 0]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const one of cases) {
      const from = performance.now();
      const seen = await ask(example, one);
      const expected = `${one.codes.join(' ') || 'nothing'}, exit ${one.exitCode}`;
      const ok = seen === expected;
      if (ok) right.set(one.name, (right.get(one.name) ?? 0) + 1);
      const seconds = ((performance.now() - from) / 1_000).toFixed(0);
      process.stdout.write(`round ${round}, ${one.name}: ${ok ? 'as expected' : `expected ${expected}; found`} ${seen} (${seconds} s)\n`);
    }
    const summary = [...right].map(([name, times]) => `${name} ${times}/${round}`).join('; ');
    process.stdout.write(`rounds: ${summary}\n`);
  }
}

function casesOf(): Case[] {
  return [caseOf({ defects: {}, exitCode: 0 }), ...LOAD_DEFECTS.map(caseOf)];
}

function caseOf({ defects, exitCode, nightly }: Together): Case {
  const names = Object.keys(defects).join(',');
  return {
    name: names || 'hardened',
    defects: names,
    codes: [...new Set(Object.values(defects).flat())].sort(),
    exitCode,
    args: nightly === undefined ? [] : ['--config', 'nightly.yml', '--only', nightly],
  };
}

async function ask(example: Example, { defects, args }: Case): Promise<string> {
  try {
    const { exitCode, report } = await example.gate({ stack: 'process', stages: 'performance', env: { DEFECTS: defects }, args });
    return `${codesOf(report).join(' ') || 'nothing'}, exit ${exitCode ?? 'none'}`;
  } catch (error) {
    return `no report: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`;
  }
}
