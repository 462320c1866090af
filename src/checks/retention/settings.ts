import { z } from 'zod';

const job = z
  .union([z.string().min(1), z.array(z.string()).min(1)])
  .describe('The job: a program with its arguments, or a line for a shell. It knows where services are as every command of a stage does.');
const inside = z.string().optional().describe('Service in whose container the job runs; on this machine without it.');
const store = z.string().optional().describe('Service of the database; needed where the stack has several.');
const database = z.string().optional().describe('Database of that service; the one of its consumers without it.');
const timeout = z.int().min(1).max(600).default(60).describe('Time that the job may take.');
const statement = (what: string) => z.string().min(1).describe(what);

/** What DATA-03 needs to know. */
export const OldRows = z.strictObject({
  job,
  in: inside,
  store,
  database,
  insert: statement(
    "SQL that inserts one row. `{{id}}` is a text and `{{n}}` a number that no other row has; `{{score}}`, `{{days}}`, `{{at}}` (ISO 8601) say what it is: \"insert into solutions (id, score, created_at) values ('{{id}}', {{score}}, '{{at}}')\".",
  ),
  count: statement('SQL that counts this row: "select count(*) from solutions where id = \'{{id}}\'".'),
  remove: statement('SQL that removes it: "delete from solutions where id = \'{{id}}\'".'),
  score: z.number().default(0.5).describe('Rows below this score are of low value.'),
  days: z.number().min(1).default(30).describe('Rows that are older are old.'),
  timeout_seconds: timeout,
});
export type OldRows = z.output<typeof OldRows>;

/** What DATA-05 needs to know. */
export const NearDuplicates = z.strictObject({
  job,
  in: inside,
  store,
  database,
  collection: z
    .string()
    .optional()
    .describe('Collection of Qdrant. Without it, `insert`, `count` and `remove` are asked of a SQL database.'),
  insert: statement("SQL that inserts one vector: \"insert into items (id, embedding) values ('{{id}}', '{{vector}}')\".").optional(),
  count: statement('SQL that counts this row.').optional(),
  remove: statement('SQL that removes it.').optional(),
  size: z.int().min(4).max(20_000).default(384).describe('Numbers of a vector, in a SQL database.'),
  near: z.number().min(0).max(1).default(0.96).describe('Cosine of a pair that is a duplicate.'),
  far: z.number().min(0).max(1).default(0.9).describe('Cosine of a pair that is none.'),
  timeout_seconds: timeout,
});
export type NearDuplicates = z.output<typeof NearDuplicates>;
