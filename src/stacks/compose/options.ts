import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

import type { StackManifest } from '../../model/manifest.ts';
import type { StackContext } from '../contract.ts';

const list = z.union([
  z
    .string()
    .min(1)
    .transform((one) => [one]),
  z.array(z.string().min(1)).min(1),
]);

/** What a user may say about a Compose stack. Paths are relative to the repository root. */
export const ComposeOptions = z.strictObject({
  files: list.describe('Compose files, later ones on top of earlier ones.'),
  profiles: z.array(z.string().min(1)).optional().describe('Profiles to switch on.'),
  envFile: list.optional().describe('Files with variables for interpolation; `.env` beside the first compose file when left out.'),
  services: z.array(z.string().min(1)).min(1).optional().describe('Start only these, with what they depend on.'),
  env: z.record(z.string(), z.string()).optional().describe('Variables for interpolation, over those of the environment.'),
  projectDirectory: z
    .string()
    .min(1)
    .optional()
    .describe('Where relative paths in the compose files start; the folder of the first file when left out.'),
});
export type ComposeOptions = z.output<typeof ComposeOptions>;

/** What another process needs to find and remove everything: names only, never values of variables. */
export const ComposeHandle = z.object({
  project: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  files: z.array(z.string()),
  projectDirectory: z.string(),
  profiles: z.array(z.string()),
  envFile: z.array(z.string()),
  services: z.array(z.string()),
  /** Names of the variables that the options set; their values stay in the config. */
  envKeys: z.array(z.string()),
  /** Services that compose decides about only when they end (see `model.ts`). */
  undeclared: z.array(z.string()),
  /** When readiness was judged (ISO 8601): the watch begins there, so that nothing falls between the two. */
  seenAt: z.string().optional(),
});
export type ComposeHandle = z.output<typeof ComposeHandle>;

/** One Compose project: how every call addresses it. Paths are absolute. */
export interface Project extends ComposeHandle {
  /** The whole environment of every call: the gate's own, and the options' on top. Contains secrets. */
  readonly env: Readonly<Record<string, string>>;
}

/** The project that the options describe, named so that no other run, attempt or instance on this engine shares it. */
export function projectOf(
  options: ComposeOptions,
  { root, runId, instance, ports }: Pick<StackContext, 'root' | 'runId' | 'instance' | 'ports'>,
): Project {
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(root, path));
  const files = options.files.map(absolute);
  return {
    project: projectName(root, runId, instance),
    files,
    projectDirectory: options.projectDirectory === undefined ? dirname(files[0] ?? root) : absolute(options.projectDirectory),
    profiles: options.profiles ?? [],
    envFile: (options.envFile ?? []).map(absolute),
    services: options.services ?? [],
    envKeys: Object.keys(options.env ?? {}),
    undeclared: [],
    env: environment(ports.env, options.env ?? {}),
  };
}

/**
 * The project that a handle names, in whatever process. Variables that only the options knew get a filler:
 * `down` looks at labels, it only must not trip over `${NEEDED:?}`.
 */
export function projectFromHandle(handle: StackManifest['handle'], ports: Pick<StackContext['ports'], 'env'>): Project {
  const parsed = ComposeHandle.parse(handle);
  const filler = Object.fromEntries(parsed.envKeys.filter((key) => ports.env[key] === undefined).map((key) => [key, '0']));
  return { ...parsed, env: environment(ports.env, filler) };
}

/** The booked form of a project: everything but the environment. */
export function handleOf(project: Project): StackManifest['handle'] {
  const { seenAt, ...handle } = ComposeHandle.parse(project);
  return seenAt === undefined ? handle : { ...handle, seenAt };
}

/** Arguments of `docker` that address the project. */
export function composeArguments(project: Project): string[] {
  return ['compose', '--ansi', 'never', ...addressing(project)];
}

/** The options between `docker compose` and its command. */
export function addressing({ project, files, projectDirectory, profiles, envFile }: Project): string[] {
  return [
    '-p',
    project,
    '--project-directory',
    projectDirectory,
    ...files.flatMap((file) => ['-f', file]),
    ...profiles.flatMap((profile) => ['--profile', profile]),
    ...envFile.flatMap((file) => ['--env-file', file]),
  ];
}

/** Lower case, `[a-z0-9_-]`, at most 63 characters (a DNS label: Compose makes host names of it), the unique end kept whole. */
export function projectName(root: string, runId: string, instance: string): string {
  const clean = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, '-')
      .replace(/^[-_]+|[-_]+$/g, '');
  const end = `${clean(runId).slice(-40) || 'run'}-${clean(instance)}`;
  const repository = clean(basename(root)).slice(0, Math.min(16, 63 - 'gauntlet--'.length - end.length)) || 'stack';
  return `gauntlet-${repository}-${end}`;
}

/** What would redirect or decorate our calls is left out: we say project, files and output ourselves. */
function environment(base: Readonly<Record<string, string>>, extra: Readonly<Record<string, string>>): Record<string, string> {
  const own = ['COMPOSE_PROJECT_NAME', 'COMPOSE_FILE', 'COMPOSE_REMOVE_ORPHANS', 'COMPOSE_STATUS_STDOUT', 'COMPOSE_MENU'];
  const kept = Object.entries({ ...base, ...extra }).filter(([key]) => !own.includes(key));
  return { ...Object.fromEntries(kept), COMPOSE_PROGRESS: 'plain' };
}
