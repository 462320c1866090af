import { mapStrings } from '../../lib/json.ts';
import type { AttemptFacts } from '../../model/attempt.ts';
import type { FaultEvidence } from '../../model/evidence.ts';
import type { ExperimentFacts, LedgerFacts, WatchedAlert, WatchedState } from '../../model/experiment.ts';
import type { Service } from '../../model/manifest.ts';
import type { RunContext } from '../context.ts';
import type { FaultRecord } from '../faults.ts';
import { measured, type Moments } from './measure.ts';
import { watched } from './scene.ts';
import { faultsOf, lastsOf, servicesOf, titleOf } from './together.ts';
import type { Experimenting, Watching } from './types.ts';

interface Observed {
  readonly record: FaultRecord | undefined;
  readonly sick: string | undefined;
  readonly moments: Moments;
  readonly watching: readonly Watching[];
  readonly before: readonly Service[];
  readonly after: readonly Service[];
  readonly ledger: LedgerFacts | undefined;
  readonly attempts: AttemptFacts | undefined;
  readonly alert: WatchedAlert | undefined;
  readonly state: WatchedState | undefined;
  readonly from: string;
}

/** All that an experiment showed, redacted. */
export function evidenceOf(context: RunContext, { stage, experiment }: Experimenting, seen: Observed): FaultEvidence {
  const { name, rows, family, substitute, during, recovery } = experiment;
  const { record, sick, moments, watching, before, after, ledger, attempts, alert, state, from } = seen;
  const services = servicesOf(experiment);
  const done = faultsOf(experiment);
  const observed: ExperimentFacts = {
    title: titleOf(experiment),
    ...(family === undefined ? {} : { family }),
    rows: [...rows],
    seed: context.plan.seed,
    lasts: lastsOf(experiment),
    services,
    steady: sick === undefined ? { state: 'good' } : { state: 'bad', why: context.redact(sick) },
    ...(substitute === undefined ? {} : { substitute }),
    beganAt: beganAt(context, moments),
    injectMs: moments.injectMs - moments.startMs,
    healedMs: moments.healedMs - moments.startMs,
    endMs: moments.endMs - moments.startMs,
    during,
    recovery,
    journeys: watching.map(({ probe, ...watching }) => ({ ...watching, ...measured(probe.samples, moments) })),
    watched: watched(before, after, services),
    ...(attempts === undefined ? {} : { attempts }),
    ...(ledger === undefined ? {} : { ledger }),
    ...(alert === undefined ? {} : { alert }),
    ...(state === undefined ? {} : { state: { ...state, points: state.points.map(([atMs, value]) => [atMs, context.redact(value)]) } }),
  };
  const undone = { state: 'unproved' as const, why: 'it was not done, because all was not well before' };
  const { proof } = record ?? { proof: undone };
  return {
    id: `${stage.name}/fault-${name}`,
    kind: 'fault',
    stage: stage.name,
    window: { from, to: context.ports.clock.now() },
    experiment: name,
    fault: done.map((one) => one.fault.type).join('+'),
    options: mapStrings(done.length === 1 ? experiment.fault.options : done.map((one) => one.fault.options), context.redact),
    proof: proof.state === 'proved' ? { state: 'proved', by: proof.by.map(context.redact) } : proof,
    healed: record?.residue === undefined,
    ...(record?.residue === undefined ? {} : { residue: context.redact(record.residue) }),
    facts: record === undefined ? null : mapStrings(record.facts, context.redact),
    observed,
  };
}

/** On the clock of the wall, as services and plugins write down what they did. */
function beganAt({ ports: { clock } }: RunContext, { startMs }: Moments): string {
  return new Date(Date.parse(clock.now()) - (clock.monotonicMs() - startMs)).toISOString();
}
