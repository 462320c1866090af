import type { FaultPlugin } from '../../faults/contract.ts';
import type { DuringLimits, LedgerPlan, PlannedFault, WatchedJourney } from '../../model/experiment.ts';
import type { Journey } from '../../model/journey.ts';
import type { Limit } from '../../model/limit.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { Guard } from '../faults.ts';
import type { RunningStack } from '../stack.ts';
import type { Probe } from './probe.ts';

export interface Experiment {
  readonly name: string;
  readonly family?: string | undefined;
  readonly fault: PlannedFault;
  readonly plugin: FaultPlugin;
  /** Done at the same time. */
  readonly also?: readonly { readonly fault: PlannedFault; readonly plugin: FaultPlugin }[] | undefined;
  readonly substitute?: string | undefined;
  readonly rows: readonly string[];
  readonly steady: readonly Journey[];
  readonly control: readonly Journey[];
  readonly during: DuringLimits;
  readonly recovery: Limit;
  readonly ledger?: LedgerPlan | undefined;
}

export interface Experimenting {
  readonly stage: PlannedStage;
  readonly stack: RunningStack;
  readonly experiment: Experiment;
  readonly guard: Guard;
}

export interface Watching {
  readonly journey: string;
  readonly role: WatchedJourney['role'];
  readonly direct: boolean;
  readonly targets: string[];
  readonly intervalMs: number;
  readonly probe: Probe;
}
