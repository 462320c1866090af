import { z } from 'zod';

import type { Command, CoverageGate } from '../model/plan.ts';
import { expected, phrase } from './explain.ts';
import { defined, environment, flag, glob, globs, NAME, NAME_RULE, percentage, text } from './fields.ts';

/** One command of a stage as it was written, with defaults not yet filled in. */
export interface CommandSettings {
  readonly name: string;
  readonly command: Command;
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly results?: readonly string[];
  readonly loadResults?: readonly string[];
  readonly coverage?: CoverageGate;
  readonly race?: boolean;
}

/** Where coverage reports usually are: looked at when a stage asks for coverage and names no files. */
export const COVERAGE_FILES: readonly string[] = [
  'coverage/lcov.info',
  'lcov.info',
  'coverage.lcov',
  'coverage/cobertura-coverage.xml',
  'coverage.xml',
  'coverage.cobertura.xml',
  'coverage.opencover.xml',
  'coverage/coverage-final.json',
  'coverage/clover.xml',
  'clover.xml',
  'build/logs/clover.xml',
  'coverage/.resultset.json',
  'target/site/jacoco/jacoco.xml',
  'build/reports/jacoco/test/jacocoTestReport.xml',
  'coverage.out',
  'cover.out',
];

const coverageDrop = z.union(
  [
    percentage.transform((total) => ({ total })),
    z
      .strictObject({
        total: percentage.optional().describe('Percentage points that the total may fall.'),
        files: percentage.optional().describe('Percentage points that any single file may fall.'),
      })
      .transform((limits) => defined(limits)),
  ],
  { error: expected('a percentage such as 0.5%, or a map with total and files') },
);

const coverageMap = z
  .strictObject({
    min: percentage.optional().describe('Lines that the tests must run, of all lines in the report.'),
    files: globs.optional().describe('Coverage reports (lcov, Cobertura, Go coverprofile), as globs from the repository root.'),
    packages: percentage.optional().describe('Lines that the tests must run in every single package (folder).'),
    changed: percentage.optional().describe('Lines that the tests must run, of the lines that the change touches.'),
    branches: percentage.optional().describe('Branches that the tests must take, of all branches in the report.'),
    functions: percentage.optional().describe('Functions that the tests must call, of all functions in the report.'),
    drop: coverageDrop
      .optional()
      .describe('How many percentage points coverage may fall against the base branch: 0.5%, or a map with total and files.'),
    include: globs.optional().describe('Which files are source, as globs: those that no test loads then count as uncovered.'),
    exclude: globs.optional().describe('Source files that need no test, as globs (generated code, entry points).'),
    critical: z
      .record(glob, percentage, { error: expected('a map from globs to percentages, such as "src/auth/**": 100%') })
      .optional()
      .describe('Critical paths: a glob of source files, and what each matching file must reach.'),
  })
  .transform(({ min, files, critical, ...rest }): CoverageGate => ({
    files: files ?? [...COVERAGE_FILES],
    min: min ?? 0,
    ...defined(rest),
    critical: critical ?? {},
  }));

export const coverage = z.union(
  [percentage.transform((min): CoverageGate => ({ files: [...COVERAGE_FILES], min, critical: {} })), coverageMap],
  {
    error: expected('a percentage such as 90%, or a map such as {min: 90%, changed: 85%}'),
  },
);

const argv = z
  .array(z.string({ error: expected('text') }))
  .min(1, phrase('is an empty list', 'write the program and its arguments'))
  .refine(([program = '']) => !/\s/.test(program), {
    error: (issue) =>
      phrase(
        `begins with "${String((issue.input as unknown[])[0])}", which is a whole line and no program`,
        'write one line of text, or a list of commands: `- {run: …}` for each',
      ),
  });

/** A shell line of blanks or comments exits with 0 and has done nothing. */
const line = text
  .refine(
    (written) => written === '' || written.split('\n').some((one) => /^\s*[^\s#]/.test(one)),
    phrase('runs nothing', 'write the command'),
  )
  .transform((written): Command => ({ type: 'shell', line: written }));
const oneCommand = z.union([line, argv.transform((written): Command => ({ type: 'argv', argv: written }))], {
  error: expected('a line for the shell, or a program with its arguments as a list'),
});

export const LOAD_RESULTS =
  'Results of a load that the command makes with another tool (k6, Artillery, autocannon, Locust, JMeter, Gatling), as globs from the repository root.';

export const RACE =
  'The tests must run under a race detector, and it must be shown that they did. Known by itself where the command says `-race`.';

const commandObject = z
  .strictObject({
    name: z
      .string({ error: expected('text') })
      .regex(NAME, NAME_RULE)
      .optional()
      .describe('Name of the command in reports; unique in its stage.'),
    run: oneCommand.describe('A line for the shell, or a program with its arguments as a list.'),
    cwd: glob.optional().describe('Folder to run it in, from the repository root.'),
    env: environment.optional(),
    results: globs
      .optional()
      .describe('Test reports that this command writes (JUnit XML, go test -json, CTRF, …), as globs from the repository root.'),
    load_results: globs.optional().describe(LOAD_RESULTS),
    coverage: coverage.optional().describe('What the coverage of this command must reach: a percentage, or a map.'),
    race: flag.optional().describe(RACE),
  })
  .transform(({ name, run, cwd, env, results, load_results, coverage: gate, race }) => ({
    ...defined({ name, cwd, results, loadResults: load_results, coverage: gate, race }),
    command: run,
    env: env ?? {},
  }));

/** Everything that `run:` can be: one line, one argument list, or several commands. */
export const run = z
  .union(
    [
      line.transform((command) => [{ command, env: {} }]),
      argv.transform((written) => [{ command: { type: 'argv' as const, argv: written }, env: {} }]),
      z.array(commandObject, { error: expected('a list') }).min(1, phrase('is an empty list', 'write at least one command')),
    ],
    { error: expected('a line for the shell, a program with its arguments as a list, or a list of commands') },
  )
  .transform((commands: readonly Omit<CommandSettings, 'name'>[]): CommandSettings[] =>
    commands.map((command, index) => ({ name: commands.length === 1 ? 'main' : `command-${index + 1}`, ...command })),
  );
