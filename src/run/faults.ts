import { z } from 'zod';

import type { FaultContext, FaultPlugin, Proof } from '../faults/contract.ts';
import { faults } from '../faults/registry.ts';
import { errorMessage } from '../model/errors.ts';
import { StackInstance, type StackManifest } from '../model/manifest.ts';
import type { JournalEntry } from '../model/run.ts';
import type { RunContext } from './context.ts';
import { expiry } from './task-runner.ts';

/** An undo has its own time: neither the stage's deadline nor a cancel may cut it short. */
const HEAL_MS = 30_000;

/** All that healing may need of a fault: the undo that the journal books, read back by whatever process heals. */
const FaultUndo = z.object({ type: z.string(), options: z.json(), instance: StackInstance });
type FaultUndo = z.output<typeof FaultUndo>;

/** A fault that was booked and is not known to be healed. */
export interface OpenFault {
  /** Its id in the journal. */
  readonly id: string;
  readonly undo: FaultUndo;
}

export interface FaultRun {
  readonly plugin: FaultPlugin;
  /** As the plugin's own schema parsed them. */
  readonly options: OpenFault['undo']['options'];
  readonly experiment: string;
  readonly manifest: StackManifest;
}

/**
 * Books the undo, injects, proves, lets `during` happen, and heals whatever became of it: when the injection died half-way, when
 * `during` threw, when the run was stopped. What heals is the booked undo, as another process would do it.
 * @throws what `inject`, `prove` or `during` threw, after healing; a heal that fails is told in `healed` and stays open for `gauntlet heal`.
 */
export async function withFault(
  context: RunContext,
  { plugin, options, experiment, manifest }: FaultRun,
  during: () => Promise<void>,
): Promise<{ readonly proof: Proof; readonly healed: boolean }> {
  const { directory, ports } = context;
  const open: OpenFault = { id: `fault-${experiment}`, undo: { type: plugin.type, options, instance: manifest.instance } };
  await directory.journal({ type: 'intent', at: ports.clock.now(), id: open.id, act: 'fault', undo: open.undo });
  let proof: Proof;
  try {
    const faultContext: FaultContext = { ports, manifest, signal: context.signal };
    await plugin.inject(options, faultContext);
    proof = await plugin.prove(options, faultContext);
    await during();
  } catch (error) {
    await healOne(context, open, { plugin, manifest });
    throw error;
  }
  const problem = await healOne(context, open, { plugin, manifest });
  return { proof, healed: problem === undefined };
}

/** Heals everything that this run booked and never healed, last first. Never throws: what stays open is a problem, in words. */
export async function healFaults(
  context: RunContext,
  plugins: readonly FaultPlugin[] = faults,
): Promise<{ readonly healed: readonly string[]; readonly problems: readonly string[] }> {
  const healed: string[] = [];
  const problems: string[] = [];
  for (const open of openFaults(await context.directory.readJournal())) {
    const { type, instance } = open.undo;
    const plugin = plugins.find((candidate) => candidate.type === type);
    const manifest = await context.directory.manifest(instance);
    const problem =
      plugin && manifest
        ? await healOne(context, open, { plugin, manifest })
        : plugin
          ? `${open.id} (${type}) is open, and nothing is known of the stack that it was done to`
          : `${open.id} is open, and this version has no fault ${type}: heal with the version that ran it`;
    if (problem === undefined) healed.push(`${open.id} (${type})`);
    else problems.push(problem);
  }
  return { healed, problems };
}

/** Faults whose intent was booked and whose end was not, the last first: what was done on top is undone first. */
export function openFaults(journal: readonly JournalEntry[]): OpenFault[] {
  const open = new Map<string, OpenFault>();
  for (const entry of journal) {
    if (entry.type === 'undone') open.delete(entry.id);
    if (entry.type !== 'intent' || entry.act !== 'fault') continue;
    const undo = FaultUndo.safeParse(entry.undo);
    if (undo.success) open.set(entry.id, { id: entry.id, undo: undo.data });
  }
  return [...open.values()].reverse();
}

/** Heals and books that it is done; `undefined`, or why it is not. */
async function healOne(
  { directory, ports }: RunContext,
  { id, undo }: OpenFault,
  { plugin, manifest }: Pick<FaultRun, 'plugin' | 'manifest'>,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(HEAL_MS);
  try {
    await Promise.race([plugin.heal(plugin.options.parse(undo.options), { ports, manifest, signal }), expiry(signal)]);
    await directory.journal({ type: 'undone', at: ports.clock.now(), id, outcome: 'healed' });
    return undefined;
  } catch (error) {
    const problem = `${id} (${undo.type}) could not be healed: ${errorMessage(error)}`;
    ports.progress.warn(`fault │ ${problem}`);
    return problem;
  }
}
