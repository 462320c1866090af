import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';

import { envExamples } from '../../lib/env-examples.ts';
import { atMost } from '../../lib/text.ts';
import { below, type Repository } from './repository.ts';

const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const FOLDERS = ['.', 'docker', 'deploy', 'deployment', 'infra', 'ops'];

const Service = z.object({
  image: z.string().optional().catch(undefined),
  ports: z.array(z.unknown()).catch([]),
  healthcheck: z.unknown().optional(),
  env_file: z.unknown().optional(),
  profiles: z.array(z.string()).catch([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string().optional() }).nullable()).catch({}),
});
type Service = z.output<typeof Service>;
const EnvFile = z.object({ path: z.string(), required: z.boolean().optional() });
const Model = z.object({ services: z.record(z.string(), Service.nullable().catch(null)) });

/** A port of a service that its compose file publishes. */
export interface Published {
  readonly service: string;
  readonly port: number;
}

/** The compose files that would be the stack, as far as they can be read without an engine. */
export interface ComposeFound {
  readonly file: string;
  /** What `docker compose up` puts on top of it by itself. */
  readonly override?: string;
  /** Those that start by themselves; one with a profile waits for it. */
  readonly services: readonly string[];
  /** Ports that speak HTTP by all we know: published, and none of a database or broker. */
  readonly http: readonly Published[];
  readonly unknown: readonly string[];
}

/** Compose files where nobody looks for them, several of them: somebody has to say which one it is. */
export interface ComposeElsewhere {
  readonly files: readonly string[];
}

/** Ports of servers that speak something else than HTTP. */
const NO_HTTP = new Set([21, 22, 25, 53, 110, 143, 389, 465, 587, 636, 1025, 1433, 1521, 1883, 2181, 3306, 4222, 5432, 5433, 5672, 6379, 6380, 8883, 9042, 9092, 11_211, 26_379, 27_017, 33_060, 50_000]); // prettier-ignore
/** Images of databases and brokers. */
const NO_WEB = /(?:^|\/)(?:postgres|postgis|pgvector|mysql|mariadb|redis|valkey|mongo|memcached|kafka|zookeeper|nats|cassandra|mssql|timescaledb|rabbitmq)(?:[-/:@]|$)/; // prettier-ignore

/** The compose file of a repository, if it has one: at a usual place, else the only one further down. */
export async function findCompose(repository: Repository): Promise<ComposeFound | ComposeElsewhere | undefined> {
  const usual = await repository.first(FOLDERS.flatMap((folder) => NAMES.map((name) => below(folder, name))));
  const further = usual === undefined ? await furtherDown(repository) : [];
  const file = usual ?? (further.length === 1 ? further[0] : undefined);
  if (file === undefined) return further.length === 0 ? undefined : { files: further };
  const override = await overrideOf(repository, file);
  const texts = await Promise.all([file, ...(override === undefined ? [] : [override])].map((path) => repository.text(path)));
  const [base, ...more] = texts.map((text) => Model.safeParse(valueOf(text)).data?.services);
  const files = { file, ...(override === undefined ? {} : { override }) };
  if (!base) return { ...files, services: [], http: [], unknown: [`What is in ${file}: it names no services, or is no valid YAML.`] };
  const services = Object.entries(together([base, ...more])).filter(([, { profiles }]) => profiles.length === 0);
  return {
    ...files,
    services: services.map(([name]) => name),
    http: services.flatMap(([name, { image, ports }]) => (NO_WEB.test(image ?? '') ? [] : publishedBy(name, ports).slice(0, 1))),
    unknown: [
      ...(await unset(repository, file, texts.join('\n'))),
      ...(await missingEnvFiles(repository, file, services)),
      ...readiness(file, services),
      ...(await others(repository, [file, ...(override === undefined ? [] : [override])])),
    ],
  };
}

type Services = readonly (readonly [string, Service])[];

async function furtherDown(repository: Repository): Promise<readonly string[]> {
  const found = await repository.glob(['*/', '*/*/'].flatMap((folder) => NAMES.map((name) => `${folder}${name}`)));
  // One folder may hold the same stack under two names: Compose takes the first of them.
  const first = found.toSorted((a, b) => NAMES.indexOf(posix.basename(a)) - NAMES.indexOf(posix.basename(b)));
  const folders = new Map(first.toReversed().map((path) => [posix.dirname(path), path]));
  return [...folders.values()]
    .filter((path) => !path.split('/').some((part) => part.startsWith('.') || part === 'node_modules'))
    .toSorted();
}

/** Compose reads it without being asked: https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/ */
function overrideOf(repository: Repository, file: string): Promise<string | undefined> {
  const { dir, name } = posix.parse(file);
  return repository.first(['yaml', 'yml'].map((extension) => below(dir === '' ? '.' : dir, `${name}.override.${extension}`)));
}

function together(files: readonly (Readonly<Record<string, Service | null>> | undefined)[]): Record<string, Service> {
  const whole: Record<string, Service> = {};
  for (const services of files)
    for (const [name, service] of Object.entries(services ?? {})) {
      const before = whole[name];
      const own = service ?? Service.parse({});
      whole[name] = before
        ? {
            image: own.image ?? before.image,
            ports: [...before.ports, ...own.ports],
            healthcheck: own.healthcheck ?? before.healthcheck,
            env_file: [before.env_file, own.env_file].filter((one) => one !== undefined),
            profiles: [...before.profiles, ...own.profiles],
            depends_on: { ...before.depends_on, ...own.depends_on },
          }
        : own;
    }
  return whole;
}

