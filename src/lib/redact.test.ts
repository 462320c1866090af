import { expect, describe, test } from 'vitest';

import { cpuMs } from '../../tests/support/effort.ts';
import { lineStream } from './redact-stream.ts';
import { makeRedactor, secretsFromEnv } from './redact.ts';

const secret = 'p@ss/w0rd+"x" é';
const redact = makeRedactor({ secrets: [secret, 'abc', 'hunter2', 'hunter2-longer'], salt: 'salt' });
const LABEL = /\[secret [a-z-]+ \d+ hmac:[0-9a-f]{6}\]/g;

describe('given values', () => {
  test.each([
    ['plain', `x ${secret} y`],
    ['URL-encoded', `x ${encodeURIComponent(secret)} y`],
    ['base64', `x ${Buffer.from(secret).toString('base64')} y`],
    ['base64url', `x ${Buffer.from(secret).toString('base64url')} y`],
    ['JSON', `x ${JSON.stringify(secret).slice(1, -1)} y`],
  ])('%s', (_name, text) => {
    expect(redact(text)).toMatch(/^x \[secret value 15 hmac:[0-9a-f]{6}\]=* y$/);
  });

  test('inside the base64 of something longer', () => {
    for (const user of ['u', 'us', 'usr']) expect(redact(Buffer.from(`${user}:${secret}:z`).toString('base64'))).toMatch(LABEL);
  });

  test('the longest first, never the short ones, the same twice', () => {
    expect(redact('abc hunter2-longer')).toMatch(/^abc \[secret value 14 hmac:\w{6}\]$/);
    expect(redact(redact(`a ${secret} b`))).toBe(redact(`a ${secret} b`));
    expect(redact('hunter2').slice(-7)).toBe(redact(`q ${encodeURIComponent('hunter2')}`).slice(-7));
    expect(makeRedactor({ secrets: ['hunter2'], salt: 'other' })('hunter2')).not.toBe(redact('hunter2'));
  });
});

describe('shapes', () => {
  const none = makeRedactor({ secrets: [], salt: 's' });
  const jwt = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{"sub":"1234567890"}').toString('base64url')}.c2lnbmF0dXJl`;

  test.each([
    ['github', `token ghp_${'a1B2'.repeat(9)}.`, /^token \[secret github 40 [^\]]+\]\.$/],
    ['fine-grained', `github_pat_${'a1B2_'.repeat(9)}`, /^\[secret github 56/],
    ['aws', `key=AKIA${'ABCD1234'.repeat(2)}`, /^key=\[secret aws 20/],
    ['slack', 'xoxb-123456789012-abcdefABCDEF', /^\[secret slack 30/],
    ['sk-', 'sk-proj-a1b2c3d4e5f6g7h8i9j0', /^\[secret api-key/],
    ['jwt', `"${jwt}"`, /^"\[secret jwt \d+ hmac:\w+\]"$/],
    [
      'url',
      'postgres://app:s3cr3t@db:5432/app?sslmode=off',
      /^postgres:\/\/app:\[secret url-password 6 hmac:\w+\]@db:5432\/app\?sslmode=off$/,
    ],
    ['header', 'Authorization: Bearer abcdef123456', /^Authorization: Bearer \[secret authorization 12 hmac:\w+\]$/],
    ['header in JSON', '{"authorization":"Basic dXNlcjpwYXNz"}', /^\{"authorization":"Basic \[secret authorization 12 hmac:\w+\]"\}$/],
    ['PEM', `a\n-----BEGIN EC PRIVATE KEY-----\nMII\n-----END EC PRIVATE KEY-----\nb`, /^a\n\[secret private-key \d+ hmac:\w+\]\nb$/],
    ['open PEM', `a\n-----BEGIN PRIVATE KEY-----\nMII`, /^a\n\[secret private-key \d+ hmac:\w+\]$/],
  ])('%s', (_name, text, expected) => {
    expect(none(text)).toMatch(expected);
    expect(none(none(text))).toBe(none(text));
  });

  test.each([
    'GET http://host:80/path?mail=a@b.c',
    'risk-based-authentication-of-everyone',
    'sk-a-very-long-hyphenated-name',
    'task-sk-1',
    'uses ~220 tokens',
    '-----BEGIN PUBLIC KEY-----\nabc',
  ])('leaves %s', (text) => {
    expect(none(text)).toBe(text);
  });

  test('hostile and large text in linear time', () => {
    const hostile = ['sk-', 'eyJ-', '://', 'Authorization:', '-----BEGIN A PRIVATE KEY-----', 'Bearer ']
      .map((part) => part.repeat(200_000 / part.length))
      .join('\n');
    const large = '2026-01-01T00:00:00Z INFO http://localhost:8080/api/users?page=2 answered 200 in 12 ms\n'.repeat(230_000);
    const started = cpuMs();
    redact(hostile);
    expect(redact(large)).toBe(large);
    expect(cpuMs() - started).toBeLessThan(5_000);
  });
});

test('secretsFromEnv takes what looks secret and leaves words', () => {
  const secrets = secretsFromEnv({
    GITHUB_TOKEN: 'abcdefgh12345678',
    DB_PASSWORD: 'postgres',
    OTHER_PASSWORD: 'Tr0ub4dor',
    API_KEY: 'k-123456',
    DATABASE_URL: 'postgres://app:inUrl99@db/app',
    GOOGLE_APPLICATION_CREDENTIALS: '/path/file.json',
    SSH_AUTH_SOCK: '/tmp/x',
    MAX_TOKENS: '12000000',
    KEYBOARD: 'qwertyuiop',
    PUBLIC_KEY: 'ssh-rsa AAAA',
    TOKEN_URL: 'https://issuer.example/token',
    PWD: '/home/someone',
    SECRET_ENABLED: 'true',
    HOME: '/root',
  });
  expect(secrets).toEqual(['abcdefgh12345678', 'Tr0ub4dor', 'k-123456', 'inUrl99']);
});

test('lineStream gives whole lines, and breaks endless ones at a gap', () => {
  const lines = lineStream(20);
  expect(lines.push('one\ntw')).toBe('one\n');
  expect(lines.push('o')).toBe('');
  expect(lines.push('\n')).toBe('two\n');
  expect(lines.push('aaaaaaaaaaaa bbbbbbbbbbbb')).toBe('aaaaaaaaaaaa ');
  expect(lines.push('c'.repeat(30))).toBe(`bbbbbbbbbbbb${'c'.repeat(30)}`);
  expect(lines.push('rest')).toBe('');
  expect(lines.flush()).toBe('rest');
});
