import { expect, test } from 'vitest';

import { replaced } from './replaced.ts';

// The shape is that of `docker compose config --format json`.
const MODEL = {
  services: {
    api: {
      volumes: [{ type: 'bind', source: '/app/tls', target: '/tls' }],
      secrets: [{ source: 'db_password' }, { source: 'key', target: '/etc/keys/api' }],
      configs: [{ source: 'settings', target: '/etc/settings.yaml' }],
    },
    plain: {},
  },
};
const at = (path: string, service = 'api') => replaced(MODEL, service, { path, by: '/run/other' });

test('a secret or configuration of Compose gets another source', () => {
  expect(at('/run/secrets/db_password')).toEqual({ secrets: { db_password: { file: '/run/other' } } });
  expect(at('/etc/keys/api')).toEqual({ secrets: { key: { file: '/run/other' } } });
  expect(at('/etc/settings.yaml')).toEqual({ configs: { settings: { file: '/run/other' } } });
});

test('a file that is mounted, or in a folder that is, gets a mount over it', () => {
  const mount = (target: string) => ({ services: { api: { volumes: [{ type: 'bind', source: '/run/other', target, read_only: true }] } } });
  expect(at('/tls')).toEqual(mount('/tls'));
  expect(at('/tls/api.pem')).toEqual(mount('/tls/api.pem'));
});

test('what is not mounted is no file of the project', () => {
  for (const path of ['/tlsx/api.pem', '/etc/passwd', '/run/secrets/key']) expect(() => at(path)).toThrow('nothing mounted');
  expect(() => at('/tls', 'plain')).toThrow('nothing mounted');
  expect(() => at('/tls', 'nobody')).toThrow('does not know nobody');
});
