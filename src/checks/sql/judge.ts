import { atMost, counted, sentenceList } from '../../lib/text.ts';
import { leftOpen, type Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';
import {
  CharsetFacts,
  ContentFacts,
  DatabaseFacts,
  EngineFacts,
  KeyFacts,
  LatencyFacts,
  LoginFacts,
  MigrationFacts,
  PoolFacts,
} from './facts.ts';

/** Held against the median: one hiccup of a shared machine is no slow database. */
const SLOW_MS = 50;
const SHOWN = 8;

export const judges: readonly RowJudge[] = [
  defineJudge<DatabaseFacts>({
    code: 'DB-02',
    rule: {
      title: 'a database that a service was given does not exist',
      priority: 'P0',
      effort: '15–60 min',
      fix: 'Create it where the server is set up (`POSTGRES_DB`, `MYSQL_DATABASE`, a script in `/docker-entrypoint-initdb.d`), or correct the name in the settings of the service. Such scripts run on an empty volume alone.',
    },
    facts: DatabaseFacts,
    evaluate: ({ wanted, unasked }) =>
      judged({ unasked, expected: 'every database that a service is set up for' }, wanted, (one) => ({
        subject: `${one.service}: ${one.database}`,
        wrong: one.there ? undefined : `${one.place} has no database ${one.database}, which ${sentenceList(one.from)} names`,
        measured: one.there ? `${one.database} exists` : `no database ${one.database}`,
      })),
  }),
  defineJudge<LoginFacts>({
    code: 'DB-03',
    rule: {
      title: 'a service has more rights in the database than its work needs, or none',
      priority: 'P1',
      effort: '1–2 h',
      fix: 'Give each service an account of its own with rights in its own database alone (`GRANT SELECT, INSERT, UPDATE, DELETE ON app.* …`), and keep the account that the image makes for setting up and for migrations.',
    },
    facts: LoginFacts,
    evaluate: ({ logins, unasked }) =>
      judged({ unasked, expected: 'a login that is let in, with no rights over the whole server' }, logins, login),
  }),
  defineJudge<ContentFacts>({
    code: 'DB-04',
    rule: {
      title: 'a database that a service uses is empty',
      priority: 'P0',
      effort: '15 min–2 h',
      fix: 'Run the migrations as part of bringing the stack up: a one-shot service that the application waits for (`condition: service_completed_successfully`).',
    },
    facts: ContentFacts,
    evaluate: ({ databases, unasked, migration }) =>
      judged({ unasked, expected: 'tables, once the stack is up' }, databases, (one) => ({
        subject: `${one.service}: ${one.database}`,
        wrong:
          one.tables > 0
            ? undefined
            : `${one.database} at ${one.place}, which ${sentenceList(one.from)} names, has no table${migration === undefined ? '' : `, and the repository has migrations (${migration})`}`,
        measured: one.tables > 0 ? counted(one.tables, 'table') : 'no table',
        ...(migration === undefined ? { priority: ['P2', 'lower:no-migrations-in-the-repository'] as const } : {}),
      })),
  }),
  defineJudge<MigrationFacts>({
    code: 'DB-05',
    rule: {
      title: 'migrations of the repository have not run',
      priority: 'P0',
      effort: '15–60 min',
      fix: 'Run the migrations as part of bringing the stack up, and let it fail when one of them does; repair by hand what one of them left half done.',
    },
    facts: MigrationFacts,
    evaluate: ({ histories, unasked }) => judged({ unasked, expected: 'every migration of the repository applied' }, histories, migrations),
  }),
  defineJudge<CharsetFacts>({
    code: 'DB-06',
    rule: {
      title: 'a database cannot hold every character',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Convert what is listed (`ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4`) and make `utf8mb4` the default of server and database: `utf8` of MySQL has three bytes, so an emoji is an error or a question mark. PostgreSQL: create the database with `ENCODING UTF8`.',
    },
    facts: CharsetFacts,
    evaluate: ({ databases, unasked }) => judged({ unasked, expected: 'UTF-8 with four bytes everywhere' }, databases, charset),
  }),
  defineJudge<KeyFacts>({
    code: 'DB-07',
    rule: {
      title: 'foreign keys are declared and not enforced',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Switch enforcement on again (`foreign_key_checks=1`, `ENABLE TRIGGER ALL`, `VALIDATE CONSTRAINT`), after repairing the rows that point nowhere.',
    },
    facts: KeyFacts,
    evaluate: ({ databases, unasked }) =>
      judged({ unasked, expected: 'every foreign key enforced' }, databases, (one) => {
        const problems = [...one.lax, ...one.unenforced];
        return {
          subject: `${one.service}: ${one.database}`,
          wrong: problems.length === 0 ? undefined : `${one.database} at ${one.place}: ${atMost(problems, SHOWN)}`,
          measured: `${counted(one.foreignKeys, 'foreign key')} in ${counted(one.tables, 'table')}, ${counted(problems.length, 'problem')}`,
        };
      }),
  }),
  defineJudge<EngineFacts>({
    code: 'DB-08',
    rule: {
      title: 'tables that know no transactions',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Convert them: `ALTER TABLE t ENGINE=InnoDB`, and make InnoDB the default engine. In other engines a failure in the middle leaves half of the work.',
    },
    facts: EngineFacts,
    evaluate: ({ servers, unasked }) =>
      judged(
        { unasked, expected: 'every table in an engine with transactions, and a rollback that takes everything back' },
        servers,
        engines,
      ),
  }),
  defineJudge<PoolFacts>({
    code: 'DB-09',
    rule: {
      title: 'the pools of the services are larger than the server',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Lower the pools, or raise `max_connections` with the memory that takes, or put a pooler (PgBouncer, ProxySQL) in between: under load the last to come gets `too many connections`.',
    },
    facts: PoolFacts,
    evaluate: ({ servers, unasked }) =>
      judged({ unasked, expected: '(pool + overflow) × processes, summed up, within max_connections − reserved' }, servers, pools),
  }),
  defineJudge<LatencyFacts>({
    code: 'DB-17',
    rule: {
      title: 'the simplest query is slow',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'Look at what else its machine does, at the limit of CPU of its container, and at a proxy in between.',
    },
    facts: LatencyFacts,
    evaluate: ({ servers, unasked }) =>
      judged({ unasked, expected: `SELECT 1 within ${SLOW_MS} ms (median)` }, servers, (one) => {
        const measured = `p50 ${one.p50Ms.toFixed(1)} ms, p95 ${one.p95Ms.toFixed(1)} ms of ${one.queries} × SELECT 1`;
        return { subject: one.service, wrong: one.p50Ms > SLOW_MS ? `${one.place}: ${measured}` : undefined, measured };
      }),
  }),
];

interface Judged extends Pick<RowResult, 'subject' | 'measured' | 'priority' | 'fix'> {
  /** The sentence of the finding; `undefined` when all is well. */
  readonly wrong: string | undefined;
}

function judged<One>(
  { unasked, expected }: { readonly unasked: readonly Unasked[]; readonly expected: string },
  ones: readonly One[],
  judge: (one: One) => Judged,
): RowResult[] {
  const results = ones.map((one): RowResult => {
    const { wrong, ...rest } = judge(one);
    return {
      ...rest,
      expected,
      result: wrong === undefined ? { verdict: 'refuted' } : { verdict: 'confirmed' },
      summary: `${wrong ?? `${rest.subject}: ${rest.measured}`}.`,
    };
  });
  return [...results, ...leftOpen(unasked, expected)];
}

function login({ service, place, user, from, let: entry, said, powers, own, databases }: LoginFacts['logins'][number]): Judged {
  const subject = `${service}: ${user}`;
  const who = sentenceList(from);
  if (entry === 'denied') return { subject, wrong: `${place} does not let ${user} in, whom ${who} names: ${said}`, measured: said };
  if (entry !== 'in' || powers.length === 0)
    return { subject, wrong: undefined, measured: entry === 'in' ? `${user} has no rights over the whole server` : said };
  // The account of the image, in a server of one database: there is nothing else that it could reach.
  if (own && databases <= 1)
    return {
      subject,
      wrong: undefined,
      measured: `${user}, the account of the image, in a server with one database: ${powers.join(', ')}`,
    };
  return {
    subject,
    wrong: `${who} works as ${user}, who has ${sentenceList(powers)} at ${place}: a hole in that service is one in every database of the server`,
    measured: `${user}: ${powers.join(', ')}`,
    ...(own ? { priority: ['P2', 'lower:account-of-the-image'] as const } : {}),
  };
}

function migrations({
  service,
  place,
  database,
  tool,
  table,
  folder,
  tracked,
  applied,
  pending,
  broken,
}: MigrationFacts['histories'][number]): Judged {
  const measured = `${counted(tracked, 'migration')} in ${folder}, ${applied} in ${table}, ${pending.length} not applied, ${broken.length} broken`;
  const parts = [
    ...(pending.length === 0
      ? []
      : [`${counted(pending.length, 'migration')} of ${folder} (${tool}) did not run: ${atMost(pending, SHOWN)}`]),
    ...(broken.length === 0 ? [] : [`${tool} marks as not finished: ${atMost(broken, SHOWN)}`]),
  ];
  return {
    subject: `${service}: ${database}: ${folder}`,
    wrong: parts.length === 0 ? undefined : `${database} at ${place}: ${parts.join('; ')}`,
    measured,
  };
}

function charset({ service, place, database, dialect, charset: set, narrow, tables }: CharsetFacts['databases'][number]): Judged {
  const measured = `${database}: ${set}, ${counted(narrow.length, 'column')} in ${counted(tables, 'table')} that hold less`;
  const byDefault = dialect === 'MySQL' && !set.startsWith('utf8mb4') ? [`new tables of ${database} will be ${set}`] : [];
  const problems = [...byDefault, ...narrow];
  return {
    subject: `${service}: ${database}`,
    wrong: problems.length === 0 ? undefined : `${place}: ${atMost(problems, SHOWN)}`,
    measured,
    ...(narrow.length === 0 && byDefault.length > 0 ? { priority: ['P2', 'lower:only-a-default'] as const } : {}),
  };
}

function engines({ service, place, version, rollback, plain, tables }: EngineFacts['servers'][number]): Judged {
  const measured = `${version}: ${counted(tables, 'table')}, ${plain.length} without transactions; a probe was ${rollback}`;
  const problems = [...(rollback === 'kept' ? ['a row that was rolled back is still there'] : []), ...plain];
  return { subject: service, wrong: problems.length === 0 ? undefined : `${place}: ${atMost(problems, SHOWN)}`, measured };
}

function pools({ service, place, maxConnections, reserved, pools: all, silent }: PoolFacts['servers'][number]): Judged {
  const sum = all.reduce((total, { each, processes }) => total + each * processes, 0);
  const shown = all.map((pool) => `${pool.service} ${pool.each} × ${pool.processes} (${pool.from})`).join(' + ');
  const free = maxConnections - reserved;
  const measured = `${shown} = ${sum}; max_connections ${maxConnections} − ${reserved} reserved = ${free}`;
  const more = silent.length === 0 ? '' : `, and ${sentenceList(silent)} uses it without saying how much`;
  return { subject: service, wrong: sum > free ? `${place}: ${measured}${more}` : undefined, measured };
}
