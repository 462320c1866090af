import { expect, test } from 'vitest';

import { cpuMs } from '../../../tests/support/effort.ts';
import { audit } from '../../../tests/support/audit.ts';

/** As seed 004 has it: the default of the variable is development, and nothing sets it. */
const QDRANT = `import os

from qdrant_client import QdrantClient


class QdrantStore:
    def __init__(self, host, port, api_key):
        environment = os.getenv("ENVIRONMENT", "development")

        # HTTPS with environment-aware certificate validation
        self.client = QdrantClient(
            url=f"https://{host}:{port}",
            api_key=api_key,
            timeout=60,
            verify=environment != "development",  # Accept self-signed certs in dev
        )
`;

/** Line, and what the table says: `-` is the variable that nobody set. */
async function tables(path: string, text: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { stored } = await audit('TLS-15', { [path]: text, ...more });
  const facts = JSON.parse(stored) as { facts?: { sites: { line: number; table: { value: string | null; verifies: string }[] }[] } };
  return (facts.facts?.sites ?? []).map(
    ({ line, table }) => `${String(line)} ${table.map(({ value, verifies }) => `${value ?? '-'}:${verifies}`).join(' ')}`,
  );
}

test('TLS-15: an environment that nobody set means no verification, shown as a table with the line', async () => {
  const { found, results } = await audit('TLS-15', {
    'bot/services/qdrant_store.py': QDRANT,
    'compose.yaml': 'services: {bot: {build: .}}\n',
  });
  expect(found).toEqual(['P0 bot/services/qdrant_store.py: ENVIRONMENT']);
  expect(results[0]?.locations).toEqual([{ path: 'bot/services/qdrant_store.py', line: 15 }]);
  expect(results[0]?.summary).toBe(
    [
      'bot/services/qdrant_store.py:15: `verify=environment != "development",  # Accept self-signed certs in dev`',
      '',
      '| ENVIRONMENT | certificates are |',
      '| --- | --- |',
      '| (not set) | **not verified** |',
      '| production | verified |',
      '| development | **not verified** |',
      '',
      'Nothing in this repository sets ENVIRONMENT to a value with which they are: where it is forgotten, anybody on the way can read and change what is sent.',
    ].join('\n'),
  );
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['an image', { Dockerfile: 'FROM python:3.12-slim\nENV ENVIRONMENT=production\n' }],
  ['a compose file', { 'compose.yaml': 'services:\n  bot:\n    environment:\n      ENVIRONMENT: ${ENVIRONMENT:-production}\n' }],
  ['a manifest', { 'k8s/bot.yaml': 'env:\n  - name: ENVIRONMENT\n    value: "production"\n' }],
])('TLS-15: where %s sets the variable it weighs less, and the place is named', async (_what, files) => {
  const { found, results } = await audit('TLS-15', { 'bot/store.py': QDRANT, ...files });
  expect(found).toEqual(['P2 bot/store.py: ENVIRONMENT']);
  expect(results[0]?.summary).toContain(`${Object.keys(files)[0] ?? ''}:`);
});

test('TLS-15: what starts a program may set the variable, or be a framework that does', async () => {
  const code = "export const agent = new Agent({ rejectUnauthorized: process.env.NODE_ENV === 'production' });\n";
  const at = async (scripts: string) =>
    (await audit('TLS-15', { 'lib/agent.ts': code, 'package.json': `{\n  "scripts": {\n    ${scripts}\n  }\n}\n` })).found;
  expect(await at('"start": "NODE_ENV=production node server.js"')).toEqual(['P2 lib/agent.ts: NODE_ENV']);
  expect(await at('"start": "next start"')).toEqual(['P2 lib/agent.ts: NODE_ENV']);
  expect(await at('"build": "NODE_ENV=production webpack",\n    "start": "node server.js"')).toEqual(['P0 lib/agent.ts: NODE_ENV']);
});

test('TLS-15: several lines of one file are one finding with all their places', async () => {
  const two = 'a = httpx.Client(verify=os.getenv("ENV") == "prod")\nb = httpx.Client(verify=os.getenv("ENV") == "prod")\n';
  const { found, results } = await audit('TLS-15', { 'app/a.py': two });
  expect(found).toEqual(['P0 app/a.py: ENV']);
  expect(results[0]?.locations?.map(({ line }) => line)).toEqual([1, 2]);
});

test.each([
  ['development in a compose file', { 'compose.yaml': 'services: {bot: {environment: {ENVIRONMENT: development}}}\n' }],
  ['production in a comment', { Dockerfile: 'FROM python:3.12\n# ENV ENVIRONMENT=production\n' }],
  ['production on one machine', { 'compose.dev.yaml': 'services: {bot: {environment: {ENVIRONMENT: production}}}\n' }],
  ['production in a sample', { '.env.example': 'ENVIRONMENT=production\n' }],
])('TLS-15: %s changes nothing', async (_what, files) => {
  expect((await audit('TLS-15', { 'bot/store.py': QDRANT, ...files })).found).toEqual(['P0 bot/store.py: ENVIRONMENT']);
});

