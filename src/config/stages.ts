import { z } from 'zod';

import type { PlannedComparison } from '../model/comparison.ts';
import type { PlannedEffect } from '../model/effects.ts';
import type { PlannedLeaks } from '../model/leaks.ts';
import { limitField, type Limit } from '../model/limit.ts';
import type { CoverageGate } from '../model/plan.ts';
import { STAGES, StageName } from '../model/stage.ts';
import { parseThreshold, type Threshold } from '../model/threshold.ts';
import { type CommandSettings, coverage, LOAD_RESULTS, RACE, run } from './commands.ts';
import { expected, phrase } from './explain.ts';
import {
  CODE,
  defined,
  duration,
  durationLimit,
  environment,
  flag,
  glob,
  globs,
  NAME,
  NAME_RULE,
  oneOrMore,
  percentage,
  text,
  wholeNumber,
} from './fields.ts';
import { effects } from './effects.ts';
import { compare, leaks } from './performance.ts';
import { watch, type WatchSettings } from './watch.ts';

/** A stage as it was written: absent settings stay absent, so that the plan can tell a choice from a default. */
export interface StageSettings {
  readonly run?: readonly CommandSettings[];
  readonly results?: readonly string[];
  readonly loadResults?: readonly string[];
  readonly coverage?: CoverageGate;
  readonly race?: boolean;
  readonly mustPass?: readonly string[];
  readonly legs?: readonly string[];
  readonly parallel?: boolean;
  readonly failFast?: boolean;
  readonly retries?: number;
  readonly services?: 'all' | readonly string[];
  readonly timeoutMs?: number;
  readonly durationMs?: number;
  readonly environment?: string;
  readonly users?: 'synthetic' | 'none';
  readonly journeys?: readonly string[];
  readonly checks?: 'all' | readonly string[];
  readonly scenarios?: readonly string[];
  readonly successRate?: number;
  readonly thresholds: readonly Threshold[];
  readonly leaks?: readonly PlannedLeaks[];
  readonly compare?: PlannedComparison;
  readonly effects?: readonly PlannedEffect[];
  readonly watch?: WatchSettings;
  readonly evaluations?: readonly string[];
  readonly experiments?: readonly string[];
  readonly recovery?: Limit;
  readonly faultCoverage?: Limit;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A stage with its place in the file: `['stages', 0, 'unit']`. */
export interface StageEntry extends StageSettings {
  readonly name: StageName;
  readonly at: readonly (string | number)[];
}

const nameList = (noun: string) => oneOrMore(z.string({ error: expected('a name') }).regex(NAME, NAME_RULE), noun);

const threshold = oneOrMore(text, 'a threshold such as p(99) < 100ms, or a list of thresholds');

const thresholds = z
  .record(z.string().min(1), threshold, { error: expected('a map from metrics to thresholds, such as chat.latency: p(99) < 100ms') })
  .transform((written, context): Threshold[] =>
    Object.entries(written).flatMap(([metric, texts]) =>
      texts.flatMap((entry) => {
        const parsed = parseThreshold(metric, entry);
        if (!('error' in parsed)) return [parsed];
        const [what = '', repair] = parsed.error.split(/: (?=write )/);
        context.addIssue({ code: 'custom', message: phrase(`is no threshold: ${what}`, repair ?? 'write p(99) < 100ms'), path: [metric] });
        return [];
      }),
    ),
  );

const legs = z.union(
  [
    wholeNumber(2, 256).transform((count) => Array.from({ length: count }, (_, index) => String(index + 1))),
    z.array(z.string({ error: expected('a name') }).regex(NAME, NAME_RULE)).min(2, phrase('names fewer than two legs', 'leave it out')),
  ],
  { error: expected('a number of legs, or a list of their names') },
);

const stage = z
  .strictObject({
    run: run.optional().describe('What to run: a line for the shell, a program with its arguments as a list, or a list of commands.'),
    results: globs
      .optional()
      .describe('Test reports that the command writes (JUnit XML, go test -json, CTRF, …), as globs from the repository root.'),
    load_results: globs.optional().describe(LOAD_RESULTS),
    coverage: coverage.optional().describe('What the coverage must reach: a percentage, or a map such as {min: 90%, changed: 85%}.'),
    must_pass: oneOrMore(text, 'text that the name of a test contains, or a list of such texts')
      .optional()
      .describe(
        'Mission-critical tests: text that their file, class or name contains (`*` stands for anything). Each must match tests that ran, none skipped.',
      ),
    legs: legs
      .optional()
      .describe(
        'How many legs of a matrix run this stage, each its part (`--leg 1`, `--leg 2`, …), or their names. When they are judged together, a leg that never arrived blocks.',
      ),
    race: flag.optional().describe(RACE),
    parallel: flag.optional().describe('Run the commands and journeys of this stage at the same time.'),
    fail_fast: flag
      .optional()
      .describe('Stop the stage at its first failure, and start no later stage. What is not run is reported as not looked at.'),
    retries: wholeNumber(0, 10).optional().describe('Further attempts after a failed one. What passes only then is flaky, and shown.'),
    services: z
      .union([z.literal('all'), nameList('a list of services')], { error: expected('`all`, or a list of services') })
      .optional()
      .describe('Services that must be up for this stage, with their dependencies.'),
    timeout: duration.optional().describe('The stage is stopped after this time.'),
    duration: duration.optional().describe('How long the stage is meant to run; a budget may grant less.'),
    environment: z
      .string({ error: expected('the name of an environment') })
      .regex(NAME, NAME_RULE)
      .optional()
      .describe('Which set of targets this stage speaks to: a name below `environments`.'),
    users: z.enum(['synthetic', 'none']).optional().describe('`synthetic` makes an identity for every user of a journey.'),
    journeys: nameList('a list of journeys').optional().describe('Journeys to run, by their names.'),
    checks: z
      .union(
        [
          z.literal('all'),
          oneOrMore(z.string({ error: expected('a code') }).regex(CODE, { error: ({ input }) => notACode(input) }), 'a list of codes'),
        ],
        { error: expected('`all`, or a list of codes such as DB-11') },
      )
      .optional()
      .describe(
        'Checks of the catalogue to look at: their codes, or `all`. An `audit` that names nothing to do looks at all that need no running stack.',
      ),
    load_profile: oneOrMore(text, 'the name of a load, such as standard, or a list of names')
      .optional()
      .describe(
        'Load to put on the system: `standard` (steady, peak, burst and sustained) or some of these, ramp, spike, closed, step (to the knee), and names below `loads`.',
      ),
    success_rate: percentage.optional().describe('Share of requests that must succeed.'),
    thresholds: thresholds.optional().describe('Metric → what its samples must keep.'),
    leaks: leaks
      .optional()
      .describe('Journeys that are walked in rounds to see what piles up: memory, descriptors, threads (docs/leaks.md).'),
    effects: effects
      .optional()
      .describe(
        'What walks do to the system: counters that lose nothing, ids that are unique, limits that refuse, what is given back (docs/effects.md).',
      ),
    compare: compare
      .optional()
      .describe(
        'Journeys that are walked on the base branch and on this one, side by side, to see what became slower (docs/regressions.md).',
      ),
    watch: watch.optional().describe('Watch what was deployed while the stage works: health paths, its log, and alerts (docs/smoke.md).'),
    evaluations: nameList('a list of evaluations').optional().describe('Evaluations to do: names below `evaluations`.'),
    experiments: nameList('a list of experiments')
      .optional()
      .describe('Experiments to do: names below `experiments`, or the families network, service and state.'),
    recovery_time: durationLimit.optional().describe('Time after which the system must be itself again, such as < 5m.'),
    fault_coverage: limitField('>=', ['ratio'])
      .optional()
      .describe('Share of the services that others depend on which an experiment must have been done to, such as >= 80%.'),
    env: environment.optional(),
    cwd: glob.optional().describe('Folder to run the commands in, from the repository root.'),
  })
  .transform(
    ({
      fail_fast,
      timeout,
      duration: asked,
      load_profile,
      load_results,
      success_rate,
      recovery_time,
      fault_coverage,
      env,
      must_pass,
      thresholds: limits,
      ...rest
    }): StageSettings => ({
      ...defined({
        mustPass: must_pass,
        failFast: fail_fast,
        timeoutMs: timeout,
        durationMs: asked,
        scenarios: load_profile,
        loadResults: load_results,
        successRate: success_rate,
        recovery: recovery_time,
        faultCoverage: fault_coverage,
        ...rest,
      }),
      thresholds: limits ?? [],
      env: env ?? {},
    }),
  );

/** `- unit:` with nothing behind it is a stage with nothing to do, which ends `unknown`. */
const settings = stage
  .nullable()
  .transform((written): StageSettings => written ?? { thresholds: [], env: {} })
  .meta({ id: 'Stage', description: 'The settings of a stage.' });

const DESCRIPTIONS: Record<StageName, string> = {
  audit: 'Static and live checks of the catalogue.',
  unit: 'Unit tests.',
  integration: 'Tests against real services.',
  e2e: 'Journeys and end-to-end tests.',
  performance: 'Load, with thresholds.',
  chaos: 'Experiments: faults, and what must hold during and after them.',
  smoke: 'What is tried after a deployment.',
};

const stageMap = z.strictObject(
  Object.fromEntries(STAGES.map((name) => [name, settings.optional().describe(DESCRIPTIONS[name])])) as unknown as Record<
    StageName,
    z.ZodOptional<typeof settings>
  >,
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? undefined : expected(`a stage with its settings, such as \`unit: {run: npm test}\``)(issue),
  },
);

