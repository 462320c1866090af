import { errorMessage, GauntletError } from '../../model/errors.ts';
import type { Preflight } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import type { StackContext } from '../contract.ts';
import { docker, failureText, lines, succeeded } from './engine.ts';
import { lackingEnv } from './preflight-env.ts';
import { effectiveHealth, type HealthKnowledge } from './preflight-health.ts';
import { fixedPorts, namePreflight, portPreflight } from './preflight-ports.ts';
import { graphOf, namesWith, RefusedModel, resolveModelOnce, type Model } from './model.ts';
import { projectOf, type ComposeOptions, type Project } from './options.ts';

/** `up -d`, `config <service>` and `depends_on.required` as we use them; hosted runners carry 2.38 and later. */
export const MIN_COMPOSE = '2.20.0';

/** Everything that can be said before anything is pulled, built or started. Errors stop the run. */
export async function preflight(options: ComposeOptions, context: StackContext): Promise<readonly Preflight[]> {
  const { ports, redact, root } = context;
  const project = projectOf(options, context);
  const missing = await missingFiles(project, ports);
  const tools = await toolProblems(project, ports);
  if (missing.length > 0 || tools.length > 0) return [...missing, ...tools];
  try {
    const { model, unset } = await resolveModelOnce(context, ports, project);
    const names = context.targets.flatMap(({ service }) => service ?? []);
    const health = await effectiveHealth(model, project, ports);
    const found = [
      ...unset.map(unsetVariable),
      ...unknownTargets(context, model),
      ...healthProblems(model, names, health),
      ...(await namePreflight(model, project, ports)),
      ...(await portPreflight(fixedPorts(model), project, ports)),
    ];
    return found.map((one) => ({ ...one, message: redact(one.message) }));
  } catch (error) {
    if (!(error instanceof GauntletError)) throw error;
    const lacking = error instanceof RefusedModel ? await lackingEnv(error, project, ports) : undefined;
    const what = error.kind === 'config' ? 'compose-invalid' : 'engine';
    const found: Preflight = lacking ?? { level: 'error', what, message: errorMessage(error), fix: error.hint };
    // Absolute paths of this machine help nobody who reads the report elsewhere.
    const short = (text: string): string => redact(text).replaceAll(`${root}/`, '');
    return [{ ...found, message: short(found.message), fix: short(found.fix) }];
  }
}

/** -1, 0 or 1; suffixes as in `2.26.1-4` or `v2.40.3-desktop.1` do not count. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): number[] => (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

async function missingFiles({ files, envFile }: Project, ports: Ports): Promise<Preflight[]> {
  const all = await Promise.all([...files, ...envFile].map(async (file) => ((await ports.files.exists(file)) ? [] : [file])));
  return all.flat().map((file) => ({
    level: 'error',
    what: 'file-missing',
    message: `${file} does not exist`,
    fix: 'Correct the path in `stack.compose`, which starts at the repository root',
  }));
}

async function toolProblems({ env }: Project, ports: Pick<Ports, 'exec'>): Promise<Preflight[]> {
  const [engine, plugin] = await Promise.all([
    docker(ports, ['version', '--format', '{{.Server.Version}}'], { env }),
    docker(ports, ['compose', 'version', '--short'], { env }),
  ]);
  if (engine.outcome.ended === 'not-found') {
    return [
      {
        level: 'error',
        what: 'docker-missing',
        message: 'docker is not installed',
        fix: 'Install Docker Engine with the compose plugin, or run on a machine that has them (ubuntu-24.04)',
      },
    ];
  }
  const problems: Preflight[] = [];
  if (!succeeded(engine)) {
    problems.push({
      level: 'error',
      what: 'docker-unreachable',
      message: `the Docker engine does not answer: ${failureText(engine)}`,
      fix: 'Start the engine, or point DOCKER_HOST at one that runs',
    });
  }
  const version = plugin.stdout.trim();
  if (!succeeded(plugin)) {
    problems.push({
      level: 'error',
      what: 'compose-missing',
      message: `docker compose does not run: ${failureText(plugin)}`,
      fix: `Install the compose plugin, ${MIN_COMPOSE} or later`,
    });
  } else if (compareVersions(version, MIN_COMPOSE) < 0) {
    problems.push({
      level: 'error',
      what: 'compose-too-old',
      message: `docker compose ${version} is too old`,
      fix: `Install the compose plugin, ${MIN_COMPOSE} or later`,
    });
  }
  return problems;
}

function unsetVariable(name: string): Preflight {
  return {
    level: 'warning',
    what: 'variable-unset',
    message: `\${${name}} is not set and has no default: Compose puts nothing in its place`,
    fix: `Set ${name} in \`stack.env\` or an env file, or write \${${name}:-default}, or \${${name}:?why} to make it an error`,
  };
}

function unknownTargets({ targets }: StackContext, { services }: Model): Preflight[] {
  return targets.flatMap(({ name, service }): Preflight[] => {
    if (service === undefined || service in services) return [];
    return [
      {
        level: 'error',
        what: 'target-unknown',
        message: `target ${name} speaks of the service ${service}, which is not in the compose files`,
        fix: `Name one of: ${lines(Object.keys(services).join('\n')).join(', ')}`,
      },
    ];
  });
}

function healthProblems(model: Model, targets: readonly string[], health: ReadonlyMap<string, HealthKnowledge>): Preflight[] {
  const kinds = new Map(graphOf(model, targets).map(({ name, kind }) => [name, kind]));
  const demanded = new Map<string, string>();
  for (const [name, { depends_on }] of Object.entries(model.services)) {
    for (const dependency of namesWith(depends_on, 'service_healthy')) demanded.set(dependency, name);
  }
  return Object.keys(model.services).flatMap((service): Preflight[] => {
    if (health.get(service) === 'yes' || kinds.get(service) === 'one-shot') return [];
    const dependent = demanded.get(service);
    if (dependent === undefined) {
      if (health.get(service) === 'unknown') return [];
      const fix = 'Add a `healthcheck`, so that ready means able to work; until then, running for 3 s without a restart must do';
      return [{ level: 'warning', what: 'no-healthcheck', service, message: `${service} has no health check`, fix }];
    }
    const certain = health.get(service) === 'no';
    const message = `${dependent} waits for ${service} to be healthy, but ${service} has no health check${certain ? '' : ' in the compose file (its image may bring one)'}`;
    return [
      {
        level: certain ? 'error' : 'warning',
        what: 'healthy-without-healthcheck',
        service,
        message,
        fix: `Add a \`healthcheck\` to ${service}, or depend on it with \`service_started\``,
      },
    ];
  });
}
