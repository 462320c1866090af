import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

// Made here, so that no scanner of this repository stumbles over them.
const KEY = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const GITHUB = ['ghp', 'R4nd0mT7kq9ZxW2vB8nM5cL1pS6dF3gHjKy0'].join('_');
const AWS = ['AKIA', 'Q3EGRZTW5NPLXV7K'].join('');
const RANDOM = 'kX3v9Qz1LmT7pR2wB8nYc5';

const WELL_WRITTEN = {
  'compose.yaml': `
x-node: &node
  environment: &env
    NODE_ENV: production
    JWT_SECRET: \${JWT_SECRET:?set it}
    # CHANGE-ME: nobody does
    SMTP_PASSWORD_FILE: /run/secrets/smtp
services:
  api:
    image: shop/api:1.4.2
    <<: *node
  worker:
    image: shop/worker:1.4.2
    environment:
      <<: *env
      REDIS_PASSWORD: \${REDIS_PASSWORD:-local-shop-redis}
      DATABASE_URL: postgres://shop:\${POSTGRES_PASSWORD}@db:5432/shop
      MAX_TOKENS: "4096"
      TOKEN_URL: https://id.example.com/token
  db:
    image: postgres:16.4
    environment:
      - POSTGRES_PASSWORD_FILE=/run/secrets/db
      - POSTGRES_PASSWORD
secrets:
  db: {file: ./secrets/db}
`,
  '.env.example': `JWT_SECRET=CHANGE-ME\nSTRIPE_SECRET=${RANDOM}\n`,
  'README.md': `Set \`GITHUB_TOKEN=${GITHUB}\` and JWT_SECRET=your-secret-here`,
  'package-lock.json': `{"integrity": "sha512-${RANDOM}", "x": "${AWS}"}`,
  'tests/certs/server.key': KEY.privateKey,
  'src/auth_test.go': `const key = \`${KEY.privateKey}\``,
  'src/parse.ts':
    "const HEADER = '-----BEGIN PRIVATE KEY-----';\nconst template = `-----BEGIN PRIVATE KEY-----\\n${body}\\n-----END PRIVATE KEY-----`;",
  'certs/jwt.pub.pem': KEY.publicKey,
  'docs/aws.yaml': 'aws_access_key_id: AKIAIOSFODNN7EXAMPLE',
  'src/aws.ts': "export const SAMPLE = 'AKIAIOSFODNN7EXAMPLE'; // documented by AWS",
  'src/i18n/en.json': '{"password": "Password", "resetPasswordToken": "Your token"}',
  'src/ids.ts': "export const TENANT = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'; const etag = '9f86d081884c7d659a2feaa0c55ad015';",
  'k8s/secret.yaml': `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app}\nspec: {data: [{secretKey: jwt}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: sealed}\nsops: {version: 3}\nstringData: {jwt: "ENC[AES256_GCM,data:Zm9v]"}\n`,
  'k8s/secret.example.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: app}\nstringData: {jwt: CHANGE-ME}\n',
  Dockerfile:
    'FROM node:24.1\nARG VERSION=1\nENV NODE_ENV=production TOKEN_TTL=3600\nRUN --mount=type=secret,id=npm npm ci\nCOPY . .\nENV DJANGO_SECRET_KEY=only-to-collect-static\n',
};

test('a well-written repository: nothing is found, and what was looked at is said', async () => {
  for (const code of ['SEC-02', 'SEC-12', 'SEC-13', 'SEC-17']) {
    const { found, state } = await audit(code, WELL_WRITTEN);
    expect({ code, state, found }).toEqual({ code, state: 'collected', found: [] });
  }
});

test('SEC-02: keys, tokens and real values in tracked files, and never what they say', async () => {
  const { found, stored, results } = await audit('SEC-02', {
    '.ssl/server.key': KEY.privateKey,
    'deploy/notify.sh': `#!/bin/sh\ncurl -H "Authorization: token ${GITHUB}" https://api.github.com\n`,
    'src/s3.py': `KEY = "${AWS}"\n`,
    '.env': `PORT=8080\nexport STRIPE_SECRET="${RANDOM}" # live\nPOSTGRES_PASSWORD=postgres\n`,
    'compose.yaml': `services:\n  api:\n    image: a:1\n    environment:\n      - JWT_SECRET=${RANDOM}\n      - DATABASE_URL=postgres://shop:${RANDOM}@db/shop\n`,
    'compose.dev.yaml': `services:\n  api:\n    environment: {JWT_SECRET: ${RANDOM}}\n`,
    'k8s/app.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: app}\ndata:\n  jwt: ${Buffer.from(RANDOM).toString('base64')}\n`,
  });
  expect(found.toSorted()).toEqual([
    'P0 .env: STRIPE_SECRET',
    'P0 .ssl/server.key: private key',
    'P0 compose.yaml: DATABASE_URL',
    'P0 compose.yaml: JWT_SECRET',
    'P0 deploy/notify.sh: GitHub token',
    'P0 k8s/app.yaml: app/jwt',
    'P0 src/s3.py: AWS access key',
    'P2 compose.dev.yaml: JWT_SECRET',
  ]);
  expect(results.find(({ subject }) => subject.startsWith('.env'))?.locations).toEqual([{ path: '.env', line: 2 }]);
  for (const secret of [GITHUB, AWS, RANDOM, KEY.privateKey.split('\n')[1] ?? '', Buffer.from(RANDOM).toString('base64')])
    expect(stored.includes(secret)).toBe(false);
});

