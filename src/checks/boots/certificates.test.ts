import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';

import { expect, onTestFinished, test } from 'vitest';

import { certificate } from '../../../tests/support/certificate.ts';
import { auditLive, httpServer, stackOf, type LiveAudit } from '../../../tests/support/live.ts';
import type { Bootable, Booting, Boots } from '../../model/boot.ts';

async function encrypted(): Promise<number> {
  const server = createServer(certificate('proxy'), (socket) => void socket.on('error', () => undefined).end());
  server.on('tlsClientError', () => undefined);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const MOUNTED: Bootable = {
  service: 'proxy',
  env: {},
  mounts: ['/etc/proxy/tls.key', '/etc/proxy/proxy.conf', '/etc/ssl/certs/ca-certificates.crt'],
};
const READY: Booting = { ended: 'ready', afterMs: 20, tail: [] };

/** A stack whose proxy runs here, and what becomes of it without what is named: an end, or a port on which it is ready. */
async function without(
  running: number,
  then: Booting | number,
  bootable = MOUNTED,
): Promise<LiveAudit & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const boots: Boots = {
    services: async () => [bootable],
    start: async ({ visit, without: gone = [], env }) => {
      if (gone.length + Object.keys(env).length === 0) return READY;
      asked.push([...gone, ...Object.entries(env).map((entry) => entry.join('='))].join(' '));
      if (typeof then !== 'number') return then;
      await visit?.(`http://127.0.0.1:${String(then)}`);
      return READY;
    },
  };
  const context = stackOf([{ name: 'proxy', image: 'shop/proxy:1', ports: { 443: running } }]);
  return { ...(await auditLive('TLS-09', { ...context, boots: async () => boots })), asked };
}

test('TLS-09: a service that goes on in the clear without its key', async () => {
  const { found, results, asked } = await without(await encrypted(), await httpServer(() => ({ body: 'hello' })));
  expect(found).toEqual(['P1 proxy']);
  expect(results[0]?.summary).toContain('- without /etc/proxy/tls.key: ready, its port, which speaks TLS else, answers in the clear');
  // Neither its configuration nor the authorities that it trusts are its certificate.
  expect(asked).toEqual(['/etc/proxy/tls.key']);
});

test('TLS-09: one that goes on with another certificate, or ends without an error, weighs less', async () => {
  expect((await without(await encrypted(), await encrypted())).found).toEqual(['P2 proxy']);
  expect((await without(await encrypted(), { ended: 'exited', code: 0, afterMs: 5, tail: [] })).found).toEqual(['P2 proxy']);
});

test('TLS-09: an error that names the file, or a service that never gets ready, is silent', async () => {
  const refused: Booting = { ended: 'exited', code: 1, afterMs: 5, tail: ['cannot open /etc/proxy/tls.key'] };
  const { found, open, results } = await without(await encrypted(), refused);
  expect({ found, open }).toEqual({ found: [], open: [] });
  expect(results[0]?.summary).toContain('without /etc/proxy/tls.key: exit 1, “cannot open /etc/proxy/tls.key”');
  expect(await without(await encrypted(), { ended: 'silent', afterMs: 4_000, tail: [] })).toMatchObject({ found: [], open: [] });
});

test('TLS-09: paths in variables are led nowhere; a service without a certificate is not asked', async () => {
  const env = { TLS_CERT_FILE: '/run/tls/cert.pem', SSL_CA_FILE: '/run/tls/ca.pem', MODE: 'prod' };
  const { found, asked } = await without(await encrypted(), await httpServer(() => ({})), { service: 'proxy', env });
  expect(found).toEqual(['P1 proxy']);
  expect(asked).toEqual(['TLS_CERT_FILE=/gauntlet/nowhere.pem']);
  expect((await without(await encrypted(), 0, { service: 'proxy', env: { MODE: 'prod' } })).state).toBe('not-applicable');
});
