// The stack and the experiments of asked.test.ts. What a path begins with says how well that part of `api` is written (http/main.go).
// HTTP stands for the image, VAULT_PORT for a free port.

export const SERVICES = `
x-http: &http {image: HTTP, restart: unless-stopped}
services:
  db: {<<: *http, environment: {ROLE: db, DB_FILE: /data/db.txt}, volumes: [kept:/data]}
  scratch: {<<: *http, environment: {ROLE: db, DB_FILE: /data/db.txt}, volumes: [/data]}
  small: {<<: *http, environment: {ROLE: db, DB_FILE: /data/db.txt}, volumes: [small:/data]}
  second: {<<: *http, environment: {ROLE: db}}
  vault: {<<: *http, environment: {ROLE: db, TLS_CERT: /tls/db.pem, TLS_KEY: /tls/db.key}, volumes: [./tls:/tls:ro], ports: ['127.0.0.1:VAULT_PORT:8080']}
  api: {<<: *http, environment: {DB: 'http://db:8080', DB2: 'http://second:8080'}, depends_on: [db, second], ports: ['127.0.0.1::8080']}
  loose: {<<: *http, environment: {DB: 'http://scratch:8080'}, depends_on: [scratch], ports: ['127.0.0.1::8080']}
  full: {<<: *http, environment: {DB: 'http://small:8080'}, depends_on: [small], ports: ['127.0.0.1::8080']}
  safe: {<<: *http, environment: {DB: 'https://vault:8080', TLS_CA: /tls/ca.pem}, volumes: [./tls:/tls:ro], depends_on: [vault], ports: ['127.0.0.1::8080']}
  few: {<<: *http, environment: {ROLE: db, MOST: '40'}}
  pooled: {<<: *http, environment: {DB: 'http://few:8080'}, depends_on: [few], ports: ['127.0.0.1::8080']}
  polite: {<<: *http, ports: ['127.0.0.1::8080']}
  deaf: {<<: *http, environment: {SHUTDOWN: deaf}, ports: ['127.0.0.1::8080']}
  rude: {<<: *http, environment: {SHUTDOWN: rude}, ports: ['127.0.0.1::8080']}
  prometheus: {<<: *http, environment: {ROLE: prometheus}, volumes: [small:/data], ports: ['127.0.0.1::8080']}
volumes:
  kept: {}
  small: {driver_opts: {type: tmpfs, device: tmpfs, o: size=4m}}
`;

const target = (service: string, health?: string) => ({ service, port: 8080, ...(health === undefined ? {} : { health }) });
export const TARGETS = {
  api: target('api', '/ready'),
  loose: target('loose'),
  full: target('full'),
  safe: target('safe'),
  pooled: target('pooled'),
  polite: target('polite'),
  deaf: target('deaf'),
  rude: target('rude'),
  prometheus: target('prometheus'),
};

const write = (service: string, how: string) => ({ steps: [{ post: `{{${service}}}/${how}/notes/{{nonce}}`, expect: { status: 200 } }] });
const read = (service: string, how: string) => ({ steps: [{ get: `{{${service}}}/${how}/notes/{{nonce}}`, expect: { status: 200 } }] });
const slow = (service: string) => ({ steps: [{ get: `{{${service}}}/slow`, expect: { status: 200 } }] });
export const JOURNEYS = {
  good: write('api', 'good'),
  fails: write('api', 'fails'),
  patient: write('api', 'patient'),
  retries: write('api', 'retries'),
  'falls-back': write('api', 'falls-back'),
  failover: write('api', 'failover'),
  forgetful: write('api', 'forgetful'),
  'read-forgetful': read('api', 'forgetful'),
  'read-good': read('api', 'good'),
  loose: write('loose', 'good'),
  'read-loose': read('loose', 'good'),
  'full-good': write('full', 'good'),
  'full-fails': write('full', 'fails'),
  'full-reads': { steps: [{ get: '{{full}}/good/notes/ping', expect: { status: 200 } }] },
  lane: write('api', 'lane'),
  'lane-other': write('api', 'lane-other'),
  other: write('api', 'other'),
  'dry-good': write('pooled', 'good'),
  'dry-fails': write('pooled', 'fails'),
  'dry-sulks': write('pooled', 'sulks'),
  brittle: write('safe', 'fails'),
  careful: write('safe', 'falls-back'),
  careless: write('safe', 'careless'),
  'slow-polite': slow('polite'),
  'slow-deaf': slow('deaf'),
  'slow-rude': slow('rude'),
};

