import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';

import { runChecks } from './check.ts';
import type { Counts } from './count-reporter.ts';
import { interruption, ROOT, run, runNode } from './process.ts';

// `npm test`: everything. `npm test -- unit` one part of it: check, unit, contract, e2e, stacks or alone.
// Counts go to .gauntlet-test/summary.json, which .ci/run reads; the folder itself is never deleted.

const PROJECTS = ['unit', 'contract', 'e2e', 'stacks', 'alone'];
const PARTS = ['check', ...PROJECTS];
const OUT = join(ROOT, '.gauntlet-test');
const SUMMARY = join(OUT, 'summary.json');

/** What the e2e tests need of the machine, and how to ask for it. */
const TOOLS = [
  { name: 'Docker', command: ['docker', 'version'], costs: 'the tests on real containers' },
  { name: 'Docker Compose', command: ['docker', 'compose', 'version'], costs: 'the tests on real stacks' },
  { name: 'act', command: ['act', '--version'], costs: 'the tests of the actions on a real runner' },
  { name: 'Chromium', command: ['chromium', '--version'], costs: 'the tests of the report in a real browser' },
] as const;

/** The counts of what did not run. */
const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0, reasons: {}, again: [] };

process.exitCode = await main(process.argv.slice(2));

async function main(asked: readonly string[]): Promise<number> {
  const unknown = asked.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    console.error(`npm test does not know ${unknown.join(', ')}: write ${PARTS.join(', ')}, or nothing for all`);
    return 3;
  }
  await mkdir(OUT, { recursive: true });
  await rm(SUMMARY, { force: true });
  const signal = interruption();
  const parts = new Map<string, Counts>();
  for (const part of PARTS.filter((name) => asked.length === 0 || asked.includes(name))) {
    if (signal.aborted) break;
    console.log(`\n${styleText('bold', `━━ ${part}`)}`);
    const checked = parts.has('check');
    parts.set(part, part === 'check' ? { ...NOTHING, ...(await runChecks(signal)) } : await runProject(part, { checked, signal }));
  }
  if (signal.aborted) {
    console.error('\nInterrupted: nothing was counted.');
    return 4;
  }
  if (['e2e', 'stacks', 'alone'].some((part) => parts.has(part))) parts.set('machine', await lookAtMachine());
  return await report(parts);
}

/**
 * One vitest project. A run without tests, or without an answer, is a failure. After a check, which holds dist/ against the source, the
 * program under test is what ships.
 */
async function runProject(
  project: string,
  { checked, signal }: { readonly checked: boolean; readonly signal: AbortSignal },
): Promise<Counts> {
  const file = join(OUT, `${project}.counts.json`);
  await rm(file, { force: true });
  const reporters = [
    '--reporter=default',
    '--reporter=./scripts/count-reporter.ts',
    '--reporter=json',
    `--outputFile.json=${join(OUT, `${project}.json`)}`,
  ];
  const { code } = await runNode('node_modules/vitest/vitest.mjs', ['run', '--project', project, ...reporters], {
    signal,
    output: 'show',
    env: { GAUNTLET_TEST_COUNTS: file, ...(checked ? { GAUNTLET_TEST_PROGRAM: 'dist/cli.js' } : {}) },
  });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const counts = text === undefined ? { ...NOTHING, failed: 1 } : (JSON.parse(text) as Counts);
  if (counts.passed + counts.failed + counts.skipped === 0) console.error(`${project}: no tests were found, which is a failure`);
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** A tool that is not there costs tests: a failure in CI, told elsewhere. */
async function lookAtMachine(): Promise<Counts> {
  const counts: Counts = { ...NOTHING, reasons: {} };
  for (const { name, command, costs } of TOOLS) {
    const [program, ...args] = command;
    const { code } = await run(program, args, { signal: AbortSignal.timeout(20_000) });
    if (code === 0) continue;
    counts.reasons[`${name} is missing: ${costs}`] = 0;
    if (inCI()) counts.failed += 1;
  }
  return counts;
}

async function report(parts: ReadonlyMap<string, Counts>): Promise<number> {
  const all = [...parts.values()];
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => all.reduce((total, counts) => total + counts[key], 0);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  console.log('');
  for (const [part, counts] of parts) if (part !== 'machine') console.log(`${part.padEnd(10)}${say(counts)}`);
  const reasons = [...parts].flatMap(([part, counts]) =>
    Object.entries(counts.reasons).map(([reason, tests]) => ({ part, reason, tests })),
  );
  if (reasons.length > 0) shout(reasons);
  sayAgain(all.flatMap(({ again }) => again));
  await writeFile(SUMMARY, `${JSON.stringify(total)}\n`);
  console.log(`\n${say(total)}`);
  return total.failed > 0 || total.passed === 0 || (inCI() && total.skipped > 0) ? 1 : 0;
}

function shout(reasons: readonly { readonly part: string; readonly reason: string; readonly tests: number }[]): void {
  const bar = '!'.repeat(80);
  const lines = reasons.map(({ part, reason, tests }) => `  ${part}: ${tests > 0 ? `${tests} × ` : ''}${reason}`);
  const verdict = inCI()
    ? 'In CI that is a failure: .ci/install sets the machine up.'
    : 'A green run without these is not the whole truth: .ci/install sets a machine up for all of it.';
  console.log(`\n${styleText(['yellow', 'bold'], [bar, 'NOT EVERYTHING RAN', ...lines, verdict, bar].join('\n'))}`);
}

/** A test that passes at a second try is flaky, or the machine was busy: it counts, and is told. */
function sayAgain(tests: readonly string[]): void {
  if (tests.length === 0) return;
  console.log(`\n${styleText(['yellow', 'bold'], `PASSED AT A SECOND TRY: ${tests.length}`)}`);
  for (const test of tests) console.log(`  ${test}`);
}

function say({ passed, failed, skipped }: Pick<Counts, 'passed' | 'failed' | 'skipped'>): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function inCI(): boolean {
  return process.env['CI'] === 'true';
}