test.each([
  ['session.verify = os.environ.get("ENV") == "prod"\n', ['1 -:off production:off development:off prod:on']],
  ['r = requests.get(url, verify=os.getenv("SSL_VERIFY", "false").lower() in ("1", "true"))\n', ['1 -:off true:on 1:on']],
  [
    'r = requests.get(url, verify=False if os.getenv("STAGE", "dev") == "dev" else CA_FILE)\n',
    ['1 -:off production:on development:on dev:off'],
  ],
  ['r = httpx.Client(verify=bool(int(os.getenv("VERIFY_TLS", "0"))))\n', ['1 -:off 1:on']],
  [
    'if os.getenv("ENVIRONMENT", "development") != "production":\n    client = httpx.Client(verify=False)\n',
    ['2 -:off production:on development:off'],
  ],
  [
    'if is_prod():\n    pass\nif os.getenv("ENV") == "production":\n    c = httpx.Client()\nelse:\n    c = httpx.Client(\n        verify=False,\n    )\n',
    ['7 -:off production:on development:off'],
  ],
  [
    'ctx = ssl._create_unverified_context() if os.getenv("ENV", "dev") == "dev" else ssl.create_default_context()\n',
    ['1 -:off production:on development:on dev:off'],
  ],
  ['DEBUG = os.getenv("DEBUG", "true") == "true"\nes = Elasticsearch(hosts, verify_certs=not DEBUG)\n', ['2 -:off true:off false:on']],
])('TLS-15 in Python: %s', async (text, expected) => {
  expect(await tables('app/client.py', text)).toEqual(expected);
});

test.each([
  [
    'export const pool = new Pool({ ssl: { rejectUnauthorized: process.env.NODE_ENV === "production" } });\n',
    ['1 -:off production:on development:off'],
  ],
  [
    "const isProd = process.env.APP_ENV === 'prod'\nconst x = flag ? 1 : 2\nconst agent = new https.Agent({\n  rejectUnauthorized: isProd,\n})\n",
    ['4 -:off production:off development:off prod:on'],
  ],
  [
    "const { APP_ENV = 'local' } = process.env;\nconst agent = APP_ENV === 'local' ? new https.Agent({ rejectUnauthorized: false }) : undefined;\n",
    ['2 -:off production:on development:on local:off'],
  ],
  [
    "const env = process.env.NODE_ENV || 'development';\nconst options = { host, ...(env !== 'production' && { rejectUnauthorized: false }) };\n",
    ['2 -:off production:on development:off'],
  ],
  [
    "const dev = (process.env.NODE_ENV ?? 'development') !== 'production';\nif (dev) {\n  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n}\n",
    ['3 -:off production:on development:off'],
  ],
  [
    "if (process.env.NODE_ENV === 'production') {\n  start();\n} else {\n  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';\n}\n",
    ['4 -:off production:on development:off'],
  ],
  [
    "if (process.env.NODE_ENV !== 'production') process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n",
    ['1 -:off production:on development:off'],
  ],
  ["const rejectUnauthorized = process.env.DB_SSL_VERIFY === 'true';\nexport default { rejectUnauthorized };\n", ['1 -:off true:on']],
])('TLS-15 in JavaScript: %s', async (text, expected) => {
  expect(await tables('src/client.ts', text)).toEqual(expected);
});

test.each([
  [
    'package a\n\nvar c = &tls.Config{InsecureSkipVerify: os.Getenv("APP_ENV") != "production"}\n',
    ['3 -:off production:on development:off'],
  ],
  [
    'package a\n\nfunc f() {\n\tenv := getEnv("ENV", "dev")\n\tcfg := &tls.Config{}\n\tif env == "dev" || env == "test" {\n\t\tcfg.InsecureSkipVerify = true\n\t}\n}\n',
    ['7 -:off production:on development:on dev:off test:off'],
  ],
  [
    'package a\n\nvar c = tls.Config{\n\tInsecureSkipVerify: !strings.EqualFold(os.Getenv("TLS_VERIFY"), "true"),\n}\n',
    ['4 -:off true:on'],
  ],
])('TLS-15 in Go: %s', async (text, expected) => {
  expect(await tables('internal/client.go', text)).toEqual(expected);
});

