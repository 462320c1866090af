import { z } from 'zod';

import { errorMessage, GauntletError } from '../../model/errors.ts';
import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { agentFiles, startAgent, stopAgent, workingAgent } from '../kit/agent.ts';
import { AgentSpec } from '../kit/agent-spec.ts';
import { Database, databaseFields, findDatabases, openDatabase, passwordOf } from '../kit/database.ts';
import { addressOf } from '../kit/place.ts';

const PASSWORD = 'GAUNTLET_FAULT_PASSWORD';

const identifier = z.string().regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?$/, 'is not the name of a table or column');
const Options = z.strictObject({
  ...databaseFields,
  table: identifier.describe('the table whose rows are locked'),
  key: identifier.default('id').describe('the column by which they are known'),
  rows: z.array(z.string().min(1)).length(2).describe('two rows that one transaction of the system locks, by that column'),
});
type Options = z.output<typeof Options>;

const Undo = z.strictObject({ database: Database, agent: AgentSpec, deadlocks: z.number() });
type Undo = z.output<typeof Undo>;

/** Another transaction locks the same two rows in the other order, so that the system's one is ended as the victim. */
export const deadlock = defineFault<Options, Undo>({
  type: 'deadlock',
  summary: 'a deadlock: a transaction of ours locks two rows in the other order, and PostgreSQL ends the one of the system',
  rows: ['DB-21'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: true,
  title: ({ service, table, rows }) => `lock rows ${rows.join(' and ')} of ${table} in ${service} against whoever uses both`,
  services: ({ service }) => [service],
  capability: (options, context) => ableIf(() => prepare(options, context)),
  prepare,
  inject: async (_, { database, agent }, context) => {
    await startAgent(context, agent, { within: 'here', env: { [PASSWORD]: await passwordOf(database, context) } });
  },
  prove,
  heal: ({ agent }, context) => stopAgent(context, agent),
  // Locks end with the session that has them.
  fingerprint: async ({ agent }, context) => ((await workingAgent(context, agent)) === undefined ? null : { locking: true }),
});

async function prepare(options: Options, context: FaultContext): Promise<Undo> {
  const [database] = await findDatabases(options, context);
  const door = database && (await addressOf(database.place, context));
  if (database === undefined || door === undefined)
    throw new GauntletError(`nothing of ${options.service} can be asked`, {
      kind: 'stack',
      hint: `look why ${options.service} does not run`,
    });
  if (database.engine !== 'postgres')
    throw new GauntletError(`${options.service} is no PostgreSQL: of MySQL nobody can say whose transaction it ends`, {
      kind: 'config',
      hint: 'try the retry with a test of the transaction itself',
    });
  const { table, key, rows } = options;
  await using session = await openDatabase(database, context);
  const found = await session?.query(`SELECT count(*)::int AS n FROM ${table} WHERE ${key}::text IN ($1, $2)`, rows);
  if (Number(found?.[0]?.['n']) !== 2)
    throw new GauntletError(`${table} has not both rows ${rows.join(' and ')}`, {
      kind: 'config',
      hint: `name two rows that are there, by their ${key}`,
    });
  const work = {
    type: 'deadlock' as const,
    ...door,
    user: database.user,
    database: database.database,
    passwordVariable: PASSWORD,
    table,
    key,
    rows: [...rows],
  };
  const agent = { id: context.id, endsAtMs: context.expiresAtMs, ...agentFiles(context, 'deadlock'), work };
  return { database, agent, deadlocks: await deadlocksIn(database, context) };
}

/** The server's own counter of deadlocks, and our transaction, which was never the victim. */
async function prove({ service }: Options, { database, agent, deadlocks }: Undo, context: FaultContext): Promise<Proof> {
  try {
    const state = await workingAgent(context, agent);
    if (state === undefined) return { state: 'unproved', why: 'nobody locks rows (any more)' };
    const more = (await deadlocksIn(database, context)) - deadlocks;
    if (more > 0 && state.connections > 0)
      return {
        state: 'proved',
        by: [`${service} counted ${String(more)} deadlocks`, `our transaction got its second row ${String(state.connections)} times`],
      };
    return {
      state: 'unproved',
      why: `${service} counted no deadlock${state.connections === 0 ? ', and nobody waited for a row that we held' : ''}${state.said === '' ? '' : ` (${state.said})`}`,
    };
  } catch (error) {
    return { state: 'unproved', why: errorMessage(error) };
  }
}

async function deadlocksIn(database: Database, context: FaultContext): Promise<number> {
  await using session = await openDatabase(database, context);
  const [row] = (await session?.query('SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()')) ?? [];
  return Number(row?.['n'] ?? 0);
}
