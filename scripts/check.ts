import { styleText } from 'node:util';

import { interruption, runNode } from './process.ts';
import type { Ended } from './process.ts';

// `npm run check`: everything that can be said without running the code. All at once; each says how to repair it.

interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly repair: string;
}

const CHECKS: readonly Check[] = [
  { name: 'format', program: 'node_modules/.bin/oxfmt', args: ['--check'], repair: 'npm run format' },
  {
    name: 'lint',
    program: 'node_modules/.bin/oxlint',
    args: ['--deny-warnings'],
    repair: 'do what the messages say (npx oxlint --fix does the mechanical ones)',
  },
  { name: 'types', program: 'node_modules/.bin/tsc', args: ['--noEmit', '--pretty', 'false'], repair: 'repair the types' },
  { name: 'generated', program: 'scripts/generate.ts', args: ['--check'], repair: 'npm run generate' },
  { name: 'dead code', program: 'node_modules/.bin/knip', args: ['--no-progress'], repair: 'remove what nothing uses (npx knip --fix)' },
  {
    name: 'dead code in production',
    program: 'node_modules/.bin/knip',
    args: ['--no-progress', '--production', '--strict'],
    repair: 'remove what only tests use, or move it to tests/',
  },
  { name: 'dist', program: 'scripts/build.ts', args: ['--check'], repair: 'npm run build' },
];

if (import.meta.main) process.exitCode = (await runChecks(interruption())).failed > 0 ? 1 : 0;

/** Runs every check, printing each as it ends and the repairs last. */
export async function runChecks(signal: AbortSignal): Promise<{ readonly passed: number; readonly failed: number }> {
  const results = await Promise.all(
    CHECKS.map(async (check) => {
      const ended = await runNode(check.program, check.args, { signal });
      console.log(line(check, ended));
      return { check, ok: ended.code === 0 };
    }),
  );
  const failed = results.filter(({ ok }) => !ok).map(({ check }) => check);
  if (failed.length > 0) {
    console.log(`\n${styleText(['red', 'bold'], `check failed: ${failed.map(({ name }) => name).join(', ')}`)}`);
    for (const { name, repair } of failed) console.log(`  ${name}: ${repair}`);
  }
  return { passed: results.length - failed.length, failed: failed.length };
}

function line({ name }: Check, { code, output, durationMs }: Ended): string {
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  if (code === 0) return `${styleText('green', '✓')} ${name} ${styleText('dim', time)}`;
  const indented = output
    .trimEnd()
    .split('\n')
    .map((text) => `    ${text}`)
    .join('\n');
  return `${styleText('red', '✗')} ${name} ${styleText('dim', time)}\n${indented}`;
}