function valueOf(text: string): unknown {
  try {
    return parseDocument(text, { merge: true, logLevel: 'silent' }).toJS({ maxAliasCount: 1000 }) as unknown;
  } catch {
    return undefined;
  }
}

function publishedBy(service: string, ports: readonly unknown[]): Published[] {
  return ports.flatMap((written) => {
    const port = containerPort(written);
    return port === undefined || NO_HTTP.has(port) ? [] : [{ service, port }];
  });
}

/** `8080`, `"80:8080"`, `"127.0.0.1:80:8080/tcp"` or `{target: 8080}`. */
function containerPort(written: unknown): number | undefined {
  if (typeof written === 'number') return written;
  if (typeof written === 'object' && written !== null && 'target' in written) return Number(written.target) || undefined;
  if (typeof written !== 'string' || written.endsWith('/udp')) return undefined;
  const last =
    written
      .replace(/\/tcp$/, '')
      .split(':')
      .at(-1) ?? '';
  const port = Number(/^\d+$/.test(last) ? last : (/:-(\d+)\}$/.exec(written)?.[1] ?? Number.NaN));
  return Number.isNaN(port) ? undefined : port;
}

/** `.env`, `[.env]` or `[{path: .env, required: false}]`. */
function envFilesOf(written: unknown): string[] {
  if (typeof written === 'string') return [written];
  if (Array.isArray(written)) return written.flatMap(envFilesOf);
  const { data } = EnvFile.safeParse(written);
  return data && data.required !== false ? [data.path] : [];
}

/** Compose refuses to start without a file that `env_file` names. */
async function missingEnvFiles(repository: Repository, file: string, services: Services): Promise<string[]> {
  const paths = new Set(services.flatMap(([, { env_file }]) => envFilesOf(env_file)));
  const missing = [];
  for (const path of paths) {
    const plain = below(folderOf(file), posix.normalize(path));
    if (!path.startsWith('/') && !path.includes('$') && !(await repository.exists(plain))) missing.push(plain);
  }
  if (missing.length === 0) return [];
  const copies = [];
  for (const path of missing) {
    const example = await repository.first(envExamples(path));
    if (example !== undefined) copies.push(`\`cp ${example} ${path}\``);
  }
  const hint = copies.length === 0 ? '' : ` (${copies.slice(0, 3).join(', ')})`;
  return [
    `What stands in ${atMost(missing, 5)}: ${file} reads ${missing.length === 1 ? 'it' : 'them'} with \`env_file\`, and git has no such file. The stack cannot start before the job makes it${hint}.`,
  ];
}

/** Variables without a default that no `.env` sets. */
async function unset(repository: Repository, file: string, text: string): Promise<string[]> {
  const env = below(folderOf(file), '.env');
  const set = await repository.text(env);
  const used = [...text.replace(/^\s*#.*$/gm, '').matchAll(/(?<!\$)\$(?:\{(\w+)(?:\}|:?\?)|([A-Za-z_]\w*))/g)];
  const isSet = (name: string) => new RegExp(`^\\s*(?:export\\s+)?${name}=`, 'm').test(set);
  const names = [...new Set(used.map(([, braced, bare]) => braced ?? bare ?? ''))].filter((name) => !isSet(name));
  if (names.length === 0) return [];
  const example = await repository.first(envExamples(env));
  const hint = example === undefined ? 'set them in the job' : `\`cp ${example} ${env}\` before the run, or set them in the job`;
  return [`What ${names.slice(0, 8).join(', ')} should be: ${file} reads ${names.length === 1 ? 'it' : 'them'} from the environment (${hint}).`]; // prettier-ignore
}

/** Of services that are there to stay: one that others wait for to complete has nothing to be ready for. */
function readiness(file: string, services: Services): string[] {
  const oneShots = new Set(
    services.flatMap(([, { depends_on }]) =>
      Object.entries(depends_on).flatMap(([name, wait]) => (wait?.condition === 'service_completed_successfully' ? [name] : [])),
    ),
  );
  const bare = services.flatMap(([name, { healthcheck }]) => (healthcheck === undefined && !oneShots.has(name) ? [name] : []));
  const one = bare.length === 1;
  return bare.length === 0
    ? []
    : [
        `When ${atMost(bare, 6)} ${one ? 'is' : 'are'} ready: ${one ? 'it has' : 'they have'} no \`healthcheck\` in ${file}, so running has to do (an image may bring one).`,
      ];
}

async function others(repository: Repository, own: readonly string[]): Promise<string[]> {
  const [file = ''] = own;
  const found = await repository.glob(['compose*.{yml,yaml}', 'docker-compose*.{yml,yaml}'].map((name) => below(folderOf(file), name)));
  const more = found.filter((path) => !own.includes(path));
  return more.length === 0
    ? []
    : [
        `Whether ${atMost(more, 4)} ${more.length === 1 ? 'belongs' : 'belong'} to the stack: \`compose: [${[...own, more[0] ?? ''].join(', ')}]\` puts files on top of each other.`,
      ];
}

function folderOf(file: string): string {
  return file.includes('/') ? posix.dirname(file) : '.';
}
