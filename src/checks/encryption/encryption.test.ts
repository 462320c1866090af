import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

/** Self-signed for qdrant.example, valid to 2026-12-01; its key is gone. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBGTCBwAIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5xZHJhbnQuZXhhbXBs
ZTAeFw0yNjAxMDEwMDAwMDBaFw0yNjEyMDEwMDAwMDBaMBkxFzAVBgNVBAMMDnFk
cmFudC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAZCtAOTalcgf
tCpMXKvDsIQ5N2bp8+Ppm79cd9PytCh1fUkIno7drFqKNpdhvayWMhqJz2sheGez
k5OErotMWjAKBggqhkjOPQQDAgNIADBFAiEAuWvorz5+dDnlbaViTUnlAK8FyVaG
ZY7VDpUckE5qhe0CIF6VVhx0P0QfVMTeuUO/nWCXkQ+QHTPbh/M6GXiFJdE9
-----END CERTIFICATE-----
`;

test('TLS-14: literal switches weigh most, those under a condition and in scripts less; comments, tests and other verifications are none', async () => {
  const { found, results } = await audit('TLS-14', {
    'app/client.py': 'import requests\n\ndef ask(url):\n    return requests.get(url, timeout=3, verify=False)\n',
    'app/gated.py':
      "import os, httpx\n\nif os.getenv('ENVIRONMENT', 'development') != 'production':\n    client = httpx.Client(verify=False)\n",
    'cmd/api/main.go': 'package main\n\nvar c = tls.Config{InsecureSkipVerify: true}\n',
    'cmd/probe/main.go': 'package main\n\nvar c = tls.Config{InsecureSkipVerify: true} // #nosec G402\n',
    'src/db.ts': 'export const pool = new Pool({ ssl: { rejectUnauthorized: false } });\n',
    'scripts/wait.sh': '#!/bin/sh\ncurl -fsSk https://qdrant:6333/healthz\n',
    'vite.config.ts': 'export default { proxy: { rejectUnauthorized: false } };\n',
  });
  expect(found.toSorted()).toEqual([
    'P0 app/client.py: verify=False',
    'P0 cmd/api/main.go: InsecureSkipVerify',
    'P0 src/db.ts: rejectUnauthorized',
    'P2 app/gated.py: verify=False',
    'P2 cmd/probe/main.go: InsecureSkipVerify',
    'P2 scripts/wait.sh: curl',
    'P2 vite.config.ts: rejectUnauthorized',
  ]);
  expect(results.find(({ subject }) => subject.startsWith('app/client'))?.locations).toEqual([{ path: 'app/client.py', line: 4 }]);
});

test('TLS-14: a careful repository is silent', async () => {
  const { found, state } = await audit('TLS-14', {
    'app/client.py':
      '# requests.get(url, verify=False) is what we do not do\nrequests.get(url, verify=CA_FILE)\nform.save(verify=False)\njwt.decode(token, verify=False)\n',
    'tests/test_client.py': 'requests.get(url, verify=False)\n',
    'pkg/tls.go': 'var c = tls.Config{InsecureSkipVerify: true, VerifyConnection: verifyPinned}\n// InsecureSkipVerify: true\n',
    'pkg/tls_test.go': 'var c = tls.Config{InsecureSkipVerify: true}\n',
    'src/db.ts': "const ssl = { rejectUnauthorized: true };\nconst warned = 'rejectUnauthorized: false is refused';\n",
    'scripts/get.sh': 'curl -fsSL --cacert ca.pem https://qdrant:6333/\ncurl -k https://localhost:8443/health\n',
    'README.md': 'Use `curl -k https://api.example.com` to try it.\n',
  });
  expect({ state, found }).toEqual({ state: 'collected', found: [] });
});

test('TLS-02: a certificate that ends soon, by the days left and by who mounts it', async () => {
  const files = { '.ssl/qdrant.pem': CERTIFICATE, 'tests/certs/old.pem': CERTIFICATE };
  const at = async (now: string, model?: unknown) => (await audit('TLS-02', files, model, { now })).found;
  expect(await at('2026-06-01T00:00:00.000Z')).toEqual([]);
  expect(await at('2026-11-20T00:00:00.000Z')).toEqual(['P2 .ssl/qdrant.pem']);
  const { results } = await audit('TLS-02', files, undefined, { now: '2026-12-03T00:00:00.000Z' });
  expect(results[0]?.summary).toBe('The certificate of qdrant.example in .ssl/qdrant.pem expired 2 days ago (2026-12-01).');
});

test('TLS-02: a list of authorities, and a repository without certificates, are nobody’s business', async () => {
  expect((await audit('TLS-02', { 'certs/cacert.pem': CERTIFICATE.repeat(6) })).state).toBe('not-applicable');
  expect((await audit('TLS-02', { 'certs/broken.pem': 'no certificate' })).state).toBe('not-applicable');
});
