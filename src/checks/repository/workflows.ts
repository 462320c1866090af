import { z } from 'zod';

import type { GateStep, Workflow, WorkflowJob, WorkflowStart } from '../../model/deployment.ts';
import type { CheckContext } from '../contract.ts';
import { once, readTexts } from './files.ts';
import { parseYaml, type YamlDocument } from './yaml.ts';

const BOUNDS = { bytes: 300_000, files: 200 };
const FOLDER = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const MOST_JOBS = 300;

/** `<owner>/gauntlet@v1`, its judge, stage and release; not `stack` and `comment`, which decide nothing. */
const GATE_ACTION = /(?:^|\/)gauntlet(?:\/actions\/(?:judge|stage|release))?@/i;
const GATE_COMMAND = /(?:^|[\s;&|(])(?:[\w@./-]*\/)?gauntlet(?:@[\w.-]+)?\s+(?:run|judge|stage|release)\b/;
const SWALLOWED = /\|\|\s*(?:true|:|exit\s+0|echo\b[^\n&|]*)\s*$/;
const DEPLOYS = /(?:^|[^a-z])(?:deploy(?:ment|s)?|rollout|ship|promote)(?:[^a-z]|$)/i;
/** Jobs that are called after a deployment and make none that users meet. */
const NO_DEPLOYMENT =
  /pages|preview|review|docs?\b|storybook|notif|roll-?back|undo|revert|clean|teardown|destroy|status|smoke|verif|check|plan\b|dry|lint/i;
/** Where the gate itself may want to look first. */
const NO_PRODUCTION = /stag(?:e|ing)|stg|\bqa\b|uat|test|dev(?!ops)|sandbox|ephemeral|\bpr-|local|canary|\bci$/i;
const PAGES = /actions\/deploy-pages|peaceiris\/actions-gh-pages|github-pages/i;

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const List = z.union([Text.transform((one) => [one]), z.array(Text)]).catch([]);
const Filter = z.looseObject({
  branches: List.optional(),
  'branches-ignore': List.optional(),
  tags: List.optional(),
  workflows: List.optional(),
});
const Step = z.looseObject({
  id: Text.optional().catch(undefined),
  uses: Text.optional().catch(undefined),
  run: Text.optional().catch(undefined),
  if: Text.optional().catch(undefined),
  'continue-on-error': Text.optional().catch(undefined),
});
const Job = z.looseObject({
  name: Text.optional().catch(undefined),
  needs: List.optional(),
  if: Text.optional().catch(undefined),
  uses: Text.optional().catch(undefined),
  environment: z
    .union([Text, z.looseObject({ name: Text }).transform(({ name }) => name)])
    .optional()
    .catch(undefined),
  'continue-on-error': Text.optional().catch(undefined),
  steps: z.array(Step).optional().catch(undefined),
});
const File = z.looseObject({ name: Text.optional().catch(undefined), on: z.unknown(), jobs: z.record(z.string(), z.unknown()) });

/** The workflows of GitHub Actions that git tracks, reduced to what decides what goes out; `unread` could not be looked at. */
export function workflows(context: CheckContext): Promise<{ readonly files: readonly Workflow[]; readonly unread: number }> {
  return once(context, 'workflows', async () => {
    const paths = (await context.tracked()).filter((path) => FOLDER.test(path));
    const { files, unread } = await readTexts(context, paths, BOUNDS);
    return { files: files.flatMap(({ path, text }) => readWorkflow(path, text)), unread };
  });
}

function readWorkflow(path: string, text: string): Workflow[] {
  const [document] = parseYaml(path, text).documents;
  const parsed = File.safeParse(document?.data);
  // What GitHub does not understand it does not run.
  if (document === undefined || !parsed.success) return [];
  const { name = path, on, jobs } = parsed.data;
  const entries = Object.entries(jobs).slice(0, MOST_JOBS);
  const piped = !/shell:\s*['"]?bash/.test(text);
  return [{ path, name, on: startsOf(on), jobs: entries.flatMap(([id, written]) => readJob({ document, piped }, id, written)) }];
}

function startsOf(on: unknown): WorkflowStart[] {
  const plain = (event: string): WorkflowStart => ({ event, branches: false, tags: false, names: [], workflows: [] });
  if (typeof on === 'string') return [plain(on)];
  if (Array.isArray(on)) return on.filter((one) => typeof one === 'string').map(plain);
  if (typeof on !== 'object' || on === null) return [];
  return Object.entries(on).map(([event, written]) => {
    const filter = Filter.safeParse(written).data;
    const branches = filter?.branches !== undefined || filter?.['branches-ignore'] !== undefined;
    return { event, branches, tags: filter?.tags !== undefined, names: filter?.branches ?? [], workflows: filter?.workflows ?? [] };
  });
}

function readJob({ document, piped }: { document: YamlDocument; piped: boolean }, id: string, written: unknown): WorkflowJob[] {
  const parsed = Job.safeParse(written);
  if (!parsed.success) return [];
  const { name = id, needs = [], if: condition, uses, environment, steps = [] } = parsed.data;
  const whole = JSON.stringify(written);
  const calls = uses === undefined ? undefined : /^\.\/(\.github\/workflows\/[^@]+)$/.exec(uses)?.[1];
  const softened = parsed.data['continue-on-error'];
  return [
    {
      id,
      name,
      line: document.line(['jobs', id]),
      needs,
      ...(condition === undefined ? {} : { condition }),
      ...(softened === 'true' ? { softened: 'continue-on-error: true' } : {}),
      ...(environment === undefined ? {} : { environment }),
      deploys: isDeployment({ id, name, condition, environment, whole }),
      ...(calls === undefined ? {} : { calls }),
      gates: steps.flatMap((step, index) => gateStep(step, { whole, piped, line: document.line(['jobs', id, 'steps', index]) })),
      readsNeeds: /needs\.|toJSON\(needs\)/i.test(JSON.stringify(steps)),
    },
  ];
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly condition: string | undefined;
  readonly environment: string | undefined;
  readonly whole: string;
}

function isDeployment({ id, name, condition, environment, whole }: Named): boolean {
  if (condition !== undefined && (/^\s*(?:\$\{\{\s*)?false\b/.test(condition) || isForFailures(condition))) return false;
  if (PAGES.test(whole)) return false;
  if ([id, name, environment ?? ''].some((word) => NO_DEPLOYMENT.test(word))) return false;
  if (environment !== undefined && !environment.includes('${{')) return !NO_PRODUCTION.test(environment);
  return [id, name].some((word) => DEPLOYS.test(word)) && ![id, name].some((word) => NO_PRODUCTION.test(word));
}

/** `if: failure()`: what goes back or tells somebody, when something else failed. */
function isForFailures(condition: string): boolean {
  return /(?<!!\s*)failure\(\)/.test(condition) && !/always\(\)|success\(\)/.test(condition);
}

interface Around {
  readonly whole: string;
  readonly line: number;
  /** A pipe ends as its last program does: the default shell of a step has no `pipefail`. */
  readonly piped: boolean;
}

function gateStep(step: z.output<typeof Step>, { whole, line, piped }: Around): GateStep[] {
  const { id, uses = '', run = '', if: condition } = step;
  const command = run.split('\n').find((one) => GATE_COMMAND.test(one) && !/^\s*#/.test(one));
  if (!GATE_ACTION.test(uses) && command === undefined) return [];
  const softened = step['continue-on-error'] === 'true' ? 'continue-on-error: true' : swallowing(command, { run, piped });
  const read = id !== undefined && new RegExp(`steps\\.${id.replaceAll(/[^\w-]/g, '')}\\b`).test(whole);
  return [{ line, ...(softened === undefined ? {} : { softened }), ...(condition === undefined ? {} : { condition }), read }];
}

/** The line of the gate, where its failure does not get through the shell. */
function swallowing(command: string | undefined, { run, piped }: { readonly run: string; readonly piped: boolean }): string | undefined {
  if (command === undefined) return undefined;
  const lost = SWALLOWED.test(command) || (piped && /[^|]\|[^|]/.test(command) && !/pipefail/.test(run));
  return lost ? command.trim().slice(0, 120) : undefined;
}