test('SEC-02: a tracked file that the stack mounts as a secret, which has no shape of its own; not what everybody may know', async () => {
  const of = async (text: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const prepare = (folder: string) =>
      Promise.resolve({
        services: { api: { image: 'a:1', secrets: [{ source: 'api_key' }] } },
        secrets: { api_key: { file: join(folder, 'keys/api_key') } },
      });
    const { found, stored } = await audit('SEC-02', { 'compose.yaml': 'services: {}\n', 'keys/api_key': text, ...files }, undefined, {
      prepare,
    });
    expect(stored).not.toContain(RANDOM);
    return found;
  };
  expect(await of(`${RANDOM}\n`, {})).toEqual(['P0 keys/api_key: the secret api_key']);
  expect(await of('local-development-key', {})).toEqual([]);
  expect(await of('changeme', { 'keys/other_key': RANDOM })).toEqual([]);
});

test('SEC-02: nothing tracked is nothing looked at', async () => {
  const { checks } = await import('../registry.ts');
  const check = checks.find(({ code }) => code === 'SEC-02');
  const collected = await check?.collect({ tracked: async () => [] } as unknown as Parameters<typeof check.collect>[0]);
  expect(collected?.state).toBe('gap');
});

test('SEC-12: placeholders of Secrets, also encoded, in several documents and in generators', async () => {
  const { found, results } = await audit('SEC-12', {
    'k8s/app.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {jwt: CHANGE-ME}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: app}\nstringData:\n  jwt: CHANGE-ME\n  openai: sk-your-openai-key\ndata:\n  twilio: ${Buffer.from('ACXXXXXXXXXXXXXXXX').toString('base64')}\n`,
    'k8s/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n  - name: db\n    literals:\n      - password=changeme\n',
    'chart/templates/secret.yaml':
      'apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData:\n  jwt: {{ .Values.jwt | default "CHANGE-ME" }}\n',
  });
  expect(found).toEqual([
    'P0 k8s/app.yaml: app/jwt',
    'P0 k8s/app.yaml: app/openai',
    'P0 k8s/app.yaml: app/twilio',
    'P0 k8s/kustomization.yaml: (no name)/password',
  ]);
  expect(results.map(({ locations }) => locations?.[0]?.line)).toEqual([10, 11, 13, 6]);
});

test('SEC-13: what `environment` takes from outside wins over the file: a .env is only its default, another file is not read for it', async () => {
  const compose = (file: string) => ({
    'compose.yaml': `services:\n  worker: {image: "a:1", env_file: ${file}}\n  api:\n    image: a:1\n    env_file: ${file}\n    environment: ["SECRET_KEY=\${SECRET_KEY?not set}"]\n`,
    [file]: 'SECRET_KEY=changethis\n',
  });
  const { found, results } = await audit('SEC-13', compose('.env'), { services: { api: { environment: { SECRET_KEY: 'changethis' } } } });
  expect(found).toEqual(['P1 .env: SECRET_KEY']);
  expect(results[0]?.summary).toContain('SECRET_KEY of api a placeholder when nobody sets it, and in this run nobody did');
  expect((await audit('SEC-13', compose('.env'), { services: { api: { environment: { SECRET_KEY: 'real' } } } })).found).toEqual([
    'P2 .env: SECRET_KEY',
  ]);
  expect((await audit('SEC-13', compose('app.env'))).found).toEqual([]);
  const shared = {
    'compose.yaml':
      'services:\n  api: {image: "a:1", env_file: [.env]}\n  mysql: {image: "mysql:8.4", env_file: [.env]}\n  web: {image: "a:1", env_file: [.env]}\n',
    '.env': 'MYSQL_PASSWORD=password\n',
  };
  expect((await audit('SEC-13', shared)).results[0]?.summary).toContain('MYSQL_PASSWORD of mysql');
});

