// A database and two services that use it, small enough to be read whole. What can be wrong with them is said by their environment.

const DB = `
const { createServer } = require('node:http');
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { DB_FILE: file, PORT, START_MS = '0' } = process.env;
const rows = new Set(file && existsSync(file) ? readFileSync(file, 'utf8').split('\\n') : []);
const server = createServer((request, response) => {
  const id = request.url.slice(1);
  if (request.method === 'POST') {
    rows.add(id);
    if (file) appendFileSync(file, id + '\\n');
  }
  const known = id === 'ping' || rows.has(id);
  response.writeHead(known ? 200 : 404).end(JSON.stringify({ id }));
});
setTimeout(() => server.listen(PORT, '127.0.0.1', () => console.log('listening ' + Date.now())), Number(START_MS));
`;

const API = `
const { createServer } = require('node:http');
const { DB, PORT, DEFECTS = '' } = process.env;
const has = (defect) => DEFECTS.split(',').includes(defect);
let broken = false;
createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status).end(body);
  if (request.url === '/health') return answer(200, 'alive');
  const path = request.url === '/ready' ? '/ping' : request.url.replace('/notes', '');
  try {
    if (broken) throw new Error('still broken');
    const signal = has('no-timeout') ? undefined : AbortSignal.timeout(500);
    const reply = await fetch(DB + path, { method: request.method, signal });
    answer(reply.status, await reply.text());
  } catch (error) {
    if (has('crashes')) process.exit(1);
    if (has('never-reconnects')) broken = true;
    answer(has('fails') ? 500 : 503, 'the database does not answer');
  }
}).listen(PORT, '127.0.0.1');
`;

/** Files of the system; \`gauntlet.yml\` is the test's own. */
export const SYSTEM = { 'db.js': DB, 'api.js': API };

interface Api {
  /** Comma separated; without any it is written well. */
  readonly defects?: string;
  readonly health?: string;
  readonly restart?: string;
}

/**
 * The configuration without its stages: the database, and one service of each name with the journeys `write-<name>` and `read-<name>`.
 * `memory`: the database holds everything in memory alone.
 */
export function systemOf({ apis, memory = false }: { readonly apis: Readonly<Record<string, Api>>; readonly memory?: boolean }) {
  const named = Object.entries(apis);
  const db = { run: 'node db.js', port: 'auto', health: '/ping', restart: 'always', env: memory ? {} : { DB_FILE: '{{run.dir}}/db.txt' } };
  const services = named.map(([name, { defects = '', restart = 'always' }]) => {
    const env = { DB: '{{db.url}}', DEFECTS: defects };
    return [name, { run: 'node api.js', port: 'auto', health: '/health', depends_on: ['db'], restart, env }];
  });
  const step = (method: string, name: string) => ({ steps: [{ [method]: `{{${name}}}/notes/{{nonce}}`, expect: { status: 200 } }] });
  return {
    version: 1,
    stack: { use: 'process', ready: '120s', process: { db, ...Object.fromEntries(services) } },
    targets: Object.fromEntries(named.map(([name, { health = '/ready' }]) => [name, { service: name, health }])),
    journeys: Object.fromEntries(
      named.flatMap(([name]) => [
        [`write-${name}`, step('post', name)],
        [`read-${name}`, step('get', name)],
      ]),
    ),
  };
}
