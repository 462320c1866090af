import { normalize } from 'node:path/posix';

import { z } from 'zod';

import { isSamplePath } from '../../lib/secret-value.ts';
import type { CheckContext } from '../contract.ts';
import { once, readTexts, type Bounds } from './files.ts';
import { parseYaml, type YamlFile } from './yaml.ts';

const BOUNDS: Bounds = { bytes: 512_000, files: 200 };
const NAME = /(?:^|\/)(?:docker-)?compose(?:[-_.][^/]*)?\.ya?ml$/i;

const mount = z.looseObject({
  type: z.string().optional(),
  source: z.string().optional(),
  target: z.string().optional(),
  read_only: z.boolean().optional(),
});
const port = z.looseObject({ target: z.number().optional(), published: z.coerce.string().optional(), host_ip: z.string().optional() });

/** One service of `docker compose config --format json`, as far as checks look at it. */
const Service = z.looseObject({
  image: z.string().optional(),
  user: z.string().optional(),
  secrets: z.array(z.looseObject({ source: z.string() })).nullish(),
  build: z.unknown().optional(),
  command: z.union([z.string(), z.array(z.string())]).nullish(),
  environment: z.record(z.string(), z.string().nullable()).nullish(),
  privileged: z.boolean().optional(),
  network_mode: z.string().optional(),
  pid: z.string().optional(),
  ipc: z.string().optional(),
  cap_add: z.array(z.string()).nullish(),
  security_opt: z.array(z.string()).nullish(),
  mem_limit: z.coerce.string().optional(),
  deploy: z
    .looseObject({ resources: z.looseObject({ limits: z.looseObject({ memory: z.coerce.string().optional() }).nullish() }).nullish() })
    .nullish(),
  volumes: z.array(mount).nullish(),
  ports: z.array(port).nullish(),
  healthcheck: z.looseObject({ test: z.union([z.string(), z.array(z.string())]).nullish() }).nullish(),
});
export type Service = z.output<typeof Service>;

const Model = z.looseObject({
  services: z.record(z.string(), Service).default({}),
  secrets: z.record(z.string(), z.looseObject({ file: z.string().optional() })).default({}),
});

/** The stack as Compose resolved it, with the places of its services in tracked files. */
export interface ResolvedStack {
  readonly services: readonly { readonly name: string; readonly service: Service }[];
  /** Absolute path of each secret that is a file. */
  readonly secretFiles: ReadonlyMap<string, string>;
  /** Where a service, or a key of it, stands. */
  readonly place: (service: string, ...keys: string[]) => { path: string; line: number } | undefined;
}

/** `undefined` when no compose file describes the stack; a text when its model could not be read. */
export function resolvedStack(context: CheckContext): Promise<ResolvedStack | string | undefined> {
  return once(context, 'stack', async () => {
    let raw: unknown;
    try {
      raw = await context.model();
    } catch (error) {
      return `the compose files could not be resolved: ${error instanceof Error ? error.message.slice(0, 300) : 'unknown'}`;
    }
    if (raw === undefined) return undefined;
    const parsed = Model.safeParse(raw);
    if (!parsed.success) return `the resolved compose model could not be read: ${z.prettifyError(parsed.error)}`;
    const { files } = await composeFiles(context);
    return {
      services: Object.entries(parsed.data.services).map(([name, service]) => ({ name, service })),
      secretFiles: new Map(Object.entries(parsed.data.secrets).flatMap(([name, { file }]) => (file === undefined ? [] : [[name, file]]))),
      place: (...keys) => placeOf(ofStack(files, context.stackFiles), keys),
    };
  });
}

/** Every tracked compose file but samples, those nearest to the root first. */
export function composeFiles(context: CheckContext): Promise<{ files: readonly YamlFile[]; unread: number }> {
  return once(context, 'compose-files', async () => {
    const tracked = await context.tracked();
    const paths = tracked.filter((path) => NAME.test(path) && !isSamplePath(path)).toSorted((a, b) => depth(a) - depth(b));
    const { files, unread } = await readTexts(context, paths, BOUNDS);
    const parsed = files.map(({ path, text }) => parseYaml(path, text));
    return { files: parsed, unread: unread + parsed.filter(({ broken }) => broken > 0).length };
  });
}

/** The stack's own files first, the topmost before those below it: other files may describe a service of the same name. */
function ofStack(files: readonly YamlFile[], own: readonly string[] = []): readonly YamlFile[] {
  const named = own.map((path) => normalize(path)).toReversed();
  const rank = ({ path }: YamlFile): number => (named.includes(path) ? named.indexOf(path) : named.length);
  return files.toSorted((a, b) => rank(a) - rank(b));
}

function placeOf(files: readonly YamlFile[], [service = '', ...keys]: readonly string[]): { path: string; line: number } | undefined {
  const found = files.flatMap(({ path, documents }) =>
    documents.flatMap(({ data, line }) => {
      const written = serviceIn(data, service);
      return written === undefined ? [] : [{ path, whole: has(written, keys), line: line(['services', service, ...keys]) }];
    }),
  );
  const best = found.find(({ whole }) => whole) ?? found[0];
  return best && { path: best.path, line: best.line };
}

function serviceIn(data: unknown, name: string): unknown {
  const services: unknown = (data as { services?: unknown } | null)?.services;
  return typeof services === 'object' && services !== null && Object.hasOwn(services, name)
    ? ((services as Record<string, unknown>)[name] ?? {})
    : undefined;
}

/** Do these keys stand here? Lists (`environment: [A=b]`) are looked for by their key alone. */
function has(value: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined || Array.isArray(value)) return true;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, first) && has((value as Record<string, unknown>)[first], rest);
}

function depth(path: string): number {
  return path.split('/').length;
}
