import { expect, test } from 'vitest';

import { healthJourney } from './scene.ts';

const TARGET = { name: 'api', service: 'api', url: 'http://127.0.0.1:33030', host: '127.0.0.1', port: 33_030, health: '/ready' };

test('the health of a target is asked for where the target is then, not where it was', () => {
  expect(healthJourney(TARGET)?.steps[0]?.options).toMatchObject({ url: 'http://{{api.host}}:{{api.port}}/ready' });
});

test('nothing is asked without a health path, or of what speaks no HTTP', () => {
  const { health: _, ...silent } = TARGET;
  expect([healthJourney(silent), healthJourney({ ...TARGET, url: 'tcp://127.0.0.1:5432' })]).toEqual([undefined, undefined]);
});
