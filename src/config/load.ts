import { createHash } from 'node:crypto';
import { basename, dirname, isAbsolute, relative } from 'node:path';

import { GauntletError } from '../model/errors.ts';
import type { Files } from '../ports/index.ts';
import { explain, sayIssue } from './explain.ts';
import type { Locate } from './places.ts';
import { ConfigError } from './problems.ts';
import { checkReferences } from './refer.ts';
import { configSchema, type Plugins, PLUGINS, type Settings } from './schema.ts';
import { readYaml } from './yaml.ts';

/** A configuration that has no mistakes, and where everything in it is written. */
export interface Config extends Settings {
  /** As it is shown: relative to the repository root. */
  readonly path: string;
  readonly locate: Locate;
}

export interface LoadConfigOptions {
  readonly files: Files;
  /** Absolute path of the file. */
  readonly path: string;
  /** What `${VAR}` is filled from. */
  readonly env: Readonly<Record<string, string>>;
  /** Repository root; the file's own folder without it. */
  readonly root?: string;
  /** Every plugin of this version without it. */
  readonly plugins?: Plugins;
}

const MAX_BYTES = 1_000_000;

/**
 * Reads `gauntlet.yml`. The digest is over the file as it is on disk, before variables are filled in.
 * @throws ConfigError with every problem and its place; GauntletError of kind `config` when there is no file to read.
 */
export async function loadConfig({
  files,
  path,
  env,
  root = dirname(path),
  plugins = PLUGINS,
}: LoadConfigOptions): Promise<{ config: Config; sha256: string }> {
  const inside = relative(root, path);
  const file = inside === '' || inside.startsWith('..') || isAbsolute(inside) ? basename(path) : inside;
  if (!(await files.exists(path))) {
    throw new GauntletError(`there is no ${file} here`, {
      kind: 'config',
      hint: 'write one with `gauntlet init`, or name another with --config',
    });
  }
  const bytes = await readBounded(files, path, file);
  return { config: parseConfig(decode(bytes, file), { file, env, plugins }), sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Reads the text of a configuration. @throws ConfigError with every problem and its place. */
export function parseConfig(
  text: string,
  { file, env, plugins = PLUGINS }: { file: string; env: Readonly<Record<string, string>>; plugins?: Plugins },
): Config {
  const { value, places, problems } = readYaml(text, { file, env });
  if (value === null && problems.length === 0)
    throw new ConfigError(file, [places.problemAt([0, 0], 'the file is empty', 'write `version: 1` and at least one stage')]);
  const schema = configSchema(plugins);
  const parsed = value === undefined || value === null ? undefined : schema.safeParse(value, { error: sayIssue, reportInput: true });
  const refused = parsed?.success === false ? explain(parsed.error.issues, places) : [];
  // A value that could not be read is not complained about again for what it is not.
  const found = [...problems, ...refused.filter((problem) => !problems.some((earlier) => earlier.location.line === problem.location.line))];
  const settings = parsed?.data;
  if (settings) found.push(...checkReferences(settings, places, plugins));
  if (found.length > 0 || !settings) throw new ConfigError(file, found);
  return { ...settings, path: file, locate: places.locate };
}

async function readBounded(files: Files, path: string, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of files.stream(path) as AsyncIterable<Buffer | string>) {
    const part = Buffer.from(chunk as Buffer);
    bytes += part.length;
    if (bytes > MAX_BYTES) throw unreadable(file, 'is larger than 1 MB', 'a configuration is a few hundred lines: is this another file?');
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, 'is not UTF-8 text', 'save it as UTF-8');
  }
}

function unreadable(file: string, what: string, repair: string): ConfigError {
  return new ConfigError(file, [{ location: { path: file }, what: `the file ${what}`, repair }]);
}
