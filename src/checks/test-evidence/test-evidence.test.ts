import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

import type { Ports } from '../../ports/index.ts';
import type { CheckContext } from '../contract.ts';
import { testEvidence } from './index.ts';

/** What a check collects in a repository of these files. */
async function collect(code: string, repository: Readonly<Record<string, string>>) {
  const files: Partial<Ports['files']> = {
    size: async (path) => textOf(path).length,
    readText: async (path) => textOf(path),
  };
  const textOf = (path: string) => {
    const text = repository[path.slice('/repo/'.length)];
    if (text === undefined) throw new Error('ENOENT');
    return text;
  };
  const check = testEvidence.find((candidate) => candidate.code === code);
  const context = { ports: { files }, root: '/repo', tracked: async () => Object.keys(repository), signal: new AbortController().signal };
  return check?.collect(context as unknown as CheckContext);
}

test('TST-15: tests that cannot fail, with their places; a file that cannot be read is a gap', async () => {
  const repository = { 'src/a.test.ts': "it('is empty', () => {});\n", 'src/a.ts': "it('is no test file', () => {});" };
  expect(await collect('TST-15', repository)).toMatchObject({
    state: 'collected',
    facts: { files: 1, tests: 1, suspects: [{ path: 'src/a.test.ts', line: 1, name: 'is empty', kind: 'empty' }], omitted: 0 },
  });
  expect(await collect('TST-15', { 'src/a.ts': '' })).toMatchObject({ state: 'not-applicable' });
  expect(await collect('TST-15', { ...repository, 'src/b.test.ts': 'x'.repeat(1_000_001) })).toMatchObject({ state: 'gap' });
});

test('TST-20: stand-ins for datastores in integration tests; in unit tests, and for the APIs of others, they are nobody’s business', async () => {
  const mocks = {
    'tests/integration/cart.test.ts': "import x from 'y';\nimport Redis from 'ioredis-mock';\n",
    'tests/e2e/test_users.py': 'import fakeredis\n',
  };
  expect(await collect('TST-20', mocks)).toMatchObject({
    facts: {
      files: 2,
      sites: [
        { path: 'tests/integration/cart.test.ts', line: 2, library: 'ioredis-mock', service: 'redis' },
        { path: 'tests/e2e/test_users.py', line: 1, library: 'fakeredis', service: 'redis' },
      ],
    },
  });
  const fine = {
    'tests/unit/cart.test.ts': "vi.mock('ioredis');",
    'tests/integration/pay.test.ts': "import nock from 'nock'; import Redis from 'ioredis';",
  };
  expect(await collect('TST-20', fine)).toMatchObject({ facts: { files: 1, sites: [] } });
  expect(await collect('TST-20', { 'tests/unit/cart.test.ts': '' })).toMatchObject({ state: 'not-applicable' });
});

test('TST-11: a library for properties that no test uses', async () => {
  const manifest = { 'package.json': '{"devDependencies": {"fast-check": "^4.0.0"}}' };
  expect(await collect('TST-11', manifest)).toMatchObject({ facts: { libraries: [{ library: 'fast-check', users: 0 }] } });
  const used = { ...manifest, 'src/a.test.ts': "import fc from 'fast-check';" };
  expect(await collect('TST-11', used)).toMatchObject({
    facts: { libraries: [{ library: 'fast-check', manifest: 'package.json', users: 1 }] },
  });
  expect(await collect('TST-11', { 'package.json': '{}' })).toMatchObject({ state: 'not-applicable' });
});

test('TST-10: contracts, and what holds the code against them', async () => {
  const contracts = {
    'api/openapi.yaml': 'openapi: 3.1.0\ninfo: {}\n',
    'pacts/web-api.json': '{"consumer": {}, "provider": {}, "interactions": []}',
    'docs/openapi-notes.yaml': 'a: 1',
  };
  expect(await collect('TST-10', contracts)).toMatchObject({
    facts: {
      contracts: [
        { path: 'api/openapi.yaml', kind: 'openapi' },
        { path: 'pacts/web-api.json', kind: 'pact' },
      ],
      verifiers: [],
    },
  });
  const held = { ...contracts, '.github/workflows/ci.yml': 'run: schemathesis run api/openapi.yaml' };
  expect(await collect('TST-10', held)).toMatchObject({
    facts: { verifiers: [{ path: '.github/workflows/ci.yml', tool: 'schemathesis' }] },
  });
  // Generated from each other, code and description cannot disagree.
  const judged = async (files: Record<string, string>) =>
    (await audit('TST-10', { 'api/openapi.yaml': contracts['api/openapi.yaml'], ...files })).results;
  expect(await judged({ Makefile: 'gen:\n\toapi-codegen -generate chi-server api/openapi.yaml\n' })).toMatchObject([
    { result: { verdict: 'not_applicable', because: expect.stringContaining('oapi-codegen (Makefile)') } },
  ]);
  expect(
    await judged({ 'backend/pyproject.toml': '[project]\ndependencies = [\n    "fastapi[standard]<1.0.0,>=0.114.2",\n]\n' }),
  ).toMatchObject([{ result: { verdict: 'not_applicable' } }]);
  // A client that is generated holds no server.
  expect(await judged({ 'web/package.json': '{"devDependencies": {"@hey-api/openapi-ts": "1", "fastapi-client": "1"}}' })).toMatchObject([
    { result: { verdict: 'confirmed' } },
  ]);
  // The gate itself calls what its configuration names.
  expect(await collect('TST-10', { ...contracts, 'gauntlet.yml': 'version: 1\napi: api/openapi.yaml\n' })).toMatchObject({
    facts: { verifiers: [{ path: 'gauntlet.yml', tool: 'api: api/openapi.yaml' }] },
  });
  expect(await collect('TST-10', { 'README.md': '' })).toMatchObject({ state: 'not-applicable' });
});
