import { Replica, type Phases, type Service, type StackInstance, type StackManifest } from '../../model/manifest.ts';
import type { ServiceNode } from '../observation.ts';
import { settledKind } from '../readiness.ts';
import { hasHealthcheck, type Model, restartPolicy } from './model.ts';
import type { Look } from './observe.ts';
import { handleOf, type Project } from './options.ts';

export interface ManifestParts {
  readonly project: Project;
  readonly instance: StackInstance;
  readonly model: Model;
  readonly graph: readonly ServiceNode[];
  readonly look: Look;
  readonly seenAt: string;
  readonly phases: ReadonlyMap<string, Phases>;
}

/** The handle on the stack as it stands. */
export function manifestOf({ project, instance, model, graph, look, seenAt, phases }: ManifestParts): StackManifest {
  const undeclared = graph.filter(({ kind }) => kind === 'undeclared').map(({ name }) => name);
  const services = graph.map((node): Service => {
    const containers = look.containers.filter(({ service }) => service === node.name);
    const planned = model.services[node.name];
    const image = planned?.image ?? containers[0]?.image;
    const restart = (planned && restartPolicy(planned)) ?? containers[0]?.restartPolicy;
    return {
      name: node.name,
      kind: settledKind(
        node,
        containers.map(({ replica }) => replica),
      ),
      ...(image === undefined ? {} : { image }),
      dependsOn: [...node.dependsOn],
      hasHealthcheck: (planned !== undefined && hasHealthcheck(planned)) || containers.some(({ replica }) => replica.health !== 'none'),
      ...(restart === undefined ? {} : { restartPolicy: restart }),
      replicas: containers.map(({ replica }) => Replica.parse(replica)),
      ports: containers.flatMap(({ ports }) => ports),
      phases: phases.get(node.name) ?? {},
    };
  });
  const targets = look.resolutions.flatMap((resolution) => (resolution.state === 'resolved' ? [resolution.target] : []));
  return {
    schema: 'gauntlet.stack/1',
    kind: 'compose',
    instance,
    project: project.project,
    services,
    targets,
    handle: handleOf({ ...project, undeclared, seenAt }),
  };
}

/** The graph of a manifest, so that a later look is judged as readiness was. */
export function graphOfManifest({ services }: StackManifest, undeclared: readonly string[]): ServiceNode[] {
  return services.map(({ name, kind, replicas, dependsOn }) => ({
    name,
    kind: undeclared.includes(name) ? 'undeclared' : kind,
    replicas: Math.max(1, replicas.length),
    dependsOn,
  }));
}

/** Images' phases, and on top: launch → last replica started → healthy. Times from the engine's clock. */
export function withStartPhases(
  before: ReadonlyMap<string, Phases>,
  look: Look,
  times: { readonly launchedAt: string; readonly healthyAt: ReadonlyMap<string, string> },
): Map<string, Phases> {
  const phases = new Map(before);
  for (const service of new Set(look.containers.map((container) => container.service))) {
    // After a restart the engine no longer tells when the first start was.
    const starts = look.containers.flatMap(({ service: name, replica }) =>
      name === service && replica.restarts === 0 && replica.startedAt !== undefined ? [Date.parse(replica.startedAt)] : [],
    );
    if (starts.length === 0) continue;
    const started = Math.max(...starts);
    const healthy = times.healthyAt.get(service);
    phases.set(service, {
      ...phases.get(service),
      startMs: Math.max(0, started - Date.parse(times.launchedAt)),
      ...(healthy === undefined ? {} : { healthyMs: Math.max(0, Date.parse(healthy) - started) }),
    });
  }
  return phases;
}
