import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

import { expect, onTestFinished, test } from 'vitest';

import { certificate } from '../../../tests/support/certificate.ts';
import { auditLive, httpServer, stackOf, tcpServer } from '../../../tests/support/live.ts';
import { covers } from './covers.ts';

async function tlsServer(options: TlsOptions): Promise<number> {
  const server = createServer(options, (socket) => void socket.on('error', () => undefined).end());
  server.on('tlsClientError', () => undefined);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const api = { name: 'api', image: 'api:1', ports: {}, environment: { VECTOR_URL: 'https://qdrant:6333/' } };
const stack = (ports: Readonly<Record<number, number>>) => stackOf([{ name: 'qdrant', image: 'shop/qdrant:1', ports }, api]);

test('TLS-01, TLS-11, TLS-12, TLS-18: a good certificate, on every port, is silent', async () => {
  const good = certificate('qdrant', { names: 'DNS:qdrant,DNS:localhost' });
  const context = stack({ 6333: await tlsServer(good), 6334: await tlsServer(good) });
  for (const code of ['TLS-01', 'TLS-11', 'TLS-12', 'TLS-18'])
    expect({ code, ...(await auditLive(code, context)) }).toMatchObject({ code, state: 'collected', found: [], open: [] });
});

test('TLS-01: a certificate that ends in three days weighs most', async () => {
  const { found, results } = await auditLive('TLS-01', stack({ 6333: await tlsServer(certificate('qdrant', { days: 3 })) }));
  expect(found).toEqual(['P0 qdrant:6333']);
  expect(results[0]?.summary).toMatch(/serves a certificate of CN=qdrant \(issuer CN=qdrant\) that expires in [23] days/);
});

test('TLS-11: a certificate of localhost is not for qdrant, as its clients call it', async () => {
  const { found, results } = await auditLive('TLS-11', stack({ 6333: await tlsServer(certificate('localhost')) }));
  expect(found).toEqual(['P1 qdrant:6333']);
  expect(results[0]?.summary).toContain('api: VECTOR_URL calls it qdrant');
});

test('TLS-12: old versions and short keys are found', async () => {
  const weak = { ...certificate('qdrant', { key: 'rsa:1024' }), minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
  const { found, results } = await auditLive('TLS-12', stack({ 6333: await tlsServer(weak) }));
  expect(found).toEqual(['P1 qdrant:6333']);
  expect(results[0]?.summary).toMatch(/TLSv1 is accepted, TLSv1\.1 is accepted, its RSA key has 1024 bits/);
});

test('TLS-18: TLS for REST and none for gRPC is found', async () => {
  const plain = await httpServer(() => ({ body: 'hello' }));
  const { found, results } = await auditLive('TLS-18', stack({ 6333: await tlsServer(certificate('qdrant')), 6334: plain }));
  expect(found).toEqual(['P1 qdrant']);
  expect(results[0]?.measured).toBe('TLS on 6333; without it on 6334');
});

test('a stack without TLS is not the business of these rows; a server that says nothing costs a bounded time', async () => {
  const context = stack({ 6333: await httpServer(() => ({ body: 'hello' })), 6334: await tcpServer(() => undefined) });
  const started = performance.now();
  for (const code of ['TLS-01', 'TLS-11', 'TLS-12', 'TLS-18']) expect((await auditLive(code, context)).state).toBe('not-applicable');
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('names of certificates', () => {
  const names = ['DNS:*.shop.example', 'DNS:db', 'IP Address:10.0.0.7'];
  expect(['a.shop.example', 'DB', '10.0.0.7'].map((host) => covers({ names }, host))).toEqual([true, true, true]);
  expect(['shop.example', 'a.b.shop.example', 'dbx', '10.0.0.8'].map((host) => covers({ names }, host))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
