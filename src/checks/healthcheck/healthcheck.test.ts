import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const COMPOSE = { 'compose.yaml': 'services:\n  api: {image: "shop/api:1"}\n  web: {build: web}\n  queue: {image: "shop/queue:1"}\n' };

test('services without one are one finding, with the place of each; what Dockerfiles bring counts', async () => {
  const { found, results } = await audit(
    'CFG-11',
    {
      ...COMPOSE,
      'web/Dockerfile': 'FROM nginx:1.27\nHEALTHCHECK NONE\n',
      'queue/Dockerfile': 'FROM debian:12\nHEALTHCHECK CMD queue ping\n',
    },
    {
      services: {
        api: { image: 'shop/api:1', healthcheck: { disable: true } },
        web: { build: { context: 'web', dockerfile: 'Dockerfile' } },
        queue: { build: { context: 'queue', dockerfile: 'Dockerfile' } },
        migrate: { image: 'shop/api:1' },
        worker: {
          image: 'shop/api:1',
          healthcheck: { test: ['CMD', 'true'] },
          depends_on: { migrate: { condition: 'service_completed_successfully' } },
        },
      },
    },
  );
  expect(found).toEqual(['? health checks']);
  const [result] = results.filter(({ result: { verdict } }) => verdict === 'confirmed');
  expect(result?.summary).toContain('whether api (disabled) and web work');
  expect(result?.locations).toEqual([
    { path: 'compose.yaml', line: 2 },
    { path: 'compose.yaml', line: 3 },
  ]);
});

test('an image that nobody has seen may bring one: nothing is claimed of it, and that is said', async () => {
  const { found, results } = await audit('CFG-11', COMPOSE, { services: { api: { image: 'shop/api:1' } } });
  expect(found).toEqual([]);
  expect(results.map(({ result }) => result)).toEqual([
    { verdict: 'not_applicable', because: 'the compose file gives it no health check, and its image, which may bring one, is not here' },
  ]);
});
