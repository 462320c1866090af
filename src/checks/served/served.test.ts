import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';

import { expect, onTestFinished, test } from 'vitest';

import { certificate } from '../../../tests/support/certificate.ts';
import { auditLive, httpServer, stackOf, tcpServer } from '../../../tests/support/live.ts';
import type { Boots } from '../../model/boot.ts';
import type { CheckContext } from '../contract.ts';
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

/** A stack whose repository holds this authority. */
async function withAuthority(ports: Readonly<Record<number, number>>, ca: Buffer, options: CheckContext['options']): Promise<CheckContext> {
  const root = await mkdtemp(join(tmpdir(), 'gauntlet-ca-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'ca.pem'), ca);
  return { ...stack(ports), root, options };
}

test('TLS-03: in production a certificate that signs itself is found, and one of the authority that is named is not', async () => {
  const own = certificate('qdrant', { names: 'DNS:qdrant' });
  const port = await tlsServer(own);
  const { found, results } = await auditLive('TLS-03', { ...stack({ 6333: port }), options: { 'TLS-03': {} } });
  expect(found).toEqual(['P1 qdrant:6333']);
  expect(results[0]?.measured).toMatch(/with the public authorities: DEPTH_ZERO_SELF_SIGNED_CERT .*CN=qdrant signed it itself/);
  const known = await withAuthority({ 6333: port }, own.cert, { 'TLS-03': { ca: 'ca.pem' } });
  expect(await auditLive('TLS-03', known)).toMatchObject({ state: 'collected', found: [], open: [] });
});

test('TLS-03: a stack of nobody’s production is not asked; a port that is named and speaks no TLS stays open', async () => {
  const port = await tlsServer(certificate('qdrant'));
  expect((await auditLive('TLS-03', stack({ 6333: port }))).state).toBe('not-applicable');
  const options = { 'TLS-03': { ports: ['proxy:443'] } };
  expect(await auditLive('TLS-03', { ...stack({ 6333: port }), options })).toMatchObject({ found: [], open: ['proxy:443'] });
});

test('TLS-03: targets of a system that runs somewhere are asked by their own names', async () => {
  const port = await tlsServer(certificate('localhost', { names: 'DNS:localhost' }));
  const context = stack({});
  const targets = [{ name: 'shop', url: `https://localhost:${String(port)}`, host: 'localhost', port }];
  const external = { ...context, manifest: context.manifest && { ...context.manifest, kind: 'external', services: [], targets } };
  expect((await auditLive('TLS-03', external)).found).toEqual([`P1 shop:${String(port)}`]);
});

test('TLS-21: a client that verifies is let in with the authority of the stack, and goes away from another one or another name', async () => {
  const own = certificate('qdrant', { names: 'DNS:qdrant' });
  const options = { 'TLS-21': { ca: 'ca.pem' } };
  const good = await auditLive('TLS-21', await withAuthority({ 6333: await tlsServer(own) }, own.cert, options));
  expect(good).toMatchObject({ found: [], open: [] });
  expect(good.results[0]?.summary).toMatch(/handshake as qdrant with ca\.pem: verified after \d+ ms/);
  const stranger = await withAuthority({ 6333: await tlsServer(certificate('qdrant', { names: 'DNS:qdrant' })) }, own.cert, options);
  expect((await auditLive('TLS-21', stranger)).found).toEqual(['P1 qdrant:6333']);
  const localhost = certificate('localhost', { names: 'DNS:localhost' });
  const misnamed = await withAuthority({ 6333: await tlsServer(localhost) }, localhost.cert, options);
  const { found, results } = await auditLive('TLS-21', misnamed);
  expect(found).toEqual(['P1 qdrant:6333']);
  expect(results[0]?.summary).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('TLS-21: the first handshake is that of a service that was started for it, where it can be', async () => {
  const own = certificate('qdrant', { names: 'DNS:qdrant' });
  const cold = await tlsServer(certificate('other'));
  const context = await withAuthority({ 6333: await tlsServer(own) }, own.cert, { 'TLS-21': { ca: 'ca.pem' } });
  const boots: Boots = {
    services: async () => [{ service: 'qdrant', env: {} }],
    start: async ({ visit }) => {
      await visit?.(`http://127.0.0.1:${String(cold)}`);
      return { ended: 'ready', afterMs: 1, tail: [] };
    },
  };
  const { found, results } = await auditLive('TLS-21', { ...context, boots: async () => boots });
  expect(found).toEqual(['P1 qdrant:6333']);
  expect(results[0]?.summary).toContain('first handshake of a fresh start');
});

test('TLS-21: without an authority nobody asks, and a file that is none is a gap', async () => {
  const port = await tlsServer(certificate('qdrant'));
  expect((await auditLive('TLS-21', stack({ 6333: port }))).state).toBe('not-applicable');
  const broken = await withAuthority({ 6333: port }, Buffer.from('no certificate'), { 'TLS-21': { ca: 'ca.pem' } });
  expect((await auditLive('TLS-21', broken)).state).toBe('gap');
});
