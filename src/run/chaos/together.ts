import type { Json } from '../../lib/json.ts';
import type { RunContext } from '../context.ts';
import { withFault, type FaultRecord, type FaultRun } from '../faults.ts';
import type { Experiment, Experimenting } from './types.ts';

/** Every fault of an experiment, the one that it is named for first. */
export function faultsOf({ fault, plugin, also = [] }: Pick<Experiment, 'fault' | 'plugin' | 'also'>) {
  return [{ fault, plugin }, ...also];
}

/** Services that any of its faults is done to. */
export function servicesOf(experiment: Pick<Experiment, 'fault' | 'plugin' | 'also'>): string[] {
  return [...new Set(faultsOf(experiment).flatMap(({ plugin, fault }) => plugin.services(fault.options)))];
}

/** What is done, in words. */
export function titleOf(experiment: Pick<Experiment, 'fault' | 'plugin' | 'also'>): string {
  return faultsOf(experiment)
    .map(({ plugin, fault }) => plugin.title(fault.options))
    .join(', and ');
}

/** A crash beside something that lasts is over when that is healed. */
export function lastsOf(experiment: Pick<Experiment, 'fault' | 'plugin' | 'also'>): 'moment' | 'held' {
  return faultsOf(experiment).some(({ plugin }) => plugin.lasts === 'held') ? 'held' : 'moment';
}

interface Together {
  /** Does the first one. */
  readonly first: () => Promise<FaultRecord>;
  readonly manifest: FaultRun['manifest'];
  readonly holdMs: number;
}

/** Does all faults of an experiment at once. Each has its own undo in the journal. @throws what one of them threw, when all are healed. */
export async function allAtOnce(
  context: RunContext,
  { experiment: { name, also = [] }, guard }: Experimenting,
  { first, manifest, holdMs }: Together,
): Promise<FaultRecord> {
  if (also.length === 0) return first();
  const others = also.map(({ plugin, fault }, index) => {
    const own = plugin.lasts === 'moment' ? 0 : (fault.durationMs ?? holdMs);
    return withFault(context, { plugin, options: fault.options, experiment: `${name}+${index + 2}`, manifest, holdMs: own }, guard);
  });
  const ended = await Promise.allSettled([first(), ...others]);
  const records = ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return merged(records);
}

/** One record of several: proved when each is, begun with the first, healed with the last. */
function merged(records: readonly FaultRecord[]): FaultRecord {
  const unproved = records.find(({ proof }) => proof.state === 'unproved');
  const by = records.flatMap(({ proof }) => (proof.state === 'proved' ? proof.by : []));
  const [one = '', ...more] = by;
  const residue = records.flatMap((record) => record.residue ?? []).join('; ');
  const facts: Json = records.map((record) => record.facts);
  return {
    proof: unproved?.proof ?? { state: 'proved', by: [one, ...more] },
    facts,
    injectMs: Math.min(...records.map(({ injectMs }) => injectMs)),
    injectedMs: Math.max(...records.map(({ injectedMs }) => injectedMs)),
    healMs: Math.min(...records.map(({ healMs }) => healMs)),
    healedMs: Math.max(...records.map(({ healedMs }) => healedMs)),
    ...(residue === '' ? {} : { residue }),
  };
}
