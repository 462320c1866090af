import { expect, test } from 'vitest';

import { audit, type Audited } from '../../../tests/support/audit.ts';

const CODE =
  "const url = process.env.SEARCH_URL;\nconst level = process.env.CACHE_TTL ?? '60';\nconst old = process.env.LEGACY_URL || '';\n";
const BASE = 'services:\n  api:\n    build: .\n    environment:\n      DATABASE_URL: postgres://db/shop\n';
const overlay = (...lines: readonly string[]): string =>
  `services:\n  api:\n    environment:\n${lines.map((line) => `      ${line}\n`).join('')}`;

const FILES = {
  'src/search.ts': CODE,
  'compose.yaml': BASE,
  'compose.dev.yaml': overlay('SEARCH_URL: http://search:9200', 'CACHE_TTL: 5', 'LEGACY_URL: http://old', 'DEBUG: 1', 'UNREAD: 1'),
  'compose.prod.yaml': overlay('LOG_LEVEL: info'),
};

test('CFG-19: what code reads without a default, development sets and production does not', async () => {
  const { found, results } = await audit('CFG-19', FILES);
  expect(found).toEqual(['P2 api']);
  expect(results[0]?.summary).toBe(
    'compose.yaml + compose.prod.yaml against compose.yaml + compose.dev.yaml: production does not set SEARCH_URL, which src/search.ts:1 reads without a default.',
  );
  expect(results[0]?.locations).toEqual([{ path: 'compose.dev.yaml', line: 4 }]);
});

test('CFG-19: files of variables too', async () => {
  const { found } = await audit('CFG-19', {
    'src/search.ts': CODE,
    '.env.development': 'SEARCH_URL=http://x\nA=1\n',
    '.env.production': 'A=2\n',
  });
  expect(found).toEqual(['P2 .env.production']);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['set in production', { 'compose.prod.yaml': overlay('SEARCH_URL: https://search.example') }],
  ['handed through', { 'compose.prod.yaml': 'services:\n  api:\n    environment: [SEARCH_URL]\n' }],
  [
    'in a file that production loads',
    { 'compose.prod.yaml': 'services:\n  api:\n    env_file: prod.env\n', 'prod.env': 'SEARCH_URL=https://search.example\n' },
  ],
  ['perhaps in a file that is not tracked', { 'compose.prod.yaml': 'services:\n  api:\n    env_file: [{path: secret.env}]\n' }],
  [
    'of a service that production does not have',
    { 'compose.yaml': '', 'compose.prod.yaml': 'services: {worker: {environment: {A: 1}}}\n' },
  ],
  [
    'read with a default, or only asked for',
    { 'src/search.ts': '', 'app/a.py': 'a = os.environ.get("SEARCH_URL", "x")\nb = os.environ.get("SEARCH_URL") is None\n' },
  ],
  ['read by tests alone', { 'src/search.ts': '', 'tests/search.test.ts': CODE }],
])('CFG-19: a variable that is %s is no finding', async (_what, files) => {
  expect((await audit('CFG-19', { ...FILES, ...files })).found).toEqual([]);
});

test('CFG-19: a secret that is not in a tracked file is where it belongs', async () => {
  const files = {
    'src/pay.ts': 'const key = process.env.STRIPE_KEY;\nconst pay = process.env.PAY_API_KEY;\n',
    '.env.development': 'PAY_API_KEY=sk_test\n',
    '.env.production': 'A=1\n',
  };
  expect((await audit('CFG-19', files)).found).toEqual([]);
});

test('CFG-19: a repository without profiles is not asked', async () => {
  for (const files of [{ 'compose.yaml': BASE }, { '.env.example': 'A=1\n', '.env.production': 'B=1\n' }])
    expect((await audit('CFG-19', files)).state).toBe('not-applicable');
});

function told(files: Readonly<Record<string, string>>, only: readonly string[] = []): Promise<Audited> {
  return audit('CFG-19', files, undefined, { options: { development: 'dev.env', production: ['prod.env'], only: [...only] } });
}

test('CFG-19: files that are named are compared whole, but for what is named as for development alone', async () => {
  const files = { 'dev.env': 'A=1\nB=1\nDEBUG=1\n', 'prod.env': 'A=2\n' };
  expect((await told(files)).results[0]?.measured).toBe('2 of 3 variables missing');
  expect((await told(files, ['B', 'DEBUG'])).found).toEqual([]);
  expect((await told({ 'dev.env': 'A=1\n' })).because).toBe('prod.env could not be read');
});
