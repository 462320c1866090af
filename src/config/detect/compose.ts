import { parseDocument } from 'yaml';
import { z } from 'zod';

import { below, type Repository } from './repository.ts';

const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const FOLDERS = ['.', 'docker', 'deploy', 'deployment', 'infra', 'ops'];

const Service = z.object({
  image: z.string().optional().catch(undefined),
  ports: z.array(z.unknown()).catch([]),
  healthcheck: z.unknown().optional(),
  env_file: z.unknown().optional(),
});
const EnvFile = z.object({ path: z.string(), required: z.boolean().optional() });
const Model = z.object({ services: z.record(z.string(), Service.nullable().catch(null)) });

/** A port of a service that its compose file publishes. */
export interface Published {
  readonly service: string;
  readonly port: number;
}

/** The compose file that would be the stack, as far as it can be read without an engine. */
export interface ComposeFound {
  readonly file: string;
  readonly services: readonly string[];
  /** Ports that speak HTTP by all we know: published, and none of a database or broker. */
  readonly http: readonly Published[];
  readonly unknown: readonly string[];
}

/** Ports of servers that speak something else than HTTP. */
const NO_HTTP = new Set([21, 22, 25, 53, 110, 143, 389, 465, 587, 636, 1025, 1433, 1521, 1883, 2181, 3306, 4222, 5432, 5433, 5672, 6379, 6380, 8883, 9042, 9092, 11_211, 26_379, 27_017, 33_060, 50_000]); // prettier-ignore
/** Images of databases and brokers. */
const NO_WEB = /(?:^|\/)(?:postgres|postgis|pgvector|mysql|mariadb|redis|valkey|mongo|memcached|kafka|zookeeper|nats|cassandra|mssql|timescaledb|rabbitmq)(?:[-/:@]|$)/; // prettier-ignore

/** The compose file of a repository, if it has one. */
export async function findCompose(repository: Repository): Promise<ComposeFound | undefined> {
  const file = await repository.first(FOLDERS.flatMap((folder) => NAMES.map((name) => below(folder, name))));
  if (file === undefined) return undefined;
  const text = await repository.text(file);
  const parsed = Model.safeParse(valueOf(text));
  if (!parsed.success) return { file, services: [], http: [], unknown: [`What is in ${file}: it names no services, or is no valid YAML.`] };
  const services = Object.entries(parsed.data.services);
  return {
    file,
    services: services.map(([name]) => name),
    http: services.flatMap(([name, service]) =>
      service && !NO_WEB.test(service.image ?? '') ? publishedBy(name, service.ports).slice(0, 1) : [],
    ),
    unknown: [
      ...(await unset(repository, file, text)),
      ...(await missingEnvFiles(
        repository,
        file,
        services.flatMap(([, service]) => envFilesOf(service?.env_file)),
      )),
      ...services
        .filter(([, service]) => service && service.healthcheck === undefined)
        .map(([name]) => `When ${name} is ready: it has no \`healthcheck\` in ${file}, so running has to do (an image may bring one).`)
        .slice(0, 5),
      ...(await others(repository, file)),
    ],
  };
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
async function missingEnvFiles(repository: Repository, file: string, paths: readonly string[]): Promise<string[]> {
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
  const missing = [];
  for (const path of new Set(paths)) {
    const plain = path.replace(/^\.\//, '');
    if (!plain.startsWith('/') && !plain.includes('$') && !(await repository.exists(below(folder, plain)))) missing.push(plain);
  }
  return missing.length === 0
    ? []
    : [
        `What stands in ${missing.slice(0, 5).join(', ')}: ${file} reads ${missing.length === 1 ? 'it' : 'them'} with \`env_file\`, and git has no such file. The stack cannot start before the job makes it.`,
      ];
}

/** Variables without a default that no `.env` sets. */
async function unset(repository: Repository, file: string, text: string): Promise<string[]> {
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
  const set = await repository.text(below(folder, '.env'));
  const used = [...text.replace(/^\s*#.*$/gm, '').matchAll(/(?<!\$)\$(?:\{(\w+)(?:\}|:?\?)|([A-Za-z_]\w*))/g)];
  const isSet = (name: string) => new RegExp(`^\\s*(?:export\\s+)?${name}=`, 'm').test(set);
  const names = [...new Set(used.map(([, braced, bare]) => braced ?? bare ?? ''))].filter((name) => !isSet(name));
  if (names.length === 0) return [];
  const example = await repository.first([below(folder, '.env.example'), below(folder, '.env.sample'), below(folder, '.env.dist')]);
  const hint =
    example === undefined ? 'set them in the job' : `\`cp ${example} ${below(folder, '.env')}\` before the run, or set them in the job`;
  return [`What ${names.slice(0, 8).join(', ')} should be: ${file} reads ${names.length === 1 ? 'it' : 'them'} from the environment (${hint}).`]; // prettier-ignore
}

async function others(repository: Repository, file: string): Promise<string[]> {
  const found = await repository.glob(['compose*.{yml,yaml}', 'docker-compose*.{yml,yaml}']);
  const more = found.filter((path) => path !== file);
  return more.length === 0
    ? []
    : [
        `Whether ${more.slice(0, 4).join(', ')} belong to the stack: \`compose: [${file}, ${more[0] ?? ''}]\` puts files on top of each other.`,
      ];
}
