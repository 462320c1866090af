import type { ResolvedTarget, StackManifest } from '../model/manifest.ts';
import type { PlannedStage, PlannedTarget } from '../model/plan.ts';
import type { RunContext } from './context.ts';

/** The stack's targets, with those of the stage's environment (`staging`) in their place where the config names some. */
export function targetsOf({ plan }: RunContext, stage: PlannedStage, manifest: StackManifest | undefined): ResolvedTarget[] {
  const resolved = new Map((manifest?.targets ?? []).map((target) => [target.name, target]));
  for (const target of plan.targets) {
    const wanted = stage.environment === undefined ? target.environment === 'stack' : target.environment === stage.environment;
    const direct = wanted ? fromUrl(target) : undefined;
    if (direct) resolved.set(target.name, direct);
  }
  return [...resolved.values()];
}

function fromUrl({ name, url, health }: PlannedTarget): ResolvedTarget | undefined {
  if (url === undefined) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const fallback = protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
  return {
    name,
    url: url.replace(/\/$/, ''),
    host: hostname,
    port: port === '' ? fallback : Number(port),
    ...(health === undefined ? {} : { health }),
  };
}
