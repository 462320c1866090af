import type { Service } from '../model/manifest.ts';
import type { PlannedStage } from '../model/plan.ts';
import { needsStack } from '../plan/needs.ts';
import type { RunContext } from './context.ts';
import type { RunningStack } from './stack.ts';

/** Why a stage cannot use the stack it needs; `undefined` when it can, or needs none. */
export function whyNotReady(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): string | undefined {
  if (!context.plan.stack || !needsStack(stage)) return undefined;
  if (!stack) return 'the stack did not come up';
  const known = new Set(stack.manifest.services.map(({ name }) => name));
  // Something that runs elsewhere has targets and no services.
  const strangers = stage.services === 'all' || known.size === 0 ? [] : stage.services.filter((name) => !known.has(name));
  if (strangers.length > 0) return `the stack has no service ${strangers.join(', ')}: it has ${[...known].join(', ')}`;
  if (stack.readiness.state === 'ready') return undefined;
  const bad = new Set(stack.readiness.causes.flatMap(({ service, blocked }) => [service, ...blocked]));
  if (stage.services === 'all') return `the stack is not ready: ${[...bad].join(', ')}`;
  const needed = withDependencies(stage.services, stack.manifest.services);
  // What is not one of the services, such as the supervisor or the engine, is needed by all.
  const missing = [...bad].filter((service) => needed.has(service) || !known.has(service));
  return missing.length === 0 ? undefined : `the stack is not ready: ${missing.join(', ')}`;
}

function withDependencies(names: readonly string[], services: readonly Service[]): Set<string> {
  const needed = new Set<string>();
  const add = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    services.find((service) => service.name === name)?.dependsOn.forEach(add);
  };
  names.forEach(add);
  return needed;
}
