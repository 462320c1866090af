import { dirname, join } from 'node:path/posix';

import { parseEnv } from '../repository/env-file.ts';
import type { Texts } from '../repository/files.ts';
import { parseYaml } from '../repository/yaml.ts';

export interface Place {
  readonly path: string;
  readonly line: number;
}

/** Files of one profile; what they set holds together, the later ones over the earlier. */
export interface Profile {
  readonly development: readonly string[];
  readonly production: readonly string[];
}

/** Variables of one service (or of the files, where they are no compose files), each with its place. */
export interface Settings {
  readonly subject: string;
  readonly keys: ReadonlyMap<string, Place>;
  /** It also gets variables that cannot be seen here. */
  readonly hidden?: string;
}

const COMPOSE = /(?:^|\/)((?:docker-)?compose)([-_.][^/]*)?\.(ya?ml)$/i;
const DEVELOPMENT = /^[-_.](?:dev|devel|development|override|local)$/i;
const PRODUCTION = /^[-_.](?:prod|production)$/i;

/** Pairs that say by their names what they are: `compose.dev.yaml` and `compose.prod.yaml`, `.env.development` and `.env.production`. */
export function pairsIn(tracked: readonly string[]): Profile[] {
  const compose = tracked.flatMap((path) => {
    const [, , suffix = '', end] = COMPOSE.exec(path) ?? [];
    return end === undefined ? [] : [{ path, folder: dirname(path), suffix }];
  });
  const overlays = compose.flatMap(({ path, folder, suffix }): Profile[] => {
    if (!PRODUCTION.test(suffix)) return [];
    const beside = compose.filter((one) => one.folder === folder);
    const base = beside.filter((one) => one.suffix === '').map((one) => one.path);
    const development = beside.filter((one) => DEVELOPMENT.test(one.suffix)).map((one) => one.path);
    if (base.length > 1 || development.length + base.length === 0) return [];
    return [{ development: [...base, ...development], production: [...base, path] }];
  });
  const files = tracked.flatMap((path): Profile[] => {
    const found = /^(.*\/)?\.env\.prod(?:uction)?$/.exec(path);
    if (!found) return [];
    const [other] = tracked.filter((one) => one === join(found[1] ?? '', '.env.development') || one === join(found[1] ?? '', '.env.dev'));
    const common = tracked.filter((one) => one === join(found[1] ?? '', '.env'));
    return other === undefined ? [] : [{ development: [...common, other], production: [...common, path] }];
  });
  return [...overlays, ...files];
}

/** What the files of one profile set, by service. */
export function settingsOf(paths: readonly string[], texts: Texts['files']): Settings[] {
  const bySubject = new Map<string, { keys: Map<string, Place>; hidden?: string }>();
  const of = (subject: string): { keys: Map<string, Place>; hidden?: string } => {
    const known = bySubject.get(subject) ?? { keys: new Map<string, Place>() };
    bySubject.set(subject, known);
    return known;
  };
  for (const path of paths) {
    const text = texts.find((one) => one.path === path)?.text ?? '';
    if (!COMPOSE.test(path)) {
      for (const { key, line } of parseEnv(text)) of('').keys.set(key, { path, line });
      continue;
    }
    for (const { data, line } of parseYaml(path, text).documents) {
      for (const [service, described] of Object.entries(mapOf(mapOf(data)['services']))) {
        const { environment, env_file: envFile } = mapOf(described);
        const known = of(service);
        for (const key of namesIn(environment)) known.keys.set(key, { path, line: line(['services', service, 'environment', key]) });
        for (const file of filesIn(envFile)) {
          const where = join(dirname(path), file);
          const loaded = texts.find((one) => one.path === where);
          if (!loaded) known.hidden = where;
          for (const { key, line: at } of parseEnv(loaded?.text ?? '')) known.keys.set(key, { path: where, line: at });
        }
      }
    }
  }
  return [...bySubject].map(([subject, known]) => ({ subject, ...known }));
}

/** Files of variables that compose files load, relative to the root. */
export function loadedBy(path: string, text: string): string[] {
  if (!COMPOSE.test(path)) return [];
  return parseYaml(path, text).documents.flatMap(({ data }) =>
    Object.values(mapOf(mapOf(data)['services'])).flatMap((service) =>
      filesIn(mapOf(service)['env_file']).map((file) => join(dirname(path), file)),
    ),
  );
}

function namesIn(environment: unknown): string[] {
  if (Array.isArray(environment)) return environment.flatMap((item) => (typeof item === 'string' ? [item.split('=', 1)[0] ?? ''] : []));
  return Object.keys(mapOf(environment));
}

function filesIn(envFile: unknown): string[] {
  const all: readonly unknown[] = Array.isArray(envFile) ? envFile : [envFile];
  return all.flatMap((one) => {
    const path = typeof one === 'string' ? one : mapOf(one)['path'];
    return typeof path === 'string' ? [path] : [];
  });
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
