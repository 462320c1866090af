import { LOAD_DEFECTS } from '../tests/e2e/support/load-defects.ts';
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
 * each of which must be found by its own rows and nothing else. Prints every run as it ends, and a summary.
 */
export async function benchRounds(rounds: number, { long }: { long: boolean }): Promise<void> {
  await using example = await chatAgent();
  const cases = casesOf(long);
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

function casesOf(long: boolean): Case[] {
  const found = LOAD_DEFECTS.filter((together) => long || together.long !== true).map(({ defects, exitCode, nightly }): Case => {
    const names = Object.keys(defects).join(',');
    const codes = [...new Set(Object.values(defects).flat())].sort();
    return {
      name: names,
      defects: names,
      codes,
      exitCode,
      args: nightly === undefined ? [] : ['--config', 'nightly.yml', '--only', nightly],
    };
  });
  return [{ name: 'hardened', defects: '', codes: [], exitCode: 0, args: [] }, ...found];
}

async function ask(example: Example, { defects, args }: Case): Promise<string> {
  try {
    const { exitCode, report } = await example.gate({ stack: 'process', stages: 'performance', env: { DEFECTS: defects }, args });
    return `${codesOf(report).join(' ') || 'nothing'}, exit ${exitCode ?? 'none'}`;
  } catch (error) {
    return `no report: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`;
  }
}
