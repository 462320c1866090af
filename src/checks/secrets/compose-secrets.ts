import { basename, dirname, join } from 'node:path/posix';

import { classifySecret, isSecretName } from '../../lib/secret-value.ts';
import type { CheckContext } from '../contract.ts';
import { composeFiles, resolvedStack } from '../repository/compose.ts';
import { parseEnv } from '../repository/env-file.ts';
import { once, readTexts } from '../repository/files.ts';
import { written } from '../repository/interpolation.ts';
import type { Entry, YamlDocument } from '../repository/yaml.ts';
import type { DefaultFacts } from './judge.ts';

/** One variable of one service, as it is written. */
export interface ComposeEntry {
  readonly path: string;
  readonly service: string;
  readonly entry: Entry;
  readonly from: 'compose' | 'env-file' | 'default';
}

const BOUNDS = { bytes: 256_000, files: 200 };

/** The variables of every service: of `environment`, and of the tracked files that `env_file` names. */
export function composeSecrets(context: CheckContext): Promise<{ entries: readonly ComposeEntry[]; files: number; unread: number }> {
  return once(context, 'compose-secrets', async () => {
    const { files, unread } = await composeFiles(context);
    const tracked = new Set(await context.tracked());
    const own: ComposeEntry[] = [];
    const named = new Map<string, Set<string>>();
    for (const { path, documents } of files)
      for (const document of documents)
        for (const service of serviceNames(document)) {
          const keys = ['services', service];
          own.push(...document.scalars([...keys, 'environment']).map((entry) => ({ path, service, entry, from: 'compose' as const })));
          for (const file of envFiles(document, service)) {
            const at = join(dirname(path), file);
            named.set(at, (named.get(at) ?? new Set()).add(service));
          }
        }
    const loaded = await readTexts(
      context,
      [...named.keys()].filter((path) => tracked.has(path)),
      BOUNDS,
    );
    const fromFiles = loaded.files.flatMap(({ path, text }) =>
      parseEnv(text).flatMap((entry): ComposeEntry[] => {
        const users = [...(named.get(path) ?? [])];
        // Of all that read the file, the one whose name the variable has: MYSQL_PASSWORD is for `mysql`.
        const first = users.find((name) => entry.key.toLowerCase().includes(name.toLowerCase())) ?? users.at(-1) ?? '';
        const taker = own.find(({ service, entry: one }) => one.key === entry.key && named.get(path)?.has(service));
        if (taker === undefined || written(taker.entry.value).how !== 'indirect')
          return [{ path, service: first, entry, from: 'env-file' }];
        // What `environment` takes from outside wins over `env_file`; only a `.env` then says what it is when nobody sets it.
        return basename(path) === '.env' ? [{ path, service: taker.service, entry, from: 'default' }] : [];
      }),
    );
    return { entries: [...own, ...fromFiles], files: files.length, unread: unread + loaded.unread };
  });
}

/** Placeholders and well-known passwords among them. */
export async function defaultSites(context: CheckContext, entries: readonly ComposeEntry[]): Promise<DefaultFacts['sites']> {
  const stack = await resolvedStack(context);
  const services = typeof stack === 'object' ? new Map(stack.services.map(({ name, service }) => [name, service])) : undefined;
  return entries.flatMap(({ path, service, entry: { key, value, line }, from }): DefaultFacts['sites'] => {
    const text = written(value);
    if (text.how === 'indirect') return [];
    const like = likeness(key, text.value);
    if (like === undefined) return [];
    const resolved = services?.get(service)?.environment?.[key];
    const taken = services === undefined || resolved === undefined ? {} : { taken: resolved === text.value };
    return [
      {
        path,
        line,
        service,
        name: key,
        class: like,
        how: from === 'compose' ? text.how : from,
        ...taken,
        length: text.value.length,
      },
    ];
  });
}

/** Settings by which an image is told to ask for no password at all. */
const OPEN =
  /^(?:POSTGRES_HOST_AUTH_METHOD=trust|(?:MYSQL|MARIADB)_ALLOW_EMPTY_(?:ROOT_)?PASSWORD=(?:1|yes|true)|ALLOW_EMPTY_PASSWORD=(?:1|yes|true))$/i;

function likeness(name: string, value: string): 'placeholder' | 'weak' | 'none' | undefined {
  if (OPEN.test(`${name}=${value}`)) return 'none';
  if (!isSecretName(name)) return undefined;
  const like = classifySecret(value);
  return like === 'placeholder' || like === 'weak' ? like : undefined;
}

function serviceNames({ data }: YamlDocument): string[] {
  const services: unknown = (data as { services?: unknown } | null)?.services;
  return typeof services === 'object' && services !== null ? Object.keys(services) : [];
}

function envFiles({ data }: YamlDocument, service: string): string[] {
  const value: unknown = (data as { services: Record<string, { env_file?: unknown } | null> }).services[service]?.env_file;
  return (Array.isArray(value) ? value : [value]).flatMap((item: unknown) => {
    if (typeof item === 'string') return [item];
    const path: unknown = (item as { path?: unknown } | null | undefined)?.path;
    return typeof path === 'string' ? [path] : [];
  });
}
