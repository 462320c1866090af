// @ts-check
// Switches that put a known defect into the system: DEFECTS=a,b,c. All off is the hardened system.

/** @type {Readonly<Record<string, {row: string, does: string}>>} */
export const DEFECTS = Object.freeze({
  'failing-unit-test': { row: 'TST-01', does: 'a late success closes an open circuit breaker' },
  'failing-integration-test': { row: 'TST-02', does: 'a new message does not invalidate the cached history' },
  'failing-e2e-test': { row: 'TST-03', does: 'the WebSocket reply carries the wrong id' },
  'coverage-hole': { row: 'TST-07', does: 'the unit run leaves out the tests of src/auth/tokens.js' },
  'coverage-total': { row: 'TST-06', does: 'the unit run leaves out the tests of the HTTP API: total below 90 %' },
  'flaky-test': { row: 'TST-14', does: 'an integration test fails on the first attempt of a run' },
  'skipped-test': { row: 'TST-13', does: 'a unit test is skipped' },
  'token-budget': { row: 'AGT-03, AGT-04', does: '/quickstart is far larger than 150 tokens' },
  'disclosure-error': { row: 'AGT-06', does: '/discovery answers 500' },
  'slow-reply': { row: 'WS-03', does: 'a WebSocket reply takes more than a second' },
  'slow-tail': { row: 'LOAD-08', does: 'one of 20 reads of the history takes 2.5 s longer' },
  'lost-messages': { row: 'WS-04', does: 'a message that comes before the one ahead of it is answered is sometimes dropped' },
  'cross-user': { row: 'WS-02', does: 'some replies are sent to another user as well' },
  'cpu-hog': { row: 'LOAD-09', does: 'every message costs 14 ms of CPU' },
  'small-pool': { row: 'DB-10', does: 'the pool has one connection, which messages hold for 8 ms longer' },
  degradation: { row: 'LOAD-11', does: 'every message makes the answers to all later ones 0.3 ms slower' },
  'session-leak': { row: 'LEAK-01', does: 'a session that ended stays in memory' },
  'endless-history': { row: 'LEAK-03', does: 'the response times of a user are kept for ever' },
  'limiter-leak': { row: 'LEAK-04', does: 'the windows of the rate limiter are never dropped' },
  'no-backpressure': { row: 'INP-09', does: 'questions wait for one of 20 lanes, however many they are and however long' },
  'few-agents': { row: 'AGT-24', does: 'of sessions, only the first 60 are let in' },
  'dies-with-redis': { row: 'RES-13', does: 'the api exits when its connection to Redis breaks' },
  'no-llm-timeout': { row: 'RES-12', does: 'a question waits for the language model for ever' },
  'never-reconnects': { row: 'CHA-02', does: 'after one failed query the api never speaks to the database again' },
  'lying-readiness': { row: 'CFG-12', does: '/ready of the api answers 200 whatever happens' },
  'early-ack': { row: 'DATA-01', does: 'a message is acknowledged up to a second before it is stored' },
  'no-breaker': { row: 'RES-01', does: 'circuit breakers never open' },
  'stuck-breaker': { row: 'RES-03, RES-14', does: 'a trial that failed is never followed by another one' },
  'racy-breaker': { row: 'RES-05', does: 'failures of calls that run at once count as one' },
  'retry-storm': { row: 'DB-15', does: 'a question that the language model fails is asked twelve times more, at once' },
  'hammers-redis': { row: 'RES-11', does: 'a connection to Redis that breaks is tried again every 10 ms' },
  'endless-stream': { row: 'RES-09', does: 'a reply that has begun may take for ever' },
  'ignores-hang-up': { row: 'RES-10', does: 'the language model is asked on for users who are gone' },
  'fails-without-database': { row: 'DB-20', does: 'the api answers 500 when the database is down' },
  'fails-when-full': { row: 'DB-11', does: 'the api answers 500 when its pool has no connection left' },
  'connection-leak': { row: 'CHA-02', does: 'a connection whose query failed is never given back to a pool of one' },
  'abrupt-shutdown': { row: 'CFG-08', does: 'SIGTERM ends a service at once, whatever it is answering' },
  'no-restart-policy': { row: 'CHA-01', does: 'nobody starts the api again (see README: how)' },
  'restart-loop': { row: 'CFG-09', does: 'the worker exits 1 three seconds after its start' },
  'no-healthcheck': { row: 'CFG-11', does: 'the worker has no healthcheck (see README: how)' },
  'never-ready': { row: 'CFG-18', does: '/health and /ready of the api answer 503 for ever' },
  'missing-results': { row: 'GAT-01', does: 'the integration command writes no report' },
  'exit-zero': { row: 'GAT-02', does: 'a unit test fails and the command exits 0' },
  'green-despite-crash': { row: 'GAT-02', does: 'the e2e command exits 1 although every case passed' },
});

/** @param {NodeJS.ProcessEnv} [env] @returns {Set<string>} */
export function activeDefects(env = process.env) {
  const names = (env.DEFECTS ?? '').split(',').map((name) => name.trim()).filter(Boolean);
  const unknown = names.filter((name) => !Object.hasOwn(DEFECTS, name));
  if (unknown.length > 0) throw new Error(`unknown defect in DEFECTS: ${unknown.join(', ')}`);
  return new Set(names);
}

/** @param {string} name */
export function defect(name) {
  return activeDefects().has(name);
}
