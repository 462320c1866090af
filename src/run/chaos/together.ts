import type { Json } from '../../lib/json.ts';
import type { RunContext } from '../context.ts';
import { standBefore, type FaultRecord, type FaultRun, type Standing } from '../faults.ts';
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
  /** The first one, where it is booked already. */
  readonly standing: Standing | undefined;
  readonly manifest: FaultRun['manifest'];
  readonly holdMs: number;
  /** Called as soon as the harm begins. */
  readonly begun: () => void;
}

/**
 * Does all faults of an experiment at once, and holds them for the same time. Each is booked, with what was there before, before any is
 * begun, and ends when all end: so nobody takes the traces of one for the residue of another. @throws what one of them threw, when all
 * are healed.
 */
export async function allAtOnce(
  context: RunContext,
  { experiment, guard }: Experimenting,
  { standing, manifest, holdMs, begun }: Together,
): Promise<FaultRecord> {
  const standings: Standing[] = standing === undefined ? [] : [standing];
  try {
    for (const { fault, plugin } of faultsOf(experiment).slice(standings.length)) {
      const nth = standings.length === 0 ? '' : `+${standings.length + 1}`;
      const run = { plugin, options: fault.options, experiment: `${experiment.name}${nth}`, manifest, holdMs };
      standings.push(await standBefore(context, run, { guard, standMs: 0 }));
    }
    const ended = await Promise.allSettled(standings.map((one) => one.harm(holdMs, begun)));
    return merged(
      ended.map((one) => {
        if (one.status === 'rejected') throw one.reason;
        return one.value;
      }),
    );
  } finally {
    // What stood before all was looked at stays until all is over.
    await Promise.all(standings.filter((one) => one !== standing).map((one) => one.leave()));
  }
}

/** One record of several: proved when each is, begun with the first, healed with the last. */
function merged(records: readonly FaultRecord[]): FaultRecord {
  const [only] = records;
  if (only !== undefined && records.length === 1) return only;
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
