import { expect, test } from 'vitest';

import { makePlan } from '../plan/plan.ts';
import { parseConfig, type Config } from './load.ts';
import { ConfigError } from './problems.ts';

const STAGES = 'stages: {audit: {checks: [AUTH-01]}}\n';

function read(text: string): Config {
  return parseConfig(`${text}\n${STAGES}`, { file: 'gauntlet.yml', env: { KEY: 'k-1' } });
}

function refuse(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'not refused';
}

test('an API is named by its document alone, callers by their headers', () => {
  const { api } = makePlan(read('api: openapi.yaml\nclients: {user: {x-api-key: "${KEY}"}}'));
  expect(api).toEqual({ document: 'openapi.yaml', calls: [], clients: { user: { headers: { 'x-api-key': 'k-1' } } } });
});

test('a login has its path, its body and where the token is', () => {
  const { clients } = read('clients: {user: {headers: {authorization: "Bearer {{token}}"}, login: {post: /login, json: {name: ann}}}}');
  expect(clients?.user?.login).toEqual({ path: '/login', headers: {}, json: { name: 'ann' }, token: 'token' });
});

test('the first conversation of a journey is the WebSocket that checks open, unless one is named', () => {
  const journey = 'journeys: {chat: {steps: [{connect: "{{ws}}?user=ann"}, {send: {id: 1}}]}}';
  expect(makePlan(read(journey)).api?.websocket).toEqual({ url: '{{ws}}?user=ann', headers: {}, message: '{"id":1}' });
  expect(makePlan(read(`${journey}\napi: {websocket: {connect: "{{ws}}/v2"}}`)).api?.websocket).toEqual({ url: '{{ws}}/v2', headers: {} });
});

test('options of a check are read by its own schema', () => {
  expect(makePlan(read('check_options: {INP-03: {limit: 500}, SEC-10: {}}')).checkOptions).toEqual({
    'INP-03': { limit: 500 },
    'SEC-10': { max_age: '24h' },
  });
});

test.each([
  ['clients: {root: {x-api-key: a}}', 'root'],
  ['clients: {user: secret}', 'headers'],
  ['api: {calls: [DROP /table]}', 'is not an operation'],
  ['api: ../openapi.yaml', 'leads out of the repository'],
  ['check_options: {AUTH-01: {limit: 1}}', 'takes no options'],
  ['check_options: {INP-03: {limit: many}}', 'limit'],
  ['check_options: {INP-03: {limits: 1}}', 'limits'],
])('%s is refused with its place', (text, words) => {
  expect(refuse(text)).toContain(words);
  expect(refuse(text)).toMatch(/gauntlet\.yml:1:\d+/);
});
