import { join } from 'node:path';

import { z } from 'zod';

import type { Json } from '../../lib/json.ts';
import { parseJson } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';
import type { ExecResult } from '../../ports/index.ts';
import type { Capability, FaultContext, HealContext } from '../contract.ts';
import { ableIf } from './capability.ts';
import { docker, dockerOrThrow, failureOf, inspectContainer, succeeded } from './docker.ts';
import { containersOf } from './netns.ts';

const UP_MS = 18_000;

/** The part of the compose stack's handle that is read here. */
const Handle = z.object({
  project: z.string(),
  files: z.array(z.string()),
  projectDirectory: z.string(),
  profiles: z.array(z.string()),
  envFile: z.array(z.string()),
  envKeys: z.array(z.string()),
});

/** A service whose containers are made anew by Compose itself: all that is needed to make them again as the project's own files say. */
export const Recreated = z.strictObject({
  service: z.string(),
  project: z.string(),
  files: z.array(z.string()).min(1),
  projectDirectory: z.string(),
  profiles: z.array(z.string()),
  envFile: z.array(z.string()),
  containers: z.array(z.strictObject({ id: z.string(), name: z.string() })).min(1),
});
export type Recreated = z.output<typeof Recreated>;

/** What of a container tells how it was made. */
export const Made = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Running: z.boolean() }),
  Config: z.object({ Env: z.array(z.string()).nullish(), Labels: z.record(z.string(), z.string()).default({}) }),
  Mounts: z
    .array(z.object({ Type: z.string(), Name: z.string().optional(), Source: z.string().default(''), Destination: z.string() }))
    .default([]),
});
export type Made = z.output<typeof Made>;

/** @throws GauntletError where it is no Compose stack of ours, or Compose could not make the service again as it is. */
export async function prepareRecreated(service: string, context: FaultContext): Promise<Recreated> {
  if (context.manifest.kind !== 'compose')
    throw new GauntletError('only what Compose made can be made anew', { kind: 'config', hint: 'run this experiment on a Compose stack' });
  const containers = await containersOf(service, context);
  const handle = Handle.parse(context.manifest.handle);
  const unknown = handle.envKeys.filter((key) => context.ports.env[key] === undefined);
  if (unknown.length > 0)
    throw new GauntletError(
      `the stack is given ${unknown.join(', ')} by the configuration alone, so nobody else could make ${service} again`,
      {
        kind: 'config',
        hint: 'let the gate have these variables in its environment (`${NAME}` in the configuration)',
      },
    );
  const { project, files, projectDirectory, profiles, envFile } = handle;
  const own = containers.map(({ id, name }) => ({ id, name }));
  return { service, project, files, projectDirectory, profiles, envFile, containers: own };
}

/** Never throws. */
export async function recreatedCapability(service: string, context: FaultContext): Promise<Capability> {
  return ableIf(async () => {
    await prepareRecreated(service, context);
    await dockerOrThrow(context, ['compose', 'version', '--short']);
  });
}

/** Makes the service as the project's files say, with one more where it shall be other than they say. Its volumes stay. @throws what Compose said. */
export async function makeAnew(undo: Recreated, context: HealContext, override?: string): Promise<void> {
  const result = await compose(undo, override === undefined ? [] : ['-f', override], {
    context,
    command: ['up', '--detach', '--no-deps', '--no-build', undo.service],
  });
  if (!succeeded(result)) throw new Error(`${undo.service} could not be made anew: ${failureOf(result)}`);
}

/** As it was before, if the stack is still there. */
export async function makeAsBefore(undo: Recreated, context: HealContext): Promise<void> {
  if (await isThere(undo, context)) await makeAnew(undo, context);
}

