import { expect, test } from 'vitest';

import { certificate as selfSigned } from '../../../tests/support/certificate.ts';
import { auditLive, httpServer, stackOf, type HttpAnswer } from '../../../tests/support/live.ts';

// Hand-made after the published API (https://api.qdrant.tech): no real Qdrant is to be had here, which docs and findings say.

interface Point {
  readonly id: number;
  readonly vector: readonly number[];
}

const ROWS = ['VEC-01', 'VEC-02', 'VEC-03', 'VEC-04', 'VEC-05', 'VEC-06', 'VEC-07'];
const KEY = 'vectors-Fj62mzRb';
const DOCS = { size: 384, distance: 'Cosine', status: 'green' };

/** A Qdrant with one collection, that works but for what `more` says. */
function qdrant(
  docs: typeof DOCS = DOCS,
  more: (method: string, url: string) => HttpAnswer | undefined = () => undefined,
): Promise<number> {
  const own = new Map<string, Point[]>();
  return httpServer(({ method, url, headers, body }) => {
    const other = more(method, url);
    if (other) return other;
    if (url === '/') return { body: { title: 'qdrant - vector search engine', version: '1.15.0' } };
    if (url === '/healthz') return { body: 'healthz check passed' };
    if (headers['api-key'] !== KEY) return { status: 401, body: 'Must provide an API key' };
    if (url === '/collections') return { body: ok({ collections: [{ name: 'docs' }] }) };
    const [, , name = '', ...rest] = (url.split('?')[0] ?? '').split('/');
    const points = own.get(name);
    if (name === 'docs')
      return {
        body: ok({ status: docs.status, points_count: 3, config: { params: { vectors: { size: docs.size, distance: docs.distance } } } }),
      };
    if (method === 'PUT' && rest.length === 0) {
      own.set(name, []);
      return { body: ok(true) };
    }
    if (!points) return { status: 404, body: { status: { error: `Not found: Collection \`${name}\` doesn't exist!` } } };
    if (method === 'PUT') {
      points.push(...(body as { points: Point[] }).points);
      return { body: ok({ operation_id: 0, status: 'completed' }) };
    }
    if (method === 'DELETE') {
      own.delete(name);
      return { body: ok(true) };
    }
    if (method === 'GET') return { body: ok({ status: 'green', config: { params: {} } }) };
    const { query, limit } = body as { query: number[]; limit: number };
    const scored = points.map(({ id, vector }) => ({ id, version: 0, score: cosine(query, vector) })).toSorted((a, b) => b.score - a.score);
    return { body: ok({ points: scored.slice(0, limit) }) };
  });
}

const ok = (result: unknown): unknown => ({ result, status: 'ok', time: 0.0001 });

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function stack(port: number, environment: Readonly<Record<string, string>> = {}): ReturnType<typeof stackOf> {
  const rag = {
    name: 'rag',
    image: 'rag:1',
    ports: {},
    environment: { QDRANT_URL: 'http://qdrant:6333', VECTOR_API_KEY: KEY, ...environment },
  };
  return stackOf([{ name: 'qdrant', image: 'qdrant/qdrant:v1.15.0', ports: { 6333: port } }, rag]);
}

const SETTINGS = { QDRANT_COLLECTION: 'docs', EMBEDDING_MODEL: 'sentence-transformers/all-MiniLM-L6-v2', VECTOR_DISTANCE: 'cosine' };

test('VEC-02 to VEC-07: a Qdrant that works is silent, and nothing of ours stays in it', async () => {
  const context = stack(await qdrant(), SETTINGS);
  for (const code of ROWS.slice(1)) {
    const { stored, ...audited } = await auditLive(code, context);
    expect({ code, ...audited }).toMatchObject({ code, state: 'collected', found: [], open: [] });
    expect(stored).not.toContain(KEY);
  }
});

test('VEC-01: without encryption, advised inside the network; a sick one weighs more', async () => {
  expect((await auditLive('VEC-01', stack(await qdrant()))).found).toEqual(['P2 qdrant']);
  const sick = await qdrant(DOCS, (_, url) => (url === '/healthz' ? { status: 503, body: '' } : undefined));
  expect((await auditLive('VEC-01', stack(sick))).found).toEqual(['P1 qdrant']);
});

test('VEC-01: over HTTPS it is silent', async () => {
  const port = await httpServer(
    ({ url }) => (url === '/healthz' ? { body: 'healthz check passed' } : { body: { title: 'qdrant - vector search engine' } }),
    selfSigned('qdrant'),
  );
  expect(await auditLive('VEC-01', stack(port))).toMatchObject({ state: 'collected', found: [], open: [] });
});

test('VEC-02, VEC-03, VEC-05, VEC-06: what the settings mean and what is there differ', async () => {
  const context = stack(await qdrant({ size: 768, distance: 'Euclid', status: 'red' }), { ...SETTINGS, OTHER_VECTOR_COLLECTION: 'gone' });
  const found = async (code: string) => (await auditLive(code, context)).found;
  expect(await found('VEC-02')).toEqual(['P0 qdrant: gone']);
  expect(await found('VEC-03')).toEqual(['P2 qdrant: docs']);
  expect(await found('VEC-05')).toEqual(['P0 qdrant: docs']);
  expect(await found('VEC-06')).toEqual(['P1 qdrant: docs']);
});

test('VEC-04, VEC-07: one that always answers the same finds nothing, whatever it says', async () => {
  const liar = await qdrant(DOCS, (method, url) =>
    method === 'POST' && url.includes('/points/query') ? { body: ok({ points: [{ id: 3, score: 1 }] }) } : undefined,
  );
  expect((await auditLive('VEC-04', stack(liar))).found).toEqual(['P1 qdrant']);
  const { found, results } = await auditLive('VEC-07', stack(liar));
  expect(found).toEqual(['P1 qdrant']);
  expect(results[0]?.summary).toMatch(/20 searches for 5 hits, 20 with another number of hits.*unverified/);
});

test('a key that nobody names keeps the rows open', async () => {
  const closed = stack(await qdrant(), { VECTOR_API_KEY: 'another' });
  expect(await auditLive('VEC-03', closed)).toMatchObject({ found: [], open: ['qdrant'] });
  expect(await auditLive('VEC-04', closed)).toMatchObject({ found: [], open: ['qdrant'] });
});

test('without settings that say so, nobody knows which collections, sizes and distances are meant', async () => {
  const context = stack(await qdrant());
  for (const code of ['VEC-02', 'VEC-05', 'VEC-06']) expect((await auditLive(code, context)).state).toBe('not-applicable');
});
