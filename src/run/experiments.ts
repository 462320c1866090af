import type { FaultPlugin } from '../faults/contract.ts';
import { faults } from '../faults/registry.ts';
import { mapStrings } from '../lib/json.ts';
import { errorMessage } from '../model/errors.ts';
import type { FaultEvidence } from '../model/evidence.ts';
import type { PlannedExperiment, PlannedFault, PlannedStage } from '../model/plan.ts';
import { addGap, owedIds, timed, type Gap, type RunContext } from './context.ts';
import { withFault } from './faults.ts';
import type { RunningStack } from './stack.ts';

/**
 * Carries out the faults of a stage, one after the other: booked, injected, proved, held for their time, healed. What users and data
 * experience meanwhile is not measured yet, so every experiment leaves what it owes open, whatever its fault did.
 */
export async function runExperiments(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<void> {
  for (const experiment of stage.experiments) {
    const gap = context.signal.aborted
      ? notStarted(experiment, 'the stage was stopped before it')
      : await carryOut(context, { stage, experiment, stack });
    await leaveOpen(context, stage, { experiment, gap });
  }
}

/** Says of every experiment of the stage why it was not started. */
export async function skipExperiments(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  for (const experiment of stage.experiments) await leaveOpen(context, stage, { experiment, gap: notStarted(experiment, because) });
}

interface CarryingOut {
  readonly stage: PlannedStage;
  readonly experiment: PlannedExperiment;
  readonly stack: RunningStack | undefined;
}

/** Returns what is left open, in the end always something. */
async function carryOut(context: RunContext, { stage, experiment, stack }: CarryingOut): Promise<Gap> {
  const { name, fault } = experiment;
  const plugin = faults.find(({ type }) => type === fault?.type);
  if (!fault || !plugin) return { reason: 'unsupported', message: `experiment ${name}: this version has no fault for it` };
  if (!stack) return { reason: 'unsupported', message: `experiment ${name}: no stack of ours is there to do it to` };
  const { ports, signal } = context;
  try {
    const place = { id: 'look', folder: context.directory.file('faults/look'), seed: context.plan.seed };
    const expiresAtMs = Date.parse(ports.clock.now());
    const capability = await plugin.capability(fault.options, { ports, manifest: stack.manifest, signal, expiresAtMs, ...place });
    if (capability.state === 'unsupported') return { reason: 'unsupported', message: `experiment ${name}: ${capability.why}` };
    await inject(context, { stage, experiment: { name, fault }, stack, plugin });
    return {
      reason: 'unsupported',
      message: `experiment ${name}: the fault was carried out; this version does not measure what users experience meanwhile`,
    };
  } catch (error) {
    return { reason: signal.aborted ? 'interrupted' : 'crashed', message: `experiment ${name}: ${errorMessage(error)}` };
  }
}

interface Injecting {
  readonly stage: PlannedStage;
  readonly experiment: { readonly name: string; readonly fault: PlannedFault };
  readonly stack: RunningStack;
  readonly plugin: FaultPlugin;
}

async function inject(context: RunContext, { stage, experiment, stack, plugin }: Injecting): Promise<void> {
  const { name, fault } = experiment;
  const { progress, clock } = context.ports;
  progress.say(`${stage.name} │ experiment ${name}: ${plugin.title(fault.options)}`);
  const holdMs = fault.durationMs ?? 0;
  const { value, window } = await timed(clock, () =>
    withFault(context, { plugin, options: fault.options, experiment: name, manifest: stack.manifest, holdMs }),
  );
  const evidence: FaultEvidence = {
    id: `${stage.name}/fault-${name}`,
    kind: 'fault',
    stage: stage.name,
    window,
    experiment: name,
    fault: fault.type,
    options: mapStrings(fault.options, context.redact),
    proof: value.proof.state === 'proved' ? { state: 'proved', by: [...value.proof.by] } : value.proof,
    healed: value.residue === undefined,
    facts: null,
  };
  await context.directory.addEvidence(evidence);
}

function notStarted({ name }: PlannedExperiment, because: string): Gap {
  return { reason: 'not-started', message: `experiment ${name} was not started: ${because}` };
}

async function leaveOpen(
  context: RunContext,
  stage: PlannedStage,
  { experiment, gap }: { experiment: PlannedExperiment; gap: Gap },
): Promise<void> {
  const owed = owedIds(context.plan, { stage: stage.name, kind: 'fault', name: experiment.name });
  await addGap(context, { stage: stage.name, name: `fault-${experiment.name}`, owed }, gap);
}
