import type { Rule } from './rule.ts';

const ALERT = {
  priority: 'P1',
  effort: '1–4 h',
  fix: 'Look at `/api/v1/rules` while the fault lasts: whether the metric of the alert is scraped at all, whether its expression sees this fault, and whether its `for` is shorter than the fault. Then run the experiment again.',
} as const;
const RETRY = {
  priority: 'P1',
  effort: '1–4 h',
  fix: 'Retry the call a few times with a growing pause and jitter when the connection breaks before an answer, under one deadline for all attempts; give the write an id of its own, so that an attempt that did arrive is not stored twice.',
} as const;

/** Rows of the catalogue that an experiment answers when somebody asks it to, or by its kind of fault. */
export const FAULT_RULES: Readonly<Record<string, Rule>> = {
  'DB-11': {
    title: 'connections that run out are not handled',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Bound the wait for a connection (pool time-out of a second or two), answer 503 with Retry-After when it is over, and keep the pool smaller than what the server gives to this service.',
  },
  'DB-12': {
    title: 'after connections ran out the system does not recover in time',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Let the pool throw failed connections away and open new ones at once when the server gives them again; bound the queue of those who wait, so that it does not have to be worked off first.',
  },
  'DB-14': {
    title: 'a database that is saturated takes down what does not use it',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Separate what the two share (a pool, threads, a queue, a gateway without time-outs), and bound the wait on each dependency by itself.',
  },
  'DB-19': {
    title: 'a read-only database is not handled',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Catch the refusal of the write where it is made (25006 in PostgreSQL, 1290 in MySQL) and answer 503; do not run reads in transactions that write.',
  },
  'DB-21': {
    title: 'a transaction that lost a deadlock is not tried again',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Run the whole transaction again when it ends with a deadlock (40P01 in PostgreSQL, 1213 in MySQL), a few times with a short random pause, and lock rows in the same order everywhere.',
  },
  'DB-22': { ...RETRY, title: 'a transient error of the database is not retried' },
  'VEC-09': { ...RETRY, title: 'an insert into the vector database is not retried' },
  'DB-23': {
    title: 'an operation does not end at its time-out',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Give every call its own deadline where it is made (statement, socket and pool time-outs are three different ones), and pass the deadline of the request on.',
  },
  'DB-24': {
    title: 'what could not be stored stays in memory',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Store first and change memory after the commit; when the store fails, undo the change in memory before answering.',
  },
  'DB-25': {
    title: 'the write probe of the health check writes nothing',
    priority: 'P2',
    effort: '30 min–2 h',
    fix: 'Let the probe write a row of its own and read it back; `SELECT 1` succeeds on a database that takes no writes.',
  },
  'RED-10': {
    title: 'a cache miss gives no right answer',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Read from the database when the cache has nothing, and fill the cache with what was read.',
  },
  'CHA-07': {
    title: 'not all journeys finish despite the fault',
    priority: 'P0',
    effort: '1–3 days',
    fix: 'Retry what can be retried within the journey, hand over what a dead worker held (acknowledge a job after it is done, never before), and answer from a fallback where that is enough. Start with the first failing walk shown here.',
  },
  'CHA-08': {
    title: 'an expired or missing certificate breaks what should go on',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Treat a failed handshake like any dependency that is down: a time-out, a fallback or a clean 503, and a connection that is tried again when the certificate is good.',
  },
  'CHA-09': {
    title: 'a disk that is nearly full breaks what should go on',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Keep room for what must go on (rotate logs, bound temporary files), catch ENOSPC where a file is written, and let an alert fire long before.',
  },
  'CHA-10': {
    title: 'nothing takes over from what failed',
    priority: 'P2',
    effort: '1–3 days',
    fix: 'Give clients all replicas and a short connect time-out, promote the secondary without a person, and try it with this experiment.',
  },
  'CHA-11': {
    title: 'the system was exposed to faults for less time than asked for',
    priority: 'P2',
    effort: '15 min',
    fix: 'Run the whole time in a nightly or release run; a scaled run shows only what it shows.',
  },
  'CHA-13': {
    title: 'recovery was seen on health paths alone',
    priority: 'P1',
    effort: '30–60 min',
    fix: 'Write what users do under `journeys`: a container that is up and a health path that is green do not show that anybody is served.',
  },
  'CFG-06': {
    title: 'a service does not end on SIGTERM as it should',
    priority: 'P1',
    effort: '30 min–2 h',
    fix: 'Handle SIGTERM and end with 0; as the first process of a container (`exec` in the entry script, or `init: true`), for which the kernel has no default that ends it.',
  },
  'CFG-07': {
    title: 'a shutdown with open connections does not keep its deadline',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'On SIGTERM close idle connections at once, give busy ones a deadline shorter than `stop_grace_period`, and end then whatever is left.',
  },
  'CFG-08': {
    title: 'a shutdown drops requests that were being answered',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'On SIGTERM stop accepting, answer what is under way, close the stores after it, and only then end.',
  },
  'CFG-13': {
    title: 'health does not tell of a dependency that is broken',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Let the health path really use each dependency (a write, a query, an embedding) with a short time-out, name each with its state, and answer 503 while one is broken.',
  },
  'SEC-09': {
    title: 'the rotation of a key does not work',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Accept both keys while the rotation lasts, reload them without a restart, and refuse the old one when it is over.',
  },
  'TLS-05': { ...ALERT, title: 'the alert for a certificate that ends soon does not fire' },
  'TLS-08': {
    title: 'the renewal of a certificate drops requests or has no effect',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Reload the certificate without closing what is open (`nginx -s reload`, a watch on the file), and let the renewal end with that reload.',
  },
  'TLS-10': {
    title: 'a client goes on with an expired certificate',
    priority: 'P1',
    effort: '30 min–2 h',
    fix: 'Verify certificates in every client, with the authority that signed them as its trust; switch nothing off for internal names.',
  },
  'OBS-10': { ...ALERT, title: 'a fault that was injected fires no alert' },
  'OBS-11': { ...ALERT, title: 'the alert for a pool that runs dry does not fire' },
  'OBS-12': { ...ALERT, title: 'the alert for a full disk does not fire' },
  'OBS-13': { ...ALERT, title: 'the alert for an open breaker does not fire' },
  'OBS-20': {
    title: 'users notice a fault long before an alert does',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Shorten what adds up until an alert fires: the scrape interval, the interval of the rules, the range in the expression and its `for`.',
  },
  'DATA-07': {
    title: 'data does not survive that its container is made anew',
    priority: 'P0',
    effort: '30 min–2 h',
    fix: 'Keep the data of the service in a named volume that is mounted where the server really writes; what is in the container or in an anonymous volume is gone with `docker compose down`.',
  },
};
