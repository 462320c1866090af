import { z } from 'zod';

import { parseJson, type Json } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';
import { stackEnvironment } from '../../model/stack-environment.ts';
import { defineFault, type FaultContext, type HealContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { readToolkit, Toolkit, type Activity } from './read.ts';
import { runActivities, timeoutOf, wentWell, type Ran, type Running } from './run.ts';

const Options = z.strictObject({
  file: z.string().min(1).describe('an experiment of the Chaos Toolkit, JSON or YAML'),
  services: z.array(z.string().min(1)).default([]).describe('services that it harms: these may suffer'),
});
type Options = z.output<typeof Options>;

const Undo = z.strictObject({
  ...Toolkit.shape,
  file: z.string(),
  journal: z.string(),
  root: z.string().optional(),
  /** Where the stack is, by the names that commands of a stage know: `GAUNTLET_TARGET_API_URL`. */
  stack: z.record(z.string(), z.string()),
});
type Undo = z.output<typeof Undo>;

/** Of the file that stands between the process that did it and whoever asks later. */
const Journal = z.object({ before: z.array(z.json()), run: z.array(z.custom<Ran>()) });

/** Somebody's own experiment, run as it is: its rollbacks are the undo, which the watchdog runs as well. */
export const chaostoolkit = defineFault<Options, Undo>({
  type: 'chaostoolkit',
  summary: 'an experiment of the Chaos Toolkit: its hypothesis before and after, its method, and its rollbacks whatever happens',
  rows: [],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ file }) => `the Chaos Toolkit's ${file.slice(-100)}`,
  services: ({ services }) => services,
  capability: (options, context) => ableIf(() => readToolkit({ ...options, root: context.root }, context)),
  prepare: async (options, context) => {
    const toolkit = await readToolkit({ ...options, root: context.root }, context);
    if (toolkit.method.every(({ type }) => type !== 'action'))
      throw new GauntletError(`${options.file} does nothing: its method has no action`, {
        kind: 'config',
        hint: 'write an action into its method',
      });
    return {
      ...toolkit,
      file: options.file,
      stack: stackEnvironment(context.manifest),
      journal: `${context.folder}/chaostoolkit.json`,
      ...(context.root === undefined ? {} : { root: context.root }),
    };
  },
  takesMs: ({ hypothesis, method }) => [...hypothesis, ...hypothesis, ...method].reduce((sum, activity) => sum + timeOf(activity), 0),
  inject: async (_, undo, context) => {
    const before = await runActivities(undo.hypothesis, undo, runningOf(undo, context));
    const off = before.find(({ tolerance_met: met }) => met !== true);
    if (off !== undefined)
      throw new GauntletError(`${undo.file}: its steady state was not there before its method: ${shownOf(off)}`, {
        kind: 'stack',
        hint: 'look why the hypothesis does not hold when nothing was done',
      });
    const run = await runActivities(undo.method, undo, runningOf(undo, context));
    await context.ports.files.write(undo.journal, JSON.stringify({ before, run }));
  },
  prove: async (_, undo, context) => provedBy(await runOf(undo, context)),
  observe: async (_, undo, context) => {
    const after = await runActivities(undo.hypothesis, undo, runningOf(undo, context));
    const journal = { ...(await journalOf(undo, context)), after };
    await context.ports.files.write(undo.journal, JSON.stringify(journal, null, 2));
    const off = after.find(({ tolerance_met: met }) => met !== true);
    return { deviated: off !== undefined, probes: after.length, ...(off === undefined ? {} : { why: shownOf(off) }) };
  },
  heal: async (undo, context) => {
    const ran = await runActivities(undo.rollbacks, undo, runningOf(undo, context));
    const failed = ran.filter((one) => !wentWell(one));
    if (failed.length > 0) throw new Error(`rollbacks that failed: ${failed.map(shownOf).join('; ')}`);
  },
  // What it changes is known to nobody but itself.
  fingerprint: async () => null,
});

function runningOf({ root, stack }: Undo, { ports, signal }: HealContext): Running {
  return { ports, signal, root, env: { ...ports.env, ...stack } };
}

function provedBy(run: readonly Ran[]): Proof {
  const actions = run.filter(({ type }) => type === 'action');
  const failed = actions.find((one) => !wentWell(one));
  if (failed !== undefined) return { state: 'unproved', why: `an action failed: ${shownOf(failed)}` };
  const [first, ...more] = actions.map((one) => `${shownOf(one)}, as the experiment says`);
  return first === undefined ? { state: 'unproved', why: 'no action of it was run' } : { state: 'proved', by: [first, ...more] };
}

async function runOf(undo: Undo, context: FaultContext): Promise<readonly Ran[]> {
  return (await journalOf(undo, context)).run;
}

async function journalOf({ journal }: Undo, { ports }: HealContext): Promise<z.output<typeof Journal>> {
  const text = await ports.files.readText(journal).catch(() => '');
  return Journal.safeParse(parseJson(text)).data ?? { before: [], run: [] };
}

function shownOf({ activity, status, output }: Ran): string {
  const said: Json = output !== null && typeof output === 'object' && !Array.isArray(output) ? (output['status'] ?? null) : output;
  return `${activity} ${status}, ${typeof said === 'number' ? `status ${said}` : JSON.stringify(said)}`.slice(0, 200);
}

function timeOf({ provider, pauses }: Activity): number {
  return timeoutOf(provider) + (pauses.before + pauses.after) * 1_000;
}