/** How its containers are made now; `null` when the stack is gone. */
export async function madeFingerprint(undo: Recreated, context: HealContext): Promise<Json> {
  const made = await madeNow(undo, context);
  if (made.length === 0 && !(await isThere(undo, context))) return null;
  return made.map(({ State, Config, Mounts }) => ({
    running: State.Running,
    config: Config.Labels['com.docker.compose.config-hash'] ?? '',
    // An anonymous volume has another name in each life.
    mounts: Mounts.filter(({ Type, Source }) => Type !== 'volume' || !/[0-9a-f]{64}/.test(Source))
      .map(({ Source, Destination }) => `${Source}:${Destination}`)
      .sort(),
  }));
}

/** The containers of the service, running or not, by their names. */
export async function madeNow(undo: Recreated, context: HealContext): Promise<Made[]> {
  const labels = [
    `com.docker.compose.project=${undo.project}`,
    `com.docker.compose.service=${undo.service}`,
    'com.docker.compose.oneoff=False',
  ];
  const result = await docker(context, [
    'container',
    'ls',
    '--all',
    '--quiet',
    '--no-trunc',
    ...labels.flatMap((label) => ['--filter', `label=${label}`]),
  ]);
  if (!succeeded(result)) return silent(result);
  const ids = result.stdout.split('\n').filter((id) => id !== '');
  const made = await Promise.all(ids.map(async (id) => Made.safeParse(await inspectContainer(context, id)).data));
  return made.filter((one) => one !== undefined).sort((a, b) => a.Name.localeCompare(b.Name));
}

/** The service in Compose's own words, with all variables filled in. Holds secrets: never stored. */
export async function modelOf(undo: Recreated, context: HealContext): Promise<unknown> {
  const result = await compose(undo, [], { context, command: ['config', '--format', 'json'] });
  if (!succeeded(result)) throw new Error(`Compose cannot read its files: ${failureOf(result)}`);
  return parseJson(result.stdout);
}

/** A file for one more `-f`. @returns its path */
export async function writeOverride(context: FaultContext, override: Json): Promise<string> {
  const file = join(context.folder, `${context.id}-compose.json`);
  await context.ports.files.makeDirectory(context.folder);
  await context.ports.files.write(file, JSON.stringify(override));
  return file;
}

/** Some of the stack is left: a network or any container. What was taken down meanwhile is never brought up again. */
async function isThere({ project }: Recreated, context: HealContext): Promise<boolean> {
  const filter = ['--filter', `label=com.docker.compose.project=${project}`, '--quiet'];
  for (const what of [
    ['container', 'ls', '--all'],
    ['network', 'ls'],
  ]) {
    const result = await docker(context, [...what, ...filter]);
    if (!succeeded(result)) return silent(result).length > 0;
    if (result.stdout.trim() !== '') return true;
  }
  return false;
}

/** "Gone" must not be what was heard from nobody. */
function silent(result: ExecResult): [] {
  if (result.outcome.ended === 'not-found') return [];
  throw new GauntletError(`the stack cannot be looked at: ${failureOf(result)}`, {
    kind: 'stack',
    hint: 'look whether the Docker engine answers: docker version',
  });
}

interface Composing {
  readonly context: HealContext;
  readonly command: readonly string[];
}

async function compose(undo: Recreated, more: readonly string[], { context, command }: Composing): Promise<ExecResult> {
  const { ports, signal } = context;
  const { project, projectDirectory, files, profiles, envFile } = undo;
  const place = ['-p', project, '--project-directory', projectDirectory, ...files.flatMap((file) => ['-f', file])];
  const rest = [...profiles.flatMap((profile) => ['--profile', profile]), ...envFile.flatMap((file) => ['--env-file', file])];
  // What would lead Compose to other files or another project.
  const env = Object.fromEntries(
    Object.entries(ports.env).filter(([key]) => !/^COMPOSE_(?:PROJECT_NAME|FILE|REMOVE_ORPHANS|PROFILES)$/.test(key)),
  );
  const argv = ['docker', 'compose', '--ansi', 'never', ...place, ...more, ...rest, ...command];
  return ports.exec.run(
    { type: 'argv', argv },
    { env: { ...env, COMPOSE_PROGRESS: 'plain' }, timeoutMs: UP_MS, signal, graceMs: 500, captureBytes: 4_000_000 },
  );
}