test('SEC-13: placeholders and well-known passwords; a default weighs less than a value, and says whether it was taken', async () => {
  const files = {
    'compose.yaml': `
services:
  api:
    image: a:1
    env_file: [api.env]
    environment:
      JWT_SECRET: \${JWT_SECRET:-changeme}
      SMTP_PASSWORD: \${SMTP_PASSWORD:-secret}
      OPENAI_API_KEY: your-openai-key
      SESSION_PASSWORD: CHANGE-ME
      AWS_SECRET_ACCESS_KEY: test
      LLM_API_KEY: none
  db:
    image: postgres:16
    environment: [POSTGRES_PASSWORD=postgres]
  cache:
    image: postgres:16
    environment: {POSTGRES_HOST_AUTH_METHOD: trust}
`,
    'api.env': 'SESSION_SECRET=test123\n',
    'docker-compose.override.yml': 'services:\n  db:\n    environment: {POSTGRES_PASSWORD: postgres}\n',
  };
  const model = { services: { api: { environment: { JWT_SECRET: 'changeme', SMTP_PASSWORD: 'from-outside' } } } };
  const { found, results } = await audit('SEC-13', files, model);
  expect(found).toEqual([
    'P1 compose.yaml: JWT_SECRET',
    'P2 compose.yaml: SMTP_PASSWORD',
    'P1 compose.yaml: OPENAI_API_KEY',
    'P0 compose.yaml: SESSION_PASSWORD',
    'P1 compose.yaml: POSTGRES_PASSWORD',
    'P1 compose.yaml: POSTGRES_HOST_AUTH_METHOD',
    'P0 api.env: SESSION_SECRET',
    'P3 docker-compose.override.yml: POSTGRES_PASSWORD',
  ]);
  expect(results[0]?.summary).toBe('compose.yaml:7 gives JWT_SECRET of api a placeholder when nobody sets it, and in this run nobody did.');
  expect(results[0]?.locations).toEqual([{ path: 'compose.yaml', line: 7 }]);
});

test('SEC-16: a short signing secret; a long one, and one that is no signing secret, are none', async () => {
  const files = { 'compose.yaml': 'services:\n  api:\n    image: a:1\n    environment:\n      JWT_SECRET: ${JWT_SECRET:?}\n' };
  const weak = await audit('SEC-16', files, { services: { api: { environment: { JWT_SECRET: 'hunter2hunter2' } } } });
  expect(weak.found).toEqual(['P0 api: JWT_SECRET']);
  expect(weak.results[0]).toMatchObject({ measured: '14 bytes long', locations: [{ path: 'compose.yaml', line: 5 }] });
  expect(weak.stored).not.toContain('hunter2');
  const copied = await audit(
    'SEC-16',
    { ...files, '.env.example': 'JWT_SECRET=hunter2hunter2\n' },
    { services: { api: { environment: { JWT_SECRET: 'hunter2hunter2' } } } },
  );
  expect(copied.found).toEqual(['P2 api: JWT_SECRET']);
  const repeated = await audit('SEC-16', files, { services: { api: { environment: { JWT_SECRET: 'ab'.repeat(20) } } } });
  expect(repeated.found).toEqual(['P0 api: JWT_SECRET']);
  const good = await audit('SEC-16', files, {
    services: { api: { environment: { JWT_SECRET: `${RANDOM}${RANDOM}`, STRIPE_TOKEN: 'short-1' } } },
  });
  expect(good).toMatchObject({ state: 'collected', found: [] });
  expect(await audit('SEC-16', files, { services: { api: { environment: { JWT_SECRET: '/run/secrets/jwt' } } } })).toMatchObject({
    state: 'not-applicable',
  });
});

test('SEC-17: what ENV, ARG and COPY leave in the image that is shipped, not in the stages before it', async () => {
  const { found, results } = await audit('SEC-17', {
    Dockerfile: `FROM node:24 AS build\nARG NPM_TOKEN\nENV NPM_TOKEN=$NPM_TOKEN\nRUN npm ci\n\nFROM node:24\nARG NPM_TOKEN\n# ENV JWT_SECRET=in-a-comment-1\nENV NODE_ENV=production \\\n    JWT_SECRET=${RANDOM}\nENV NPM_TOKEN=\${NPM_TOKEN}\nCOPY .env ./\nCOPY --from=build /app/server.key ./\nENV API_KEY=""\n`,
  });
  expect(found).toEqual(['P1 Dockerfile: JWT_SECRET', 'P1 Dockerfile: NPM_TOKEN', 'P1 Dockerfile: .env']);
  expect(results.map(({ locations }) => locations?.[0]?.line)).toEqual([9, 11, 12]);
});
