import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { Ports } from '../../ports/index.ts';
import type { ServiceNode } from '../observation.ts';
import { compose, engineError, failureText, lines, parseJson, succeeded } from './engine.ts';
import type { Project } from './options.ts';

const Dependency = z.object({ condition: z.string().default('service_started'), required: z.boolean().default(true) });

/** One service of `docker compose config --format json`, as far as we look at it. */
export const ModelService = z.object({
  image: z.string().optional(),
  build: z
    .object({ context: z.string().optional(), dockerfile: z.string().optional(), dockerfile_inline: z.string().optional() })
    .optional(),
  pull_policy: z.string().optional(),
  container_name: z.string().optional(),
  restart: z.string().optional(),
  scale: z.number().optional(),
  network_mode: z.string().optional(),
  healthcheck: z
    .object({ test: z.union([z.string(), z.array(z.string()), z.null()]).optional(), disable: z.boolean().optional() })
    .optional(),
  depends_on: z.record(z.string(), Dependency).default({}),
  ports: z
    .array(
      z.object({ target: z.number(), published: z.string().optional(), host_ip: z.string().optional(), protocol: z.string().optional() }),
    )
    .default([]),
  deploy: z
    .object({
      replicas: z.number().optional(),
      mode: z.string().optional(),
      restart_policy: z.object({ condition: z.string().optional() }).nullish(),
    })
    .nullish(),
  /** A service that a program on this machine provides: it has no container. */
  provider: z.json().optional(),
  post_start: z.array(z.json()).nullish(),
});
export type ModelService = z.output<typeof ModelService>;

export const Model = z.object({ services: z.record(z.string(), ModelService).default({}) });
export type Model = z.output<typeof Model>;

/** The resolved model: parsed for us, and whole (`raw`, with interpolated secrets: for memory only) for checks. */
export interface ResolvedModel {
  readonly model: Model;
  readonly raw: unknown;
  /** Variables that are used, not set, and have no default. */
  readonly unset: readonly string[];
}

/**
 * Asks Compose what the files mean, for the asked services and what they depend on.
 * @throws GauntletError (config) with Compose's own message, which names file and line; (stack) when Compose cannot be run.
 */
export async function resolveModel(ports: Pick<Ports, 'exec'>, project: Project): Promise<ResolvedModel> {
  const result = await compose(ports, project, { args: ['config', '--format', 'json', ...project.services], timeoutMs: 30_000 });
  if (result.outcome.ended !== 'exit') throw engineError('docker compose config', result);
  const raw = parseJson(result.stdout);
  if (!succeeded(result) || raw === undefined) {
    throw new RefusedModel(failureText(result), project, unsetVariables(result.stderr));
  }
  return { model: Model.parse(raw), raw, unset: unsetVariables(result.stderr) };
}

/** Compose does not accept its files. */
export class RefusedModel extends GauntletError {
  readonly says: string;
  readonly unset: readonly string[];

  constructor(says: string, { files }: Pick<Project, 'files'>, unset: readonly string[]) {
    super(`the compose files are not valid: ${says}`, {
      kind: 'config',
      hint: `repair ${files.join(', ')} until \`docker compose config\` accepts it`,
    });
    this.says = says;
    this.unset = unset;
  }
}

const resolved = new WeakMap<object, Promise<ResolvedModel>>();

/**
 * `resolveModel`, once per `owner`: preflight and up of one attempt share a context, and Compose takes 0.2 s and more to answer.
 * A failure is not kept.
 */
export function resolveModelOnce(owner: object, ports: Pick<Ports, 'exec'>, project: Project): Promise<ResolvedModel> {
  const known = resolved.get(owner);
  if (known) return known;
  const asked = resolveModel(ports, project);
  resolved.set(owner, asked);
  asked.catch(() => resolved.delete(owner));
  return asked;
}

/** Names in Compose's warnings `The "X" variable is not set`. */
export function unsetVariables(stderr: string): string[] {
  const names = lines(stderr).flatMap((line) => /The \\?"(\w+)\\?" variable is not set/.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}

/**
 * The graph to judge, with every service classified:
 *
 * - **one-shot**: somebody waits for its `service_completed_successfully`. It must exit with 0.
 * - **long-running**: it has a health check, ports on the host, more than one replica, a `restart` policy that restarts after a
 *   success (`always`, `unless-stopped`), or is a target. When it exits, even with 0, that is `exited`.
 * - **undeclared**: none of these (`restart` absent, `no` or `on-failure`). Behaviour decides: it exits with 0 and was a one-shot;
 *   it exits with another code within the stability window and was a one-shot that failed (`one-shot-failed`), later it is `exited`;
 *   it is still running after the window and counts as long-running. A health check that comes with the image settles it as
 *   long-running when the container shows it.
 */
export function graphOf({ services }: Model, targets: readonly string[]): ServiceNode[] {
  const awaited = new Set(Object.values(services).flatMap(({ depends_on }) => namesWith(depends_on, 'service_completed_successfully')));
  return Object.entries(services)
    .filter(([, service]) => replicasOf(service) > 0)
    .map(([name, service]) => ({
      name,
      kind: awaited.has(name) ? 'one-shot' : isLongRunning(service) || targets.includes(name) ? 'long-running' : 'undeclared',
      replicas: replicasOf(service),
      dependsOn: Object.keys(service.depends_on).filter((other) => other in services),
    }));
}

export function replicasOf({ provider, scale, deploy }: ModelService): number {
  return provider !== undefined ? 0 : (scale ?? deploy?.replicas ?? 1);
}

/** Does the model itself (not the image) check its health? */
export function hasHealthcheck({ healthcheck }: ModelService): boolean {
  if (!healthcheck || healthcheck.disable === true) return false;
  const test = Array.isArray(healthcheck.test) ? healthcheck.test[0] : healthcheck.test;
  return test !== undefined && test !== null && test !== 'NONE';
}

/** `healthcheck: {disable: true}` or `test: [NONE]`: not even the image's own check counts. */
export function disablesHealthcheck(service: ModelService): boolean {
  if (service.healthcheck?.disable === true) return true;
  const test = service.healthcheck?.test;
  return Array.isArray(test) && test[0] === 'NONE';
}

export function namesWith(dependencies: ModelService['depends_on'], condition: string): string[] {
  return Object.entries(dependencies).flatMap(([name, dependency]) => (dependency.condition === condition ? [name] : []));
}

/** The policy in force: `deploy.restart_policy` wins over `restart`, as in Compose. */
export function restartPolicy({ restart, deploy }: ModelService): string | undefined {
  const condition = deploy?.restart_policy?.condition;
  if (condition === undefined) return deploy?.restart_policy ? 'always' : restart;
  return { any: 'always', none: 'no' }[condition] ?? condition;
}

function isLongRunning(service: ModelService): boolean {
  const restarts = ['always', 'unless-stopped'].includes(restartPolicy(service) ?? 'no');
  return restarts || hasHealthcheck(service) || service.ports.length > 0 || replicasOf(service) > 1;
}
