import type { SqlRow } from '../../ports/index.ts';
import type { CheckContext } from '../contract.ts';
import { readTexts } from '../repository/files.ts';
import { isSamplePath } from '../../lib/secret-value.ts';

/** A tool for migrations: how its files are called, and the table in which it keeps what ran. */
interface Tool {
  readonly name: string;
  readonly table: string;
  readonly file: RegExp;
  /** The name under which the table keeps a file. */
  readonly id: (match: RegExpExecArray) => string;
  /** Rows as `id`, and `ok` where a row can be a failure. */
  readonly applied: string;
}

const first = (match: RegExpExecArray): string => match[1] ?? '';

const TOOLS: readonly Tool[] = [
  {
    name: 'Prisma',
    table: '_prisma_migrations',
    file: /(?:^|\/)migrations\/(\d{14}_\w+)\/migration\.sql$/,
    id: first,
    applied: 'SELECT migration_name AS id, finished_at IS NOT NULL AS ok FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  },
  {
    name: 'Rails',
    table: 'schema_migrations',
    file: /(?:^|\/)db\/migrate\/(\d{14})_\w+\.rb$/,
    id: first,
    applied: 'SELECT version AS id FROM schema_migrations',
  },
  {
    name: 'Knex',
    table: 'knex_migrations',
    file: /(?:^|\/)migrations\/(\d{8,}_[\w-]+\.(?:[cm]?js|ts))$/,
    id: first,
    applied: 'SELECT name AS id FROM knex_migrations',
  },
  {
    name: 'node-pg-migrate',
    table: 'pgmigrations',
    file: /(?:^|\/)migrations\/(\d{13}_[\w-]+)\.(?:[cm]?js|ts|sql)$/,
    id: first,
    applied: 'SELECT name AS id FROM pgmigrations',
  },
  {
    name: 'Flyway',
    table: 'flyway_schema_history',
    file: /(?:^|\/)V(\d[\d._]*)__[\w-]+\.(?:sql|java)$/,
    id: (match) => first(match).replaceAll('_', '.'),
    applied: 'SELECT version AS id, success AS ok FROM flyway_schema_history WHERE version IS NOT NULL',
  },
  {
    name: 'goose',
    table: 'goose_db_version',
    file: /(?:^|\/)(\d{5,})_[\w-]+\.(?:sql|go)$/,
    id: (match) => String(Number(first(match))),
    applied: 'SELECT version_id AS id FROM goose_db_version WHERE is_applied AND version_id > 0',
  },
  {
    name: 'Django',
    table: 'django_migrations',
    file: /(?:^|\/)(\w+)\/migrations\/(\d{4}_\w+)\.py$/,
    id: (match) => `${first(match)}.${match[2] ?? ''}`,
    applied: 'SELECT app AS app, name AS name FROM django_migrations',
  },
  {
    name: 'Alembic',
    table: 'alembic_version',
    file: /(?:^|\/)versions\/(\w[\w-]*)\.py$/,
    id: first,
    applied: 'SELECT version_num AS id FROM alembic_version',
  },
];

/** Migrations of one folder. `ids` are those that must have been applied. */
export interface Tracked {
  readonly tool: Tool;
  readonly folder: string;
  readonly ids: readonly string[];
  /** All that belong there, to know whether a history is this folder's. */
  readonly known: ReadonlySet<string>;
}

/** Migrations that git tracks, by folder. */
export async function trackedMigrations(context: CheckContext): Promise<readonly Tracked[]> {
  const paths = (await context.tracked()).filter((path) => !isSamplePath(path));
  const found: Tracked[] = [];
  for (const tool of TOOLS) {
    const files = paths.flatMap((path) => {
      const match = tool.file.exec(path);
      return match ? [{ path, id: tool.id(match), folder: folderOf(path, tool) }] : [];
    });
    for (const [folder, group] of Map.groupBy(files, (file) => file.folder)) {
      if (tool.name === 'Alembic') found.push(...(await alembic(context, { tool, folder, paths: group.map(({ path }) => path) })));
      else found.push({ tool, folder, ids: group.map(({ id }) => id), known: new Set(group.map(({ id }) => id)) });
    }
  }
  return found;
}

/** What a history says, held against the folder: `undefined` when the history is not of this folder. */
export function compare(
  { ids, known, tool }: Tracked,
  rows: readonly SqlRow[],
): { applied: number; pending: string[]; broken: string[] } | undefined {
  const all = rows.map((row) => ({ id: idOf(tool, row), ok: row['ok'] === undefined || row['ok'] === true || Number(row['ok']) === 1 }));
  if (!all.some(({ id }) => known.has(id))) return undefined;
  const applied = new Set(all.filter(({ ok }) => ok).map(({ id }) => id));
  const broken = all.filter(({ ok }) => !ok).map(({ id }) => id);
  return { applied: all.length, pending: ids.filter((id) => !applied.has(id) && !broken.includes(id)), broken };
}

function idOf({ name }: Tool, row: SqlRow): string {
  if (name === 'Django') return `${String(row['app'])}.${String(row['name'])}`;
  return String(row['id']);
}

function folderOf(path: string, { name }: Tool): string {
  const parts = path.split('/').slice(0, name === 'Prisma' ? -2 : -1);
  return parts.join('/') || '.';
}

/** Alembic keeps the last revision of each branch alone: https://alembic.sqlalchemy.org/en/latest/tutorial.html */
async function alembic(
  context: CheckContext,
  { tool, folder, paths }: { readonly tool: Tool; readonly folder: string; readonly paths: readonly string[] },
): Promise<Tracked[]> {
  const { files } = await readTexts(context, paths, { bytes: 256_000, files: 1_000 });
  const revisions = files.flatMap(({ text }) => {
    const id = /^revision(?:\s*:\s*\w+)?\s*=\s*["']([\w-]+)["']/m.exec(text)?.[1];
    const down = /^down_revision(?:\s*:[^=\n]{1,80})?\s*=\s*([^\n]{1,200})/m.exec(text)?.[1] ?? '';
    return id === undefined ? [] : [{ id, before: [...down.matchAll(/["']([\w-]+)["']/g)].map((match) => match[1] ?? '') }];
  });
  if (revisions.length === 0) return [];
  const behind = new Set(revisions.flatMap(({ before }) => before));
  return [
    { tool, folder, ids: revisions.map(({ id }) => id).filter((id) => !behind.has(id)), known: new Set(revisions.map(({ id }) => id)) },
  ];
}
