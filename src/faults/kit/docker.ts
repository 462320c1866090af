import { parseJson } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';
import type { ExecResult } from '../../ports/index.ts';
import type { HealContext } from '../contract.ts';

const CALL_MS = 15_000;

/** Runs `docker` with an argument array, within a bound of time. Its end is data. */
export async function docker({ ports, signal }: HealContext, args: readonly string[]): Promise<ExecResult> {
  return ports.exec.run({ type: 'argv', argv: ['docker', ...args] }, { env: ports.env, timeoutMs: CALL_MS, signal, graceMs: 500 });
}

export function succeeded({ outcome }: ExecResult): boolean {
  return outcome.ended === 'exit' && outcome.code === 0;
}

/** What `docker` said last, or how it ended. */
export function failureOf({ outcome, stderr }: ExecResult): string {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  if (said !== '') return said;
  return outcome.ended === 'not-found' ? `${outcome.program} is not installed` : `docker ended with ${JSON.stringify(outcome)}`;
}

/** `docker` whose failure is an error. @throws GauntletError of kind `stack` with what it said. */
export async function dockerOrThrow(context: HealContext, args: readonly string[]): Promise<string> {
  const result = await docker(context, args);
  if (succeeded(result)) return result.stdout;
  throw new GauntletError(`docker ${args.slice(0, 2).join(' ')}: ${failureOf(result)}`, {
    kind: 'stack',
    hint: 'look whether the Docker engine answers: docker version',
  });
}

/** `docker container inspect`, parsed; `undefined` for a container that is gone, or when nobody answers. */
export async function inspectContainer(context: HealContext, id: string): Promise<unknown> {
  const result = await docker(context, ['container', 'inspect', id]);
  const parsed = succeeded(result) ? parseJson(result.stdout) : undefined;
  return Array.isArray(parsed) ? parsed[0] : undefined;
}

/** A small file of a container, without a program of its image: the engine hands it over as tar, whose first head has 512 bytes. */
export async function fileIn(context: HealContext, id: string, path: string): Promise<string | undefined> {
  const result = await docker(context, ['cp', '--follow-link', `${id}:${path}`, '-']);
  if (!succeeded(result)) return undefined;
  const size = Number.parseInt(result.stdout.slice(124, 135), 8);
  return Number.isNaN(size) ? undefined : result.stdout.slice(512, 512 + size).trim();
}
