// @ts-check
// The whole reference in one answer: what a client had to read without progressive disclosure.

/** @typedef {{call: string, what: string, auth: string, request?: string, reply: string, errors: string[], notes: string[]}} Entry */

const KEY = 'Header x-api-key with a user key or the admin key.';
const ADMIN = 'Header x-api-key with the admin key. A user key is answered with 403.';
const NONE = 'No credentials are needed.';

const E401 = '401 unauthorized: the header x-api-key is missing or unknown. Do not retry with the same key.';
const E403 = '403 forbidden: the key is known, its role is not sufficient. Ask for an admin key.';
const E400 = '400 malformed_json, content_type: the body is not JSON or is not declared as application/json.';
const E413 = '413 text_too_long, too_large: a text has more than 10000 characters or the body more than 128 KiB.';
const E422 = '422 invalid_user, invalid_text, invalid_id, invalid_limit: a field is missing or has the wrong form.';
const E429 = '429 too_many_requests: the rate limit of this client is used up. Wait for the seconds in retry-after.';
const E503 = '503 overloaded, database_busy, database_unavailable: try again after the seconds in retry-after.';

/** @type {Entry[]} */
const ENTRIES = [
  {
    call: 'GET /health', auth: NONE, errors: ['No other answer than 200 while the process lives.'],
    what: 'Tells whether the process is alive. It looks at nothing but the process, so that a broken dependency does not cause a restart.',
    reply: '{"status":"ok"}',
    notes: ['Use it for liveness and as the first step of a cold start.', 'For the dependencies use GET /ready.'],
  },
  {
    call: 'GET /ready', auth: NONE, errors: ['503 with the same body: Postgres cannot be written or the service is stopping.'],
    what: 'Tells whether the service can do its work: a row is written to Postgres, Redis is pinged, the circuit breakers and the pool are read.',
    reply: '{"status":"ready","checks":{"postgres":"ok","redis":"ok","llm":"closed","pool":"ok"}}',
    notes: ['Redis and the language model are soft dependencies: their state is shown and does not change the status.', 'The result is shared for 200 ms, so frequent probes do not load the database.'],
  },
  {
    call: 'GET /discovery', auth: NONE, errors: ['None of its own.'],
    what: 'Names the service, how to authenticate and where to read on. The second step of a cold start.',
    reply: '{"service":"chat-agent","auth":"x-api-key","next":"/quickstart","all":"/docs/full"}',
    notes: ['Small on purpose: a client that only wants to know what this is pays for nothing else.'],
  },
  {
    call: 'GET /quickstart', auth: NONE, errors: ['None of its own.'],
    what: 'The calls that most clients need, one line each. The third and last step of a cold start.',
    reply: '{"chat":"POST /chat ...","stream":"WS /ws ...","history":"GET /messages ...","search":"POST /query ..."}',
    notes: ['A client that read health, discovery and quickstart can hold a conversation without this document.'],
  },
  {
    call: 'POST /chat', auth: KEY, errors: [E400, E401, E413, E422, '404 unknown_session: the session does not exist, has ended or belongs to another user.', E503],
    what: 'Sends one message to the agent, waits until the reply has been streamed by the language model, stores both and answers.',
    request: '{"user":"ann","text":"Where is my order?","id":"m-1","session":"0b9f7f0e-5f0b-4a52-9a63-0d2c8d7a3c11"}',
    reply: '{"id":"m-1","reply":"You said: Where is my order?","source":"llm"}',
    notes: ['id is optional; without it the service makes one. The same user and id are stored once, so a retry is safe.', 'session is optional.', 'source is llm, or fallback when the language model does not answer or its circuit breaker is open.', 'An answer with status 200 means that the message is stored.', 'When the client disconnects the stream of the language model is cancelled and nothing is stored.'],
  },
  {
    call: 'WS /ws?user=ann', auth: 'Header x-api-key, or the query parameter token from POST /tokens. The service can be configured to let anonymous visitors in. An Origin header has to be on the list of allowed origins.',
    errors: ['401 at the handshake: no valid credentials.', '403 at the handshake: the origin is not allowed or the token belongs to another user.', '422 at the handshake: the user is missing or malformed.', '503 at the handshake: too many sockets.'],
    what: 'A conversation over one socket. Every frame is one message, replies come in the order of the messages.',
    request: '{"id":"m-2","text":"And when will it arrive?"}',
    reply: '{"id":"m-2","reply":"You said: And when will it arrive?","source":"llm"}',
    notes: ['A frame that is not understood is answered with {"id":"m-2","error":"invalid_text"}; the socket stays open.', 'A frame of more than 128 KiB closes the socket with code 1009.', 'At most 64 messages of one socket may wait; more are answered with the error overloaded.', 'When the service stops it finishes the messages it has taken and closes with code 1001.'],
  },
  {
    call: 'GET /messages?user=ann&limit=20', auth: KEY, errors: [E401, E422, E503],
    what: 'The messages of a user with their replies, the newest first.',
    reply: '{"messages":[{"id":"m-1","text":"Where is my order?","reply":"You said: Where is my order?","source":"llm","at":"2026-01-09T10:00:00.000Z"}]}',
    notes: ['limit is 100 unless told and never more than 100.', 'The header x-source says where the answer came from: cache or database.', 'The cache is Redis with a time to live of 30 seconds. A new message removes the entry of its user.', 'Without Redis every answer comes from the database.'],
  },
  {
    call: 'GET /messages/:id?user=ann', auth: KEY, errors: [E401, '404 not_found: this user has no message with this id.', E422, E503],
    what: 'One message with its reply, always read from the database.',
    reply: '{"id":"m-1","text":"Where is my order?","reply":"You said: Where is my order?","source":"llm","at":"2026-01-09T10:00:00.000Z"}',
    notes: ['Meant for ledgers: what was acknowledged has to be found here.'],
  },
  {
    call: 'POST /query', auth: KEY, errors: [E400, E401, '413 query_too_long: the query has more than 10000 characters.', E422, E503],
    what: 'Finds messages of a user by a part of the text or of the reply, without regard to case.',
    request: '{"user":"ann","query":"order","limit":10}',
    reply: '{"results":[{"id":"m-1","text":"Where is my order?","reply":"You said: Where is my order?","source":"llm","at":"2026-01-09T10:00:00.000Z"}],"count":1}',
    notes: ['limit is 100 unless told and never more than 100; 0 and negative numbers are refused.', 'The query is data: percent, underscore and backslash stand for themselves.', 'No match is an empty list with status 200.'],
  },
  {
    call: 'POST /tokens', auth: KEY, errors: [E400, E401, E422],
    what: 'Issues a token for the WebSocket, bound to one user, valid for 15 minutes.',
    request: '{"user":"ann"}',
    reply: '{"token":"eyJ1c2VyIjoiYW5uIn0.c2lnbmF0dXJl","expires":1767953700000}',
    notes: ['Browsers cannot send a header with a WebSocket; a token in the address is short-lived, a key would not be.'],
  },
  {
    call: 'POST /sessions', auth: KEY, errors: [E400, E401, E422, E503],
    what: 'Starts a session for a user.',
    request: '{"user":"ann"}',
    reply: '{"id":"0b9f7f0e-5f0b-4a52-9a63-0d2c8d7a3c11","user":"ann"}',
    notes: ['Answered with 201.', 'The session exists when the database has stored it, never before.'],
  },
  {
    call: 'GET /sessions', auth: KEY, errors: [E401, E422, E503],
    what: 'Lists the active sessions that were started with this key, the newest first.',
    reply: '{"sessions":[{"id":"0b9f7f0e-5f0b-4a52-9a63-0d2c8d7a3c11","user":"ann","at":"2026-01-09T10:00:00.000Z"}]}',
    notes: ['limit works as it does for messages.'],
  },
  {
    call: 'DELETE /sessions/:id', auth: KEY, errors: [E401, '404 not_found: there is no such active session of this key.', '422 invalid_id: the id is not a UUID.', E503],
    what: 'Ends a session and frees what the service holds for it. Its messages stay.',
    reply: '{"id":"0b9f7f0e-5f0b-4a52-9a63-0d2c8d7a3c11","ended":true}',
    notes: ['The worker removes ended sessions after the retention time.'],
  },
  {
    call: 'GET /admin/stats', auth: ADMIN, errors: [E401, E403, E429, E503],
    what: 'Counts of messages, sessions and sockets, the states of the circuit breakers and the use of the pool.',
    reply: '{"messages":12,"sessions":3,"sockets":2,"breakers":{"llm":"closed","redis":"closed"},"pool":{"total":4,"idle":4,"waiting":0}}',
    notes: ['Admin calls are limited to 50 in two seconds for each client; refused calls count too.'],
  },
  {
    call: 'GET /admin/sessions', auth: ADMIN, errors: [E401, E403, E429, E503],
    what: 'Lists the active sessions of every key.',
    reply: '{"sessions":[{"id":"0b9f7f0e-5f0b-4a52-9a63-0d2c8d7a3c11","user":"ann","at":"2026-01-09T10:00:00.000Z"}]}',
    notes: ['limit works as it does for messages.'],
  },
  {
    call: 'GET /metrics', auth: NONE, errors: ['None of its own.'],
    what: 'Counters, gauges and histograms in the text format of Prometheus.',
    reply: 'http_requests_total{route="/chat",method="POST",status="200"} 12',
    notes: ['Routes are patterns, so the number of series is bounded.', 'No user, id or key is ever a label.'],
  },
];

/** @param {Entry} entry */
function section({ call, what, auth, request, reply, errors, notes }) {
  const [method = '', path = ''] = call.split(' ');
  const data = request && method !== 'WS' ? ` -H 'content-type: application/json' -d '${request}'` : '';
  const example = method === 'WS' ? `wscat -c "$WS_BASE${path}"` : `curl -sS -X ${method} -H "x-api-key: $KEY"${data} "$BASE${path}"`;
  return [
    `## ${call}`, what, `Authentication: ${auth}`,
    ...(request ? ['Request:', `    ${request}`] : []),
    'Reply:', `    ${reply}`,
    'Errors:', ...errors.map((error) => `- ${error}`),
    'Notes:', ...notes.map((note) => `- ${note}`),
    'Example:', `    ${example}`,
  ].join('\n');
}

const TEXT = `# chat-agent, full reference

All bodies are JSON in UTF-8. Every error has the form {"error":"code"} and says nothing about the inside of the service.

${ENTRIES.map(section).join('\n\n')}
`;

export function fullDocs() {
  return { text: TEXT };
}
