import { expect, test } from 'vitest';

import { classifySecret, isLocalPath, isSamplePath, isSecretName } from './secret-value.ts';

test.each([
  ['CHANGE-ME', 'placeholder'],
  ['your-openai-api-key', 'placeholder'],
  ['sk-your-openai-key', 'placeholder'],
  ['ACXXXXXXXXXXXXXXXX', 'placeholder'],
  ['<jwt secret>', 'placeholder'],
  ['put-the-key-here', 'placeholder'],
  ['test123', 'weak'],
  ['postgres', 'weak'],
  ['MySecretPassword', 'weak'],
  ['local-shop-redis', 'local'],
  ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'local'],
  ['${JWT_SECRET:?set it}', 'indirect'],
  ['$JWT_SECRET', 'indirect'],
  ['/run/secrets/jwt', 'indirect'],
  ['{{ .Values.jwt }}', 'indirect'],
  ['ENC[AES256_GCM,data:Zm9v]', 'indirect'],
  ['vault:secret/data/app#jwt', 'indirect'],
  ['dummy', 'local'],
  ['test', 'local'],
  ['sk-no-key-required', 'local'],
  ['0'.repeat(64), 'weak'],
  ['', 'empty'],
  ['none', 'empty'],
  ['true', 'empty'],
  ['9f86d081884c7d659a2feaa0c55ad015', 'strong'],
  ['kX3v9Qz1LmT7pR2wB8nY', 'strong'],
  ['correct horse battery staple', 'plain'],
  ['resetPasswordEmailSent', 'plain'],
] as const)('%s is %s', (value, expected) => expect(classifySecret(value)).toBe(expected));

test('names that hold secrets, and names that only sound so', () => {
  const secret = [
    'POSTGRES_PASSWORD',
    'JWT_SECRET',
    'apiKey',
    'db-password',
    'SECRET_KEY_BASE',
    'stripe.apiKey',
    'PGPASSWORD',
    'RABBITMQ_DEFAULT_PASS',
  ];
  const plain = [
    'POSTGRES_PASSWORD_FILE',
    'MAX_TOKENS',
    'ALLOW_EMPTY_PASSWORD',
    'JWT_PUBLIC_KEY',
    'AWS_ACCESS_KEY_ID',
    'TOKEN_URL',
    'PWD',
    'STRIPE_PUBLISHABLE_API_KEY',
    'COMPASS',
    'KEYBOARD',
    'PRIMARY_KEY',
  ];
  expect([...secret, ...plain].filter(isSecretName)).toEqual(secret);
});

test('files that show rather than run', () => {
  const samples = [
    '.env.example',
    '.env.sample',
    'tests/certs/server.key',
    'docs/setup.yaml',
    'README.md',
    'package-lock.json',
    'src/auth.test.ts',
    'pkg/auth_test.go',
    'k8s/secret.template.yaml',
    'locales/de.json',
  ];
  const real = ['.env', '.env.production', 'compose.yaml', '.ssl/server.key', 'k8s/secret.yaml', 'src/latest/auth.ts', 'contest/app.py'];
  expect([...samples, ...real].filter(isSamplePath)).toEqual(samples);
  expect(['compose.dev.yaml', 'docker-compose.override.yml', 'compose.yaml', 'devices/compose.yaml'].filter(isLocalPath)).toEqual([
    'compose.dev.yaml',
    'docker-compose.override.yml',
  ]);
});
