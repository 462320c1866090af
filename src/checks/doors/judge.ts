import { z } from 'zod';

import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const DoorFacts = z.object({
  unasked: z.array(Unasked),
  doors: z.array(
    z.object({
      service: z.string(),
      title: z.string(),
      place: z.string(),
      /** The port, where other machines than this one reach it. */
      published: z.number().optional(),
      asked: z.string(),
      answered: z.string(),
      open: z.boolean(),
      /** This dialect was tried against hand-made answers alone. */
      unverified: z.boolean(),
    }),
  ),
});
export type DoorFacts = z.output<typeof DoorFacts>;

const EXPECTED = 'nobody is let in without a password or a key';

export const judges: readonly RowJudge[] = [
  row(
    'AUTH-04',
    'a datastore lets everybody in',
    'Set a password (`POSTGRES_PASSWORD` without `POSTGRES_HOST_AUTH_METHOD=trust`, `MYSQL_ROOT_PASSWORD`, `--requirepass`, `MONGO_INITDB_ROOT_USERNAME` and `…_PASSWORD`, `CLICKHOUSE_PASSWORD`), give it to those who use the store, and take the port off the host. An existing volume keeps its old accounts. Unverified for MongoDB and ClickHouse: those probes follow the published protocols and were tried against hand-made answers, not yet against real servers.',
  ),
  row(
    'VEC-08',
    'Qdrant answers without an API key',
    'Set `QDRANT__SERVICE__API_KEY`, give it to those who search, and take the port off the host. Unverified: this probe follows the published API of Qdrant and was tried against hand-made answers, not yet against a real server.',
  ),
];

function row(code: string, title: string, fix: string): RowJudge {
  return defineJudge<DoorFacts>({
    code,
    rule: { title, priority: 'P1', effort: '30 min–2 h', fix },
    facts: DoorFacts,
    evaluate: ({ doors, unasked }) => [...doors.map(evaluate), ...leftOpen(unasked, EXPECTED)],
  });
}

function evaluate({ service, title, place, published, asked, answered, open, unverified }: DoorFacts['doors'][number]): RowResult {
  const note = unverified ? ' (unverified: this probe follows the published protocol and was not tried on a real server)' : '';
  const where = published === undefined ? '' : `; port ${published} is published beyond this machine`;
  return {
    subject: service,
    result: open ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    summary: `${title} at ${place}: ${asked} was answered with ${answered}${open ? where : ''}${note}.`,
    measured: `${asked}: ${answered}`,
    expected: EXPECTED,
    ...(open && published !== undefined ? { priority: ['P0', 'escalate:published-port'] as const } : {}),
  };
}
