import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { randomOf } from '../src/lib/random.ts';
import { closedSchedule } from '../src/loads/engine/closed.ts';
import { openSchedule, type Schedule } from '../src/loads/engine/schedule.ts';
import { knownDelays } from '../tests/support/known-delays.ts';
import { measureSchedule } from '../tests/support/load.ts';
import { median } from './measure.ts';

const CONNECTIONS = 50;
const ROUND_MS = 5_000;
const ROUNDS = 3;
/** Fetched when it is needed: a peer of the bench is no dependency of the product. */
const AUTOCANNON = 'autocannon@9.0.0';

/** How much the engine can ask of a system at most, against its peers on the same server in the same run. */
export async function benchThroughput(): Promise<void> {
  const server = await fastServer();
  const rates: Record<'ours' | 'autocannon' | 'wrk', number[]> = { ours: [], autocannon: [], wrk: [] };
  // A B C, A B C: when the machine slows down, it slows down for all.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [ours, autocannon, wrk] = [await closedLoop(server.url), await peer(autocannonOf(server.url)), await peer(wrkOf(server.url))];
    // The first round is warm-up.
    if (round === 0) continue;
    rates.ours.push(ours);
    if (autocannon !== undefined) rates.autocannon.push(autocannon);
    if (wrk !== undefined) rates.wrk.push(wrk);
  }
  server.stop();
  const own = median(rates.ours);
  const against = (['autocannon', 'wrk'] as const).map((name) =>
    rates[name].length === 0
      ? `${name} is not here`
      : `${(own / median(rates[name])).toFixed(2)} × ${name} (${median(rates[name]).toFixed(0)}/s)`,
  );
  print(`load in a closed loop: ${CONNECTIONS} users, journey of one GET: ${own.toFixed(0)}/s, ${against.join(', ')}`);
}

/** WebSockets that talk, and WebSockets that only stay. */
export async function benchSockets(): Promise<void> {
  await using server = await knownDelays({ type: 'fixed', ms: 1 });
  const url = server.url.replace('http', 'ws');
  const steps = [{ connect: url }, { send: '{{nonce}}', expect: { contains: ['{{nonce}}'] } }];
  const [connectMs, talkMs] = [5_000, 10_000];
  const durationMs = connectMs + talkMs;
  const spacing = { type: 'poisson', random: randomOf(1) } as const;
  const talking = openSchedule(
    [
      { durationMs: connectMs, from: 200, to: 200 },
      { durationMs: talkMs, from: 5_000, to: 5_000 },
    ],
    { users: 1_000, spacing, durationMs },
  );
  const { recorder, driven } = await measureSchedule(steps, talking);
  const ms = (part: number): string => (recorder.lag.quantile(part) / 1_000).toFixed(2);
  print(
    `load over 1,000 WebSockets, 5 messages a second each: own delay p50 ${ms(0.5)}, p99 ${ms(0.99)} ms (goal: 5), busy ${(driven.busy * 100).toFixed(0)} %, ${recorder.kept} of ${recorder.kept + recorder.failed} answered, p99 ${(recorder.all.latency.whole.quantile(0.99) / 1_000).toFixed(1)} ms`,
  );
  const before = process.memoryUsage.rss();
  const heldMs = 30_000;
  const idle = openSchedule([{ durationMs: 20_000, from: 500, to: 500 }], { users: 10_000, spacing: { type: 'even' }, durationMs: heldMs });
  const held = await measureSchedule([{ connect: url }], idle);
  const grown = (process.memoryUsage.rss() - before) / held.recorder.kept / 1_024;
  print(
    `load of 10,000 idle WebSockets: ${held.recorder.kept} opened and held for 10 s, ${held.recorder.failed} lost, ${grown.toFixed(0)} kB each here`,
  );
}

/** Memory of the generator while a load lasts: it has to stay where it is. */
export async function benchMemory(minutes: number): Promise<void> {
  await using server = await knownDelays({ type: 'fixed', ms: 10 });
  const durationMs = minutes * 60_000;
  const spacing = { type: 'poisson', random: randomOf(1) } as const;
  const schedule = openSchedule([{ durationMs, from: 1_000, to: 1_000 }], { users: 100, spacing, durationMs });
  const seen: number[] = [];
  const timer = setInterval(() => {
    globalThis.gc?.();
    seen.push(process.memoryUsage().heapUsed / 1e6);
  }, durationMs / 20);
  await measureSchedule([{ get: `${server.url}/` }], schedule);
  clearInterval(timer);
  const third = Math.floor(seen.length / 3);
  const [first, last] = [seen.slice(third, 2 * third), seen.slice(-third)].map(median);
  print(
    `load of 1,000/s for ${minutes} min: heap ${first?.toFixed(1)} MB in the second third, ${last?.toFixed(1)} MB in the last${globalThis.gc ? ', after collection' : ' (run with --expose-gc to see it after collection)'}`,
  );
}

async function closedLoop(url: string): Promise<number> {
  const monotonicMs = (): number => performance.now();
  const schedule: Schedule = closedSchedule({
    users: CONNECTIONS,
    thinkMs: 0,
    withinMs: 0,
    durationMs: ROUND_MS,
    random: randomOf(1),
    monotonicMs,
  });
  const { recorder, driven } = await measureSchedule([{ get: `${url}/` }], schedule);
  return (recorder.kept / driven.durationMs) * 1_000;
}

function autocannonOf(url: string): [string, string[], (text: string) => number] {
  const args = ['--yes', AUTOCANNON, '-j', '-c', String(CONNECTIONS), '-d', String(ROUND_MS / 1_000), url];
  return ['npx', args, (text) => (JSON.parse(text) as { requests: { average: number } }).requests.average];
}

function wrkOf(url: string): [string, string[], (text: string) => number] {
  return ['wrk', ['-t1', `-c${CONNECTIONS}`, `-d${ROUND_MS / 1_000}s`, url], (text) => Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1])];
}

/** Requests a second, as the peer says; `undefined` where it is not to be had. */
async function peer([program, args, read]: [string, string[], (text: string) => number]): Promise<number | undefined> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  const code = await new Promise((resolve) => child.on('error', () => resolve(-1)).on('close', resolve));
  return code === 0 ? read(text) : undefined;
}

/** Answers as fast as a socket can be written: what is measured is who asks. */
async function fastServer(): Promise<{ readonly url: string; readonly stop: () => void }> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill() };
}

const SERVER = `
const answer = Buffer.from('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok');
const server = require('node:net').createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', () => socket.write(answer));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
