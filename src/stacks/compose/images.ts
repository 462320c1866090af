import type { Phases } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import { compose, docker, failureText, succeeded } from './engine.ts';
import type { Model, ModelService } from './model.ts';
import type { Project } from './options.ts';

/** Images first, as phases of their own, so that their time and their failures are told apart from the services'. */
export interface ImagesResult {
  readonly phases: ReadonlyMap<string, Phases>;
  /** The first service whose image could not be had. */
  readonly failure?: { readonly service: string; readonly message: string; readonly tail: readonly string[] };
}

interface Context {
  readonly ports: Pick<Ports, 'exec' | 'clock' | 'progress'>;
  readonly signal: AbortSignal;
}

const PULL_MS = 600_000;
const BUILD_MS = 1_800_000;
/** Between TERM and KILL of an interrupted pull or build: `down` needs the rest of a cancelled job's 7.5 s. */
const GRACE_MS = 1_000;
const PULL_TRIES = 3;
const PULLS_AT_ONCE = 3;
/** A registry's or the network's bad moment, which another try may not meet; "not found" and "denied" are for ever. */
const PASSING =
  /timeout|timed out|connection (?:reset|refused)|TLS handshake|temporary failure|EOF|too many requests|toomanyrequests|5\d\d |unavailable/i;

/** Pulls what is missing, then builds. Stops at the first failure. */
export async function prepareImages(model: Model, project: Project, context: Context): Promise<ImagesResult> {
  const phases = new Map<string, Phases>();
  const services = Object.entries(model.services);
  const missing = await missingImages(services, project, context);
  const toPull = services.filter(([, service]) => wantsPull(service, missing)).map(([name]) => name);
  const failure = await pullAll(toPull, project, { ...context, phases });
  if (failure) return { phases, failure };
  const toBuild = services.filter(([, service]) => service.build !== undefined && service.pull_policy !== 'never').map(([name]) => name);
  return toBuild.length === 0 ? { phases } : build(toBuild, project, { ...context, phases });
}

/** Images of the model that are not on this engine. */
async function missingImages(
  services: readonly (readonly [string, ModelService])[],
  project: Project,
  { ports }: Context,
): Promise<ReadonlySet<string>> {
  const wanted = [...new Set(services.flatMap(([, { image, build }]) => (image !== undefined && !build ? [image] : [])))];
  const found = await Promise.all(
    wanted.map(async (image) => succeeded(await docker(ports, ['image', 'inspect', '--format', '{{.Id}}', image], { env: project.env }))),
  );
  return new Set(wanted.filter((_, index) => !found[index]));
}

function wantsPull({ image, build, pull_policy: policy }: ModelService, missing: ReadonlySet<string>): boolean {
  if (image === undefined || build || policy === 'never' || policy === 'build') return false;
  return policy === 'always' || missing.has(image);
}

interface Phased extends Context {
  readonly phases: Map<string, Phases>;
}

async function pullAll(services: readonly string[], project: Project, context: Phased): Promise<ImagesResult['failure']> {
  const queue = [...services];
  let failure: ImagesResult['failure'];
  const worker = async (): Promise<void> => {
    for (let service = queue.shift(); service !== undefined && !failure; service = queue.shift())
      failure = (await pull(service, project, context)) ?? failure;
  };
  await Promise.all(Array.from({ length: PULLS_AT_ONCE }, worker));
  return failure;
}

async function pull(service: string, project: Project, { ports, signal, phases }: Phased): Promise<ImagesResult['failure']> {
  const began = ports.clock.monotonicMs();
  ports.progress.update(`pulling ${service}`);
  for (let attempt = 1; ; attempt += 1) {
    const result = await compose(ports, project, { args: ['pull', '--quiet', service], timeoutMs: PULL_MS, graceMs: GRACE_MS, signal });
    signal.throwIfAborted();
    phases.set(service, { ...phases.get(service), pullMs: Math.round(ports.clock.monotonicMs() - began) });
    if (succeeded(result)) return undefined;
    const message = failureText(result);
    if (attempt >= PULL_TRIES || !PASSING.test(result.stderr))
      return { service, message: `the image could not be pulled: ${message}`, tail: result.tail };
    await ports.clock.sleep(1_000 * 2 ** attempt, signal);
  }
}

/** One `build` for all, which lets BuildKit share and overlap; each service's time is from its first step to its last. */
async function build(services: readonly string[], project: Project, { ports, signal, phases }: Phased): Promise<ImagesResult> {
  const began = ports.clock.monotonicMs();
  ports.progress.update(`building ${services.join(', ')}`);
  const steps = new BuildSteps(services);
  const onLine = (line: string): void => steps.take(line, ports.clock.monotonicMs());
  const result = await compose(ports, project, { args: ['build', ...services], timeoutMs: BUILD_MS, graceMs: GRACE_MS, signal, onLine });
  signal.throwIfAborted();
  const whole = ports.clock.monotonicMs() - began;
  for (const service of services)
    phases.set(service, { ...phases.get(service), buildMs: Math.round(services.length > 1 ? (steps.msOf(service) ?? whole) : whole) });
  if (succeeded(result)) return { phases };
  return {
    phases,
    failure: {
      service: steps.failed ?? services[0] ?? '(stack)',
      message: `the image could not be built: ${failureText(result)}`,
      tail: result.tail,
    },
  };
}

/** Reads BuildKit's plain progress: `#7 [api 2/5] RUN …`, later `#7 DONE 0.3s` or `#7 ERROR: …`. */
export class BuildSteps {
  failed: string | undefined;
  readonly #owner = new Map<string, string>();
  readonly #span = new Map<string, readonly [number, number]>();
  readonly #services: ReadonlySet<string>;

  constructor(services: readonly string[]) {
    this.#services = new Set(services);
  }

  take(line: string, atMs: number): void {
    const [, step, rest = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (step === undefined) return;
    const named = /^\[([^\s\]]+)/.exec(rest)?.[1];
    if (named !== undefined && this.#services.has(named)) this.#owner.set(step, named);
    const service = this.#owner.get(step);
    if (service === undefined) return;
    this.#span.set(service, [this.#span.get(service)?.[0] ?? atMs, atMs]);
    if (rest.startsWith('ERROR')) this.failed ??= service;
  }

  /** Milliseconds between the first and the last line about a service; `undefined` when the builder names none. */
  msOf(service: string): number | undefined {
    const span = this.#span.get(service);
    return span && span[1] - span[0];
  }
}
