import { expect, test } from 'vitest';

import { auditLive, httpServer, stackOf, tcpServer } from '../../../tests/support/live.ts';
import { mongoCommand } from '../live/mongo.ts';

// Hand-made after the published protocols: no real server of these kinds is to be had here, which docs and findings say.

/** Qdrant: https://api.qdrant.tech (service "root" and "collections"). */
function qdrant(key: string | undefined): Promise<number> {
  return httpServer(({ url, headers }) => {
    if (url === '/') return { body: { title: 'qdrant - vector search engine', version: '1.15.0' } };
    if (key !== undefined && headers['api-key'] !== key)
      return { status: 401, body: 'Must provide an API key or an Authorization bearer token' };
    const collections = ['gauntlet-probe-1', 'docs', 'gauntlet-probe-2'].map((name) => ({ name }));
    return { body: { result: { collections }, status: 'ok', time: 0.00001 } };
  });
}

const one = (name: string, image: string, container: number) => (port: number) => stackOf([{ name, image, ports: { [container]: port } }]);
const vectors = one('vectors', 'qdrant/qdrant:v1.15.0', 6333);

test('VEC-08: Qdrant without a key is found; with one it is silent', async () => {
  const open = await auditLive('VEC-08', vectors(await qdrant(undefined)));
  expect(open.found).toEqual(['P1 vectors']);
  expect(open.results[0]?.summary).toMatch(/GET \/collections, without a key was answered with 200 .*\[\{"name":"docs"\}\].*unverified/);
  expect(await auditLive('VEC-08', vectors(await qdrant('k')))).toMatchObject({ found: [], open: [] });
});

test('VEC-08: a server in trouble is neither open nor closed', async () => {
  const broken = await httpServer(({ url }) =>
    url === '/' ? { body: { title: 'qdrant - vector search engine' } } : { status: 500, body: 'Service internal error' },
  );
  expect(await auditLive('VEC-08', vectors(broken))).toMatchObject({ found: [], open: ['vectors'] });
});

/** One OP_MSG with fields of text, as a server answers. */
function reply(fields: string): Buffer {
  const message = mongoCommand(fields);
  message.writeInt32LE(1, 8);
  return message;
}

test('AUTH-04: MongoDB that lists its databases for everybody is found', async () => {
  const mongod = (list: string): Promise<number> =>
    tcpServer((socket) => socket.on('data', (chunk) => socket.write(reply(chunk.includes('listDatabases') ? list : 'isWritablePrimary'))));
  const stack = one('mongo', 'mongo:8', 27017);
  expect((await auditLive('AUTH-04', stack(await mongod('totalSize')))).found).toEqual(['P1 mongo']);
  expect(await auditLive('AUTH-04', stack(await mongod('command listDatabases requires authentication')))).toMatchObject({
    found: [],
    open: [],
  });
  expect(await auditLive('AUTH-04', stack(await mongod('something else')))).toMatchObject({ found: [], open: ['mongo'] });
});

test('AUTH-04: ClickHouse that answers queries for everybody is found', async () => {
  const server = (status: number, body: string): Promise<number> =>
    httpServer(({ url }) => (url === '/ping' ? { body: 'Ok.\n' } : { status, body }));
  const stack = one('clickhouse', 'clickhouse/clickhouse-server:25.8', 8123);
  expect((await auditLive('AUTH-04', stack(await server(200, 'default\n')))).found).toEqual(['P1 clickhouse']);
  expect((await auditLive('AUTH-04', stack(await server(403, 'Code: 516. DB::Exception: default: Authentication failed')))).found).toEqual(
    [],
  );
});
