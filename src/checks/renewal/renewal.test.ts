import { join } from 'node:path';

import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';
import { certificate } from '../../../tests/support/certificate.ts';

const COMPOSE = 'services:\n  proxy:\n    image: nginx:1.27\n    volumes: [./ssl/shop.crt:/etc/nginx/shop.crt:ro]\n';
const ALERTS = 'groups: [{name: a, rules: [{alert: Down, expr: up == 0}]}]\n';
const EXPIRES = 'groups: [{name: a, rules: [{alert: CertEnds, expr: probe_ssl_earliest_cert_expiry - time() < 604800}]}]\n';
const ALL = ['TLS-04', 'TLS-06', 'TLS-07', 'TLS-13'];

/** The stack as Compose resolves it: sources are absolute. */
const proxy =
  (source: string, image = 'nginx:1.27') =>
  (root: string): Promise<unknown> =>
    Promise.resolve({ services: { proxy: { image, volumes: [{ type: 'bind', source: join(root, source), target: '/tls' }] } } });

test('TLS-06: a certificate that nothing renews', async () => {
  const files = { 'compose.yaml': COMPOSE, 'docs/tls.md': 'Once a year: certbot renew.\n' };
  const { found, results } = await audit('TLS-06', files, undefined, { prepare: proxy('ssl/shop.crt') });
  expect(found).toEqual(['P1 certificates of the stack']);
  expect(results[0]?.summary).toContain('mounted by proxy (ssl/shop.crt)');
  expect(results[0]?.locations).toEqual([{ path: 'compose.yaml', line: 4 }]);
});

test('TLS-06: a program, a manifest or a job that renews is enough', async () => {
  const at = async (files: Record<string, string>, image?: string) =>
    (await audit('TLS-06', { 'compose.yaml': COMPOSE, ...files }, undefined, { prepare: proxy('ssl/shop.crt', image) })).found;
  expect(await at({}, 'traefik:v3.2')).toEqual([]);
  expect(await at({ 'k8s/issuer.yaml': 'apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: le}\n' })).toEqual([]);
  expect(
    await at({ '.github/workflows/renew.yml': 'on: {schedule: [{cron: "0 3 * * 1"}]}\njobs: {a: {steps: [{run: certbot renew}]}}\n' }),
  ).toEqual([]);
});

test('TLS-04: alerts without one for the end of certificates; where a program renews them it weighs less', async () => {
  const at = async (files: Record<string, string>, image?: string) =>
    (await audit('TLS-04', { 'compose.yaml': COMPOSE, ...files }, undefined, { prepare: proxy('ssl/shop.crt', image) })).found;
  expect(await at({ 'rules.yml': ALERTS })).toEqual(['P0 expiry of certificates']);
  expect(await at({ 'rules.yml': ALERTS }, 'caddy:2.9')).toEqual(['P2 expiry of certificates']);
  expect(await at({ 'rules.yml': EXPIRES })).toEqual([]);
});

test('TLS-07: the staging directory where it is used, not where it is a comment or a sample', async () => {
  const caddy = '{\n  acme_ca https://acme-staging-v02.api.letsencrypt.org/directory\n}\n';
  const { found, results } = await audit('TLS-07', { Caddyfile: caddy });
  expect(found).toEqual(['P2 the authority that is asked']);
  expect(results[0]?.locations).toEqual([{ path: 'Caddyfile', line: 2 }]);
  const commented = { Caddyfile: caddy.replace('  acme_ca', '  # acme_ca'), 'examples/Caddyfile': caddy };
  expect((await audit('TLS-07', commented)).found).toEqual([]);
});

test('a stack without certificates, with those of its own machine, or with authorities alone is not asked', async () => {
  for (const code of ALL) {
    expect((await audit(code, { 'rules.yml': ALERTS }, { services: { api: { image: 'shop/api:1' } } })).state).toBe('not-applicable');
    for (const source of ['dev/certs/localhost.pem', 'certs/ca-bundle.crt'])
      expect((await audit(code, { 'rules.yml': ALERTS }, undefined, { prepare: proxy(source) })).state).toBe('not-applicable');
  }
});

const made = (days: number): string => certificate('shop', { days }).cert.toString('utf8');
const MAKE = `#!/bin/sh
# openssl req -x509 -days 9999 -out ssl/shop.crt
openssl req -x509 -newkey rsa:4096 -nodes \\
    -keyout ssl/shop.key \\
    -out ssl/shop.crt \\
    -days 365 -subj "/CN=localhost"
`;

test('TLS-13: a certificate of a year that signs itself and that nothing renews, with its span', async () => {
  const { found, results } = await audit('TLS-13', { 'compose.yaml': COMPOSE, 'ssl/shop.crt': made(365) }, undefined, {
    prepare: proxy('ssl/shop.crt'),
  });
  expect(found).toEqual(['P2 proxy: ssl/shop.crt']);
  expect(results[0]?.measured).toBe('365 days, signed by itself, no renewal');
});

test('TLS-13: where the file is not kept, the script that makes it tells', async () => {
  const files = { 'compose.yaml': COMPOSE, 'scripts/certs.sh': MAKE };
  for (const source of ['ssl/shop.crt', 'ssl']) {
    const { found, results } = await audit('TLS-13', files, undefined, { prepare: proxy(source) });
    expect(found).toEqual([`P2 proxy: ${source}`]);
    expect(results[0]?.summary).toContain('365 days (scripts/certs.sh:3 makes it');
  }
});

test('TLS-13: short ones, renewed ones, those of an authority and those of which nothing is known are silent', async () => {
  const at = async (files: Record<string, string>, image?: string) =>
    await audit('TLS-13', { 'compose.yaml': COMPOSE, ...files }, undefined, { prepare: proxy('ssl/shop.crt', image) });
  expect((await at({ 'ssl/shop.crt': made(30) })).found).toEqual([]);
  expect((await at({ 'scripts/certs.sh': MAKE.replace('-days 365', '') })).found).toEqual([]);
  expect((await at({ 'ssl/shop.crt': made(365) }, 'step-ca:0.27')).found).toEqual([]);
  expect((await at({ 'scripts/other.sh': MAKE.replaceAll('shop.crt', 'other.crt') })).state).toBe('not-applicable');
  expect((await at({ 'docs/tls.md': MAKE })).state).toBe('not-applicable');
  expect((await at({ 'ssl/shop.crt': 'no certificate' })).state).toBe('not-applicable');
});
