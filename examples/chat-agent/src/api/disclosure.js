// @ts-check
import { defect } from '../defects.js';
import { HttpError } from '../http/errors.js';

const DISCOVERY = { service: 'chat-agent', auth: 'x-api-key', next: '/quickstart', all: '/docs/full' };

const QUICKSTART = {
  chat: 'POST /chat {"user":"ann","text":"hi"} -> {"id","reply","source"}',
  stream: 'WS /ws?user=ann, send {"id":"1","text":"hi"}',
  history: 'GET /messages?user=ann',
  search: 'POST /query {"user":"ann","query":"hi"}',
  limits: 'text 10000 chars, 100 results',
  errors: '401 key, 422 input, 503 retry',
};

export function health() {
  if (defect('never-ready')) throw new HttpError(503, 'starting');
  return { body: { status: 'ok' } };
}

export function discovery() {
  if (defect('disclosure-error')) throw new HttpError(500, 'internal');
  return { body: DISCOVERY };
}

export function quickstart() {
  return { body: defect('token-budget') ? { ...QUICKSTART, examples: bloat() } : QUICKSTART };
}

function bloat() {
  return Array.from({ length: 12 }, (_, index) => ({
    step: index + 1,
    description: 'Send a message to the agent and wait until the reply has been streamed completely.',
    request: `POST /chat {"user":"ann","text":"message number ${index + 1}"}`,
  }));
}
