import type { StackManifest } from '../model/manifest.ts';
import { stackEnvironment } from '../model/stack-environment.ts';
import type { StageName } from '../model/stage.ts';
import type { RunContext } from './context.ts';

/**
 * What the user's own commands learn about the run and the stack:
 * `GAUNTLET_RUN_ID`, `GAUNTLET_RUN_DIR`, `GAUNTLET_STAGE`, `GAUNTLET_ATTEMPT`, `GAUNTLET_BUDGET`, `GAUNTLET_SEED`,
 * `GAUNTLET_LEG` with `GAUNTLET_LEG_INDEX` (from 1) and `GAUNTLET_LEG_COUNT` in a leg of a stage that is run in parts,
 * `GAUNTLET_TARGET_<NAME>_{URL,HOST,PORT}` per target and `GAUNTLET_SERVICE_<NAME>_{HOST,PORT,PORT_<n>}` per published port.
 */
export function commandEnvironment(context: RunContext, stage: StageName, manifest: StackManifest | undefined): Record<string, string> {
  const { info, directory, plan, ports } = context;
  return {
    ...ports.env,
    GAUNTLET_RUN_ID: info.id,
    GAUNTLET_RUN_DIR: directory.path,
    GAUNTLET_STAGE: stage,
    GAUNTLET_BUDGET: plan.budget,
    GAUNTLET_SEED: String(plan.seed),
    ...legEnvironment(context, stage),
    ...(manifest ? stackEnvironment(manifest) : {}),
  };
}

/** Which part of the tests is this leg's: `--shard=$GAUNTLET_LEG_INDEX/$GAUNTLET_LEG_COUNT`. */
function legEnvironment({ info, plan }: RunContext, stage: StageName): Record<string, string> {
  const legs = plan.stages.find(({ name }) => name === stage)?.legs ?? [];
  const index = info.leg === undefined ? -1 : legs.indexOf(info.leg);
  if (info.leg === undefined || index === -1) return {};
  return { GAUNTLET_LEG: info.leg, GAUNTLET_LEG_INDEX: String(index + 1), GAUNTLET_LEG_COUNT: String(legs.length) };
}