test('TLS-15: what the settings of a program say is followed to where they are used', async () => {
  const settings = 'class Settings(BaseSettings):\n    ENVIRONMENT: str = "development"\n    PORT: int = 8000\n\nsettings = Settings()\n';
  const client = 'from app.config import settings\n\nclient = httpx.AsyncClient(verify=settings.ENVIRONMENT != "development")\n';
  expect(await tables('app/client.py', client, { 'app/config.py': settings })).toEqual(['3 -:off production:on development:off']);
  const property = settings.replace(
    '    PORT',
    '    @property\n    def is_production(self) -> bool:\n        return self.ENVIRONMENT == "production"\n\n    PORT',
  );
  const called = 'from app.config import get_settings\n\nclient = httpx.AsyncClient(verify=get_settings().is_production)\n';
  expect(await tables('app/client.py', called, { 'app/config.py': property })).toEqual(['3 -:off production:on development:off']);
  const load = 'package config\n\nfunc Load() Config {\n\treturn Config{Env: getEnv("APP_ENV", "development"), Skip: skip}\n}\n';
  const go =
    'package client\n\nvar a = &tls.Config{InsecureSkipVerify: cfg.Env == "development"}\nvar b = &tls.Config{InsecureSkipVerify: cfg.Skip}\n';
  expect(await tables('internal/client.go', go, { 'internal/config/config.go': load })).toEqual(['3 -:off production:on development:off']);
  const config = "export const config = {\n  env: process.env.NODE_ENV || 'development',\n};\n";
  const agent =
    "import { config } from './config';\nexport const agent = new Agent({ rejectUnauthorized: config.env === 'production' });\n";
  expect(await tables('src/agent.ts', agent, { 'src/config.ts': config })).toEqual(['2 -:off production:on development:off']);
});

/** Careful code, and what only looks like the careless one. */
const CAREFUL: Readonly<Record<string, string>> = {
  'app/opt_out.py': 'c = httpx.Client(verify=os.getenv("TLS_VERIFY", "true") != "false")\n',
  'app/production_first.py': 'env = os.getenv("ENVIRONMENT", "production")\nc = QdrantClient(url, verify=env != "development")\n',
  'app/strict.py': 'c = httpx.Client(verify=os.environ["ENVIRONMENT"] != "development")\n',
  'app/only_dev.py': 'if os.getenv("ENVIRONMENT") == "development":\n    c = httpx.Client(verify=False)\n',
  'app/bundle.py': 'c = httpx.Client(verify=os.getenv("CA_BUNDLE") or True)\nd = requests.get(u, verify=os.getenv("REQUESTS_CA_BUNDLE"))\n',
  'app/token.py': 'jwt.decode(token, key, verify=os.getenv("ENV") == "production")\n',
  'app/form.py': 'user.save(verify=os.getenv("ENV") == "production")\n',
  'app/unknown.py': 'c = httpx.Client(verify=settings.verify and os.getenv("ENV") == "production")\n',
  'app/comment.py':
    '# httpx.Client(verify=os.getenv("ENV") == "production")\ndef f():\n    """\n    httpx.Client(verify=os.getenv("ENV") == "production")\n    """\n',
  'tests/test_client.py': 'c = httpx.Client(verify=os.getenv("ENV") == "production")\n',
  'src/db.ts': "const ssl = process.env.NODE_ENV === 'production' ? { rejectUnauthorized: true } : false;\n",
  'src/opt-out.ts': "const agent = new Agent({ rejectUnauthorized: process.env.TLS_REJECT !== 'false' });\n",
  'src/only-dev.ts': "if (process.env.NODE_ENV === 'development') {\n  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n}\n",
  'src/other.ts': 'const a = process.env.A ? 1 : 2\nconst agent = new Agent({ rejectUnauthorized: true })\n',
  'internal/opt_in.go': 'package a\n\nvar c = tls.Config{InsecureSkipVerify: os.Getenv("TLS_SKIP_VERIFY") == "true"}\n',
  'internal/flag.go': 'package a\n\nvar c = tls.Config{InsecureSkipVerify: *insecure}\n',
  'internal/parsed.go': 'package a\n\nvar skip, _ = strconv.ParseBool(os.Getenv("SKIP"))\nvar c = tls.Config{InsecureSkipVerify: skip}\n',
  'internal/pinned.go': 'package a\n\nvar c = tls.Config{InsecureSkipVerify: os.Getenv("E") != "p", VerifyConnection: pinned}\n',
};

test('TLS-15: careful code is silent', async () => {
  const { found, state } = await audit('TLS-15', CAREFUL);
  expect({ found, state }).toEqual({ found: [], state: 'collected' });
});

test('TLS-15: where no variable decides there is nothing to look at', async () => {
  expect((await audit('TLS-15', { 'app/client.py': 'requests.get(url, verify=False)\n' })).state).toBe('not-applicable');
});

test('TLS-15: code that is made to be hard to read costs a bounded time', async () => {
  const wide = Array.from({ length: 60 }, () => 'x').join(' == ');
  const started = cpuMs();
  const { found } = await audit('TLS-15', {
    'a.py': `x = os.getenv("E") and ${wide} and (${wide})\nc = httpx.Client(verify=x and ${wide})\n`,
    'b.py': `c = httpx.Client(verify=${'('.repeat(50_000)}os.getenv("E"))\n`,
    'c.ts': `${'{ if ('.repeat(20_000)} rejectUnauthorized: process.env.A ${'? x : '.repeat(5_000)}`,
  });
  expect(found).toEqual([]);
  expect(cpuMs() - started).toBeLessThan(5_000);
});
