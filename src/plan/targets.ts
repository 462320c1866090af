import { schemeOf, type TargetSettings } from '../config/targets.ts';
import type { Config } from '../config/load.ts';
import type { PlannedStack, PlannedStage, PlannedTarget } from '../model/plan.ts';

/** The environment of the targets that belong to the stack itself. */
export const OWN_ENVIRONMENT = 'stack';

/** The stack's own targets, and those of every environment that a stage selects. */
export function planTargets(config: Config, stages: readonly PlannedStage[], stack: PlannedStack | undefined): PlannedTarget[] {
  const selected = Object.entries(config.environments).filter(([name]) => stages.some((stage) => stage.environment === name));
  return [
    ...named({ ...externalTargets(stack), ...config.targets }, OWN_ENVIRONMENT),
    ...selected.flatMap(([environment, targets]) => named(targets, environment)),
  ];
}

function named(targets: Readonly<Record<string, TargetSettings>>, environment: string): PlannedTarget[] {
  return Object.entries(targets).map(([name, target]) => ({ name, environment, ...target }));
}

/** What runs elsewhere is a target by its name alone: `external: {api: https://…}`. */
function externalTargets(stack: PlannedStack | undefined): Record<string, TargetSettings> {
  if (stack?.kind !== 'external' || typeof stack.options !== 'object' || stack.options === null || Array.isArray(stack.options)) return {};
  const urls = Object.entries(stack.options['targets'] ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(
    urls.flatMap(([name, url]) => {
      const scheme = schemeOf(url);
      return scheme ? [[name, { url, scheme, path: '' }]] : [];
    }),
  );
}
