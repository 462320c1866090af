import { expect, test } from 'vitest';

import type { CheckContext } from '../contract.ts';
import { auditLive, httpServer, stackOf, tcpServer } from '../../../tests/support/live.ts';
import { pairOf } from './vectors.ts';

// The real PostgreSQL is met in tests/e2e/checks; here are the cases that it would take many stacks to show.

interface Row {
  readonly score: number;
  readonly days: number;
}

/** A table behind a stand-in for the port of datastores, and a job that removes what it is told to. */
async function table(removes: (row: Row) => boolean, more: { job?: string[]; insert?: string; kind?: string } = {}) {
  const rows = new Map<string, Row>();
  const gc = await httpServer(() => {
    for (const [id, row] of rows) if (removes(row)) rows.delete(id);
    return { body: 'done' };
  });
  const port = await tcpServer((socket) => socket.on('data', () => socket.write('N')));
  const query = async (statement: string) => {
    const [what = '', id = '', score, days] = statement.split(' ');
    if (what === 'insert') rows.set(id, { score: Number(score), days: Number(days) });
    if (what === 'remove') rows.delete(id);
    return [{ count: rows.has(id) ? 1 : 0 }];
  };
  const options = {
    'DATA-03': {
      job: more.job ?? ['node', '-e', `fetch('http://127.0.0.1:${gc}/', {method: 'POST'})`],
      insert: more.insert ?? 'insert {{id}} {{score}} {{days}}',
      count: 'count {{id}}',
      remove: 'remove {{id}}',
    },
  };
  const db = { name: 'db', image: 'postgres:17', ports: { 5432: port }, environment: { POSTGRES_PASSWORD: 'pg-Kd83ndTe20q' } };
  const context = stackOf([db], { options });
  const session = { query, [Symbol.asyncDispose]: async () => undefined };
  const { ports, manifest } = context;
  const standIn: CheckContext = {
    ...context,
    root: '/',
    manifest: manifest && { ...manifest, kind: more.kind ?? manifest.kind },
    ports: { ...ports, datastores: { ...ports.datastores, postgres: async () => ({ state: 'open', session }) } },
  };
  return { context: standIn, rows };
}

test('DATA-03: a job that looks at the age alone removes what is of value, and one that does nothing removes nothing', async () => {
  const young = await table(({ days }) => days > 30);
  const { found, results } = await auditLive('DATA-03', young.context);
  expect(found).toEqual(['P1 db: old, of high value']);
  expect(results.find(({ result }) => result.verdict === 'confirmed')?.summary).toMatch(
    /0 of 1 left after .*, 1 expected: too much was removed/,
  );
  expect((await auditLive('DATA-03', (await table(() => false)).context)).found).toEqual(['P1 db: old, of low value']);
  expect([...young.rows]).toEqual([]);
});

test('DATA-03: a job that removes old rows of low value alone is silent, and what was inserted is gone after it', async () => {
  const { context, rows } = await table(({ score, days }) => days > 30 && score < 0.5);
  expect(await auditLive('DATA-03', context)).toMatchObject({ found: [], open: [] });
  expect([...rows]).toEqual([]);
});

test('DATA-03: a job that fails, rows that cannot be counted, and a stack of somebody else decide nothing', async () => {
  const failing = await auditLive('DATA-03', (await table(() => true, { job: ['node', '-e', 'process.exit(3)'] })).context);
  expect(failing.found).toEqual([]);
  expect(failing.open).toHaveLength(4);
  const lost = await auditLive('DATA-03', (await table(() => true, { insert: 'forget {{id}}' })).context);
  expect({ found: lost.found, open: lost.open.length }).toEqual({ found: [], open: 4 });
  expect(await auditLive('DATA-03', (await table(() => true, { kind: 'external' })).context)).toMatchObject({ state: 'not-applicable' });
});

/** Points by https://api.qdrant.tech; a job that removes one of each pair that is nearer than a threshold. */
async function qdrant(threshold: number) {
  const points = new Map<string, readonly number[]>();
  const port = await httpServer(({ method, url, body }) => {
    if (url === '/') return { body: { title: 'qdrant - vector search engine', version: '1.15.0' } };
    if (url === '/gc') {
      const all = [...points];
      for (const [index, [id, at]] of all.entries())
        if (all.slice(0, index).some(([other, to]) => points.has(other) && cosine(at, to) > threshold)) points.delete(id);
      return { body: {} };
    }
    if (url === '/collections/knowledge')
      return { body: { result: { status: 'green', config: { params: { vectors: { size: 384, distance: 'Cosine' } } } } } };
    const asked = body as { points?: ({ id: string; vector: number[] } | string)[]; ids?: string[] };
    if (method === 'PUT') for (const point of asked.points ?? []) if (typeof point === 'object') points.set(point.id, point.vector);
    if (url.includes('/delete')) for (const id of asked.points ?? []) if (typeof id === 'string') points.delete(id);
    return { body: { result: (asked.ids ?? []).flatMap((id) => (points.has(id) ? [{ id }] : [])), status: 'ok' } };
  });
  const job = ['node', '-e', `fetch('http://127.0.0.1:${port}/gc')`];
  const options = { 'DATA-05': { job, collection: 'knowledge' } };
  return {
    context: { ...stackOf([{ name: 'vectors', image: 'qdrant/qdrant:v1.15.0', ports: { 6333: port } }], { options }), root: '/' },
    points,
  };
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test('DATA-05: near-duplicates that stay, and vectors that are none and go', async () => {
  expect((await auditLive('DATA-05', (await qdrant(0.99)).context)).found).toEqual(['P2 vectors: two near-duplicates']);
  expect((await auditLive('DATA-05', (await qdrant(0.8)).context)).found).toEqual(['P2 vectors: two that are none']);
});

test('DATA-05: one of two near-duplicates goes, and nothing else: silent, and nothing of ours is left', async () => {
  const { context, points } = await qdrant(0.95);
  expect(await auditLive('DATA-05', context)).toMatchObject({ found: [], open: [] });
  expect(points.size).toBe(0);
});

test.each([0.96, 0.9])('a pair has the cosine %d, whatever the seed', (wanted) => {
  for (const seed of [1, 2, 3]) {
    const [a, b] = pairOf({ size: 384, cosine: wanted, seed });
    expect(cosine(a, b)).toBeCloseTo(wanted, 6);
  }
});