const rotation = (how: string) => ({
  service: 'polite',
  run: line(`rotate/${how}`),
  old: line(`key/${how}/a`),
  new: line(`key/${how}/b`),
});
/** A command that fails when the answer is an error. */
const line = (path: string): string =>
  `node -e 'fetch(process.env.GAUNTLET_TARGET_POLITE_URL + "/${path}").then((answer) => process.exit(answer.ok ? 0 : 1))'`;

export const EXPERIMENTS = {
  // Nobody reaches the store: who fails with it, who waits for ever, who has another one.
  cut: {
    fault: { blackhole: { service: 'db' }, for: '4s' },
    steady: ['good', 'fails', 'patient', 'lane'],
    control: ['other', 'lane-other'],
    during: { deadline: '1500ms', latency: '< 1s', alert: 'StoreIsDown' },
    rows: ['CFG-13', 'DB-23', 'DB-14'],
  },
  away: { fault: { stop: { service: 'db' }, for: '3s' }, steady: ['failover', 'good'], recovery: '< 20s', rows: ['CHA-10', 'CHA-07'] },
  transient: {
    fault: { dependency: { from: 'api', to: 'db', fail_first: 4 }, for: '3s' },
    steady: ['retries', 'good'],
    during: { alert: 'BreakerIsOpen' },
    rows: ['DB-22', 'VEC-09', 'OBS-13'],
  },
  // What could not be stored: nowhere, or in memory.
  phantom: {
    fault: { stop: { service: 'db' }, for: '2s' },
    ledger: { write: 'forgetful', read: 'read-forgetful', restart: 'api' },
    rows: ['DB-24'],
  },
  // Down and up again: with a named volume, and with one that has no name.
  anew: { fault: { recreate: { service: 'db' }, for: '1s' }, ledger: { write: 'good', read: 'read-good' } },
  'anew-loose': { fault: { recreate: { service: 'scratch' }, for: '1s' }, ledger: { write: 'loose', read: 'read-loose' } },
  full: {
    fault: { disk: { service: 'small' }, for: '2s' },
    steady: ['full-good', 'full-fails'],
    during: { alert: { name: 'DiskNearlyFull', within: '< 1ms' } },
  },
  'nearly-full': {
    fault: { disk: { service: 'small', share: '98%' }, for: '4s' },
    steady: ['full-reads', 'full-fails'],
    during: { alert: { name: 'DiskNearlyFull', within: '< 30s' } },
    rows: ['CHA-09', 'OBS-12'],
  },
  expired: {
    fault: {
      certificate: { service: 'vault', path: '/tls/db.pem', key: '/tls/db.key', ca: { certificate: 'tls/ca.pem', key: 'tls/ca.key' } },
      for: '3s',
    },
    steady: ['careful', 'careless', 'brittle'],
    during: { fallback: { body: '"from":"memory"' }, alert: 'CertificateEnds' },
    rows: ['TLS-10', 'TLS-05'],
  },
  'ends-politely': {
    fault: { shutdown: { service: 'polite', connections: 10, grace: '5s' }, for: '1s' },
    steady: 'slow-polite',
    rows: ['CFG-07', 'CFG-08'],
  },
  'ends-deaf': {
    fault: { shutdown: { service: 'deaf', connections: 10, grace: '2s' }, for: '1s' },
    steady: 'slow-deaf',
    rows: ['CFG-07', 'CFG-08'],
  },
  'ends-rudely': { fault: { shutdown: { service: 'rude', grace: '2s' }, for: '1s' }, steady: 'slow-rude', rows: ['CFG-08'] },
  // All connections of a store are taken.
  dry: {
    fault: { connections: { service: 'few' }, for: '3s' },
    steady: ['dry-good', 'dry-fails', 'dry-sulks'],
    during: { alert: 'PoolIsNearlyEmpty' },
    recovery: '< 1s',
    rows: ['DB-11', 'DB-12', 'OBS-11'],
  },
  'rotates-not': { fault: { rotate: rotation('lasting'), for: '1s' }, steady: 'slow-polite', rows: ['SEC-09'] },
  // A renewal that renews nothing.
  'renews-not': {
    fault: { rotate: { service: 'vault', run: 'true', served_at: '127.0.0.1:VAULT_PORT' }, for: '1s' },
    steady: 'careful',
    rows: ['TLS-08'],
  },
};
