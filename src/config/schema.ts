import { z } from 'zod';

import { checks } from '../checks/registry.ts';
import type { CheckPlugin } from '../checks/contract.ts';
import type { FaultPlugin } from '../faults/contract.ts';
import { faults } from '../faults/registry.ts';
import type { StepPlugin } from '../journeys/contract.ts';
import { stepKinds } from '../journeys/registry.ts';
import { PriorityRule } from '../model/plan.ts';
import { Budget, StageName } from '../model/stage.ts';
import type { Sink } from '../sinks/contract.ts';
import { sinks } from '../sinks/registry.ts';
import type { StackPlugin } from '../stacks/contract.ts';
import { stacks } from '../stacks/registry.ts';
import { api, checkOptions, clients } from './api.ts';
import { evaluations } from './evaluations.ts';
import { experiments } from './experiments.ts';
import { expected, phrase } from './explain.ts';
import { glob, oneOrMore, text, wholeNumber } from './fields.ts';
import { journeys, stepList } from './journeys.ts';
import { loads } from './loads.ts';
import { release } from './release.ts';
import { stack } from './stack.ts';
import { stages } from './stages.ts';
import { environments, targets } from './targets.ts';
import { WAIVERS_PATH } from './waivers.ts';

/** What can stand in a configuration beside the house's own words. */
export interface Plugins {
  readonly stacks: readonly StackPlugin[];
  readonly stepKinds: readonly StepPlugin[];
  readonly faults: readonly FaultPlugin[];
  readonly checks: readonly CheckPlugin[];
  readonly sinks: readonly Sink[];
}

/** Every plugin of this version. */
export const PLUGINS: Plugins = { stacks, stepKinds, faults, checks, sinks };

const words = oneOrMore(text, 'a word, or a list of words');

/** Words alone only fill the matrix; with stages, an empty cell is a finding. */
const component = z.union(
  [
    words.transform((match) => ({ match })),
    z.strictObject({
      match: words.default([]).describe('Words that name it in tests and services, or globs of its test files.'),
      stages: oneOrMore(StageName, 'a list of stages').describe('Stages in which it must be tested.'),
    }),
  ],
  { error: expected('a word, a list of words, or {match: …, stages: […]}') },
);

const pattern = text.refine(isPattern, {
  error: (issue) =>
    phrase(`cannot be "${String(issue.input)}": that is no regular expression`, 'write a JavaScript regular expression without slashes'),
});

const policy = z.strictObject({
  block: z
    .array(PriorityRule)
    .default(['P0', 'new P1'])
    .describe('Which findings block: priorities, or `new` priorities for findings that the base branch does not have.'),
});

const waiversPath = z
  .string({
    error: expected('the path of the file with the waivers (they are read from the base branch, so that a change cannot waive itself)'),
  })
  .pipe(glob);

const claimsPath = z.string({ error: expected('the path of a file with claims, such as claims.yml') }).pipe(glob);

const report = z.strictObject({ sinks: z.array(text).optional().describe('Which reports to write; all of them without it.') });

/** The whole of `gauntlet.yml`, for the plugins that are there. */
export function configSchema({ stacks: stackKinds, stepKinds: kinds, faults: faultKinds, checks: known }: Plugins) {
  const steps = stepList(kinds);
  return z.strictObject(
    {
      $schema: z.string().optional().describe('Where an editor finds the JSON schema of this file; has no effect.'),
      version: z.literal(1).default(1).describe('Version of this format: 1.'),
      stack: stack(stackKinds).optional().describe('The system under test: how to bring it up, or where it runs.'),
      targets: targets.default({}).describe('Names for the places that journeys, loads and checks speak to.'),
      environments: environments.default({}).describe('Other sets of targets, selected by a stage with `environment:`.'),
      api: api.optional(),
      clients: clients.optional(),
      check_options: checkOptions(known).default({}),
      stages: stages.describe('What is done, stage by stage.'),
      journeys: journeys(steps).default({}).describe("Users' paths through the system, by name."),
      evaluations: evaluations(steps)
        .default({})
        .describe('Cases with what is right for each (searches, routes, golden answers, embeddings), asked of the running system.'),
      model: z
        .enum(['real', 'stub'], { error: expected('`real` or `stub`') })
        .optional()
        .describe('Whether a real language model answers behind the system, or a stub: what a stub answers clears no row about answers.'),
      loads: loads
        .default({})
        .describe('Loads of your own for `load_profile`, by name; one with the name of a built-in load takes its place.'),
      experiments: experiments(faultKinds).default({}).describe('Faults with what must hold during and after them, by name.'),
      budget: Budget.default('pr').describe(
        'How much time a run may take: pr (long stages are cut), nightly (as written) or release (as written, everything owed).',
      ),
      policy: policy.prefault({}).describe('Which findings block.'),
      waivers: waiversPath.default(WAIVERS_PATH).describe('The file with waivers; it is read from the base branch.'),
      release: release.prefault({}).describe('What a version owes beyond its stages before it goes out.'),
      claims: claimsPath.optional().describe('A file with the claims of reviews and documents, and what the outcomes of their tests mean.'),
      components: z
        .record(z.string().min(1), component, { error: expected('a map from components to words') })
        .optional()
        .describe(
          'Component → words that name it in tests and services, or globs of its test files, for the component × stage matrix; `{match: …, stages: […]}` also asks for tests in these stages.',
        ),
      redact: z
        .array(pattern, { error: expected('a list of regular expressions') })
        .default([])
        .describe('Further patterns (regular expressions) of secrets to remove from everything that is kept.'),
      seed: wholeNumber(0, 4_294_967_295).default(1).describe('Seeds everything random, so that a run can be repeated.'),
      report: report.prefault({}).describe('How the report is written.'),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? undefined : expected('a map of settings that begins with `version: 1`')(issue),
    },
  );
}

/** Everything that a configuration says, with defaults. */
export type Settings = z.output<ReturnType<typeof configSchema>>;

function isPattern(written: string): boolean {
  try {
    return new RegExp(written, 'g').source !== '';
  } catch {
    return false;
  }
}
