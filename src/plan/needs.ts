import type { Plan, PlannedStage } from '../model/plan.ts';

/** Does the stage speak to the stack? */
export function needsStack({ services }: Pick<PlannedStage, 'services'>): boolean {
  return services === 'all' || services.length > 0;
}

/** Is the stack brought up at all? A plan may also name one only for checks to read how it is described. */
export function bringsStackUp({ stack, stages }: Pick<Plan, 'stack' | 'stages'>): boolean {
  return stack !== undefined && stages.some(needsStack);
}
