import { GauntletError } from '../../model/errors.ts';
import type { ExecResult, Ports } from '../../ports/index.ts';
import { composeArguments, type Project } from './options.ts';

/** A call to `docker`: it has a deadline, and its end is data. */
export interface Call {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /** Milliseconds; looking takes little, so a slow answer is an engine in trouble. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly graceMs?: number | undefined;
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
}

/** A call to `docker compose` on a project, whose environment and files are known. */
export interface ComposeCall extends Omit<Call, 'env' | 'cwd'> {
  readonly args: readonly string[];
}

const LOOK_MS = 10_000;
export const PROJECT_LABEL = 'com.docker.compose.project';
export const SERVICE_LABEL = 'com.docker.compose.service';

/** Runs `docker` with an argument array. Never throws for what docker answers. */
export async function docker({ exec }: Pick<Ports, 'exec'>, args: readonly string[], call: Call): Promise<ExecResult> {
  const { timeoutMs = LOOK_MS, ...rest } = call;
  return exec.run({ type: 'argv', argv: ['docker', ...args] }, { ...rest, timeoutMs });
}

/** Runs `docker compose …` on a project. */
export async function compose(ports: Pick<Ports, 'exec'>, project: Project, { args, ...call }: ComposeCall): Promise<ExecResult> {
  return docker(ports, [...composeArguments(project), ...args], { env: project.env, ...call });
}

export function succeeded({ outcome }: ExecResult): boolean {
  return outcome.ended === 'exit' && outcome.code === 0;
}

/**
 * Ids of a project's things: one per line, by label, so that nothing of another project is ever touched.
 * @throws GauntletError (stack) when the engine does not answer: "nothing there" must not be what we heard from nobody.
 */
export async function listIds(
  ports: Pick<Ports, 'exec'>,
  what: 'container' | 'network' | 'volume',
  project: Pick<Project, 'project' | 'env'>,
): Promise<string[]> {
  const all = what === 'container' ? ['--all', '--no-trunc'] : [];
  const result = await docker(ports, [what, 'ls', '--quiet', ...all, '--filter', `label=${PROJECT_LABEL}=${project.project}`], {
    env: project.env,
  });
  if (!succeeded(result)) throw engineError(`cannot list the ${what}s of ${project.project}`, result);
  return lines(result.stdout);
}

/** `docker inspect` of containers as parsed JSON. Those removed meanwhile are left out. */
export async function inspect(ports: Pick<Ports, 'exec'>, ids: readonly string[], env: Call['env']): Promise<unknown[]> {
  if (ids.length === 0) return [];
  const result = await docker(ports, ['container', 'inspect', ...ids], { env });
  // Exits with 1 when one of them is gone, and still prints the others.
  const parsed = parseJson(result.stdout);
  if (!Array.isArray(parsed)) throw engineError('cannot inspect containers', result);
  return parsed;
}

/** The value of a JSON text, or `undefined`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** One line that says how a call failed: what it printed last, else how it ended. */
export function failureText(result: Pick<ExecResult, 'outcome' | 'stderr' | 'stdout'>): string {
  const { outcome } = result;
  if (outcome.ended === 'timeout') return `no answer within ${outcome.afterMs} ms`;
  if (outcome.ended === 'not-found') return `${outcome.program} is not installed`;
  if (outcome.ended === 'interrupted') return 'it was interrupted';
  const said = lines(result.stderr).filter((line) => !/level=warning/.test(line));
  const telling =
    said.findLast((line) => /error|invalid|failed|denied|cannot|not found|unable|refused/i.test(line)) ??
    said.at(-1) ??
    lines(result.stdout).at(-1);
  return telling ?? (outcome.ended === 'exit' ? `exit code ${outcome.code}` : `ended by ${outcome.signal}`);
}

export function engineError(what: string, result: ExecResult): GauntletError {
  return new GauntletError(`${what}: ${failureText(result)}`, {
    kind: 'stack',
    hint: 'look whether the Docker engine answers: docker version',
  });
}
