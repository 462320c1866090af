import { isAbsolute, join } from 'node:path';

import type { Ports } from '../../ports/index.ts';
import { docker, parseJson, succeeded } from './engine.ts';
import { disablesHealthcheck, hasHealthcheck, type Model, type ModelService } from './model.ts';
import type { Project } from './options.ts';

/** Will a container of the service be checked? `unknown` when that is the secret of an image that is not here yet. */
export type HealthKnowledge = 'yes' | 'no' | 'unknown';

/** From the model, else from the image where it is local, else from the Dockerfile. */
export async function effectiveHealth(
  { services }: Model,
  project: Project,
  ports: Pick<Ports, 'exec' | 'files'>,
): Promise<ReadonlyMap<string, HealthKnowledge>> {
  const known = await Promise.all(
    Object.entries(services).map(async ([name, service]) => [name, await healthOf(service, project, ports)] as const),
  );
  return new Map(known);
}

async function healthOf(service: ModelService, project: Project, ports: Pick<Ports, 'exec' | 'files'>): Promise<HealthKnowledge> {
  if (hasHealthcheck(service)) return 'yes';
  if (disablesHealthcheck(service)) return 'no';
  if (service.build) return ofDockerfile(service.build, ports);
  if (service.image === undefined) return 'unknown';
  const result = await docker(ports, ['image', 'inspect', '--format', '{{json .Config.Healthcheck}}', service.image], { env: project.env });
  if (!succeeded(result)) return 'unknown';
  return checks(parseJson(result.stdout)) ? 'yes' : 'no';
}

/** A Dockerfile without the instruction may still inherit one from its base: that is not looked up. */
async function ofDockerfile(build: NonNullable<ModelService['build']>, { files }: Pick<Ports, 'files'>): Promise<HealthKnowledge> {
  const { context = '.', dockerfile = 'Dockerfile', dockerfile_inline: inline } = build;
  const path = isAbsolute(dockerfile) ? dockerfile : join(context, dockerfile);
  const text = inline ?? (await files.readText(path).catch(() => ''));
  return /^\s*HEALTHCHECK\s+(?!NONE)/im.test(text) ? 'yes' : 'unknown';
}

function checks(healthcheck: unknown): boolean {
  if (typeof healthcheck !== 'object' || healthcheck === null || !('Test' in healthcheck)) return false;
  return Array.isArray(healthcheck.Test) && healthcheck.Test.length > 0 && healthcheck.Test[0] !== 'NONE';
}