const single = stageMap.refine((written) => Object.keys(written).length === 1, {
  error: phrase('must hold exactly one stage', 'begin every stage with its own `- `'),
  when: ({ issues }) => issues.length === 0,
});

/** The stages: a list of single-key maps as in the mission, or one map. */
export const stages = z
  .union([z.array(single).min(1, phrase('is an empty list', 'write at least one stage: `- unit: {run: npm test}`')), stageMap], {
    error: expected('a list of stages, such as `- unit: {run: npm test}`'),
  })
  .transform((written, context) => {
    if (context.issues.length > 0) return z.NEVER;
    const entries = Array.isArray(written)
      ? written.flatMap((entry, index) => entriesOf(entry, ['stages', index]))
      : entriesOf(written, ['stages']);
    if (entries.length === 0)
      context.addIssue({ code: 'custom', message: phrase('holds no stage', 'write at least one: `unit: {run: npm test}`') });
    for (const entry of entries) {
      if (entries.find((other) => other.name === entry.name) !== entry)
        context.addIssue({
          code: 'custom',
          message: phrase('is a stage that was written before', 'put everything of one stage in one place'),
          path: entry.at.slice(1),
        });
    }
    return entries;
  });

function entriesOf(written: Partial<Record<StageName, StageSettings | undefined>>, at: readonly (string | number)[]): StageEntry[] {
  return Object.entries(written).flatMap(([name, value]) => (value ? [{ ...value, name: StageName.parse(name), at: [...at, name] }] : []));
}

/** `cfg-1` was meant as CFG-01. */
function notACode(written: unknown): string {
  const [, family, number] = /^([A-Za-z]{2,4})[-_]?(\d{1,2})$/.exec(String(written)) ?? [];
  const meant = family === undefined ? undefined : `${family.toUpperCase()}-${(number ?? '').padStart(2, '0')}`;
  const what = 'is not the code of a check, such as DB-11';
  return meant === undefined ? what : phrase(what, `did you mean \`${meant}\`?`);
}
