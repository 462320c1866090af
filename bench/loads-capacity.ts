import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

import { DistributionCounts } from '../src/lib/histogram.ts';
import { randomOf } from '../src/lib/random.ts';
import { closedSchedule } from '../src/loads/engine/closed.ts';
import { openSchedule, type Schedule } from '../src/loads/engine/schedule.ts';
import { knownDelays } from '../tests/support/known-delays.ts';
import { measureSchedule } from '../tests/support/load.ts';
import { median } from './measure.ts';

const CONNECTIONS = 50;
const ROUND_MS = 5_000;
const ROUNDS = 3;
const CORES = availableParallelism();
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
  await benchTalking();
  await using server = await knownDelays({ type: 'fixed', ms: 1 });
  const before = process.memoryUsage.rss();
  const heldMs = 30_000;
  const idle = openSchedule([{ durationMs: 20_000, from: 500, to: 500 }], { users: 10_000, spacing: { type: 'even' }, durationMs: heldMs });
  const held = await measureSchedule([{ connect: server.url.replace('http', 'ws') }], idle);
  const grown = (process.memoryUsage.rss() - before) / held.recorder.kept / 1_024;
  print(
    `load of 10,000 idle WebSockets: ${held.recorder.kept} opened and held for 10 s, ${held.recorder.failed} lost, ${grown.toFixed(0)} kB each here`,
  );
}

/**
 * What the generator itself adds: from the time a message was due to its sending, and from the server's answer to its reading, which the
 * server's own clock tells. The server stays on one core where there is `taskset`; a generator that had to share the other with its
 * own collector and ticker would be late by 60 ms.
 */
async function benchTalking(): Promise<void> {
  const pinned = CORES > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  await using server = await knownDelays({ type: 'fixed', ms: 1 }, { core: pinned ? 0 : undefined });
  const steps = [{ connect: server.url.replace('http', 'ws') }, { send: '{{nonce}}', expect: { contains: ['{{nonce}}'] } }];
  const [connectMs, talkMs] = [10_000, 10_000];
  const durationMs = connectMs + talkMs;
  const spacing = { type: 'poisson', random: randomOf(1) } as const;
  const segments = [
    { durationMs: connectMs, from: 100, to: 100 },
    { durationMs: talkMs, from: 5_000, to: 5_000 },
  ];
  // The first answer of a clock takes its time.
  const clockMs = Math.max(...Array.from({ length: 20 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()));
  const reading = new DistributionCounts();
  const heard = (text: string, atMs: number): void => reading.record((atMs + clockMs - Number(text.slice(text.lastIndexOf(' ')))) * 1_000);
  const { recorder, driven } = await measureSchedule(steps, openSchedule(segments, { users: 1_000, spacing, durationMs }), { heard });
  const ms = (counts: DistributionCounts, part: number): string => (counts.quantile(part) / 1_000).toFixed(2);
  print(
    `load over 1,000 WebSockets, 5 messages a second each${pinned ? '' : ' (server on the same cores)'}: sent p50 ${ms(recorder.lag, 0.5)}, p99 ${ms(recorder.lag, 0.99)} ms after they were due (goal: 5), read p50 ${ms(reading, 0.5)}, p99 ${ms(reading, 0.99)} ms after they were answered; busy ${(driven.busy * 100).toFixed(0)} %, ${recorder.kept} of ${recorder.kept + recorder.failed} answered, p99 ${ms(recorder.all.latency.whole, 0.99)} ms`,
  );
}

/** Memory of the generator while a load lasts: it has to stay where it is. */
export async function benchMemory(minutes: number): Promise<void> {
  await using server = await knownDelays({ type: 'fixed', ms: 10 });
  const durationMs = minutes * 60_000;
  const spacing = { type: 'poisson', random: randomOf(1) } as const;
  const schedule = openSchedule([{ durationMs, from: 1_000, to: 1_000 }], { users: 100, spacing, durationMs });
  const seen: { readonly rss: number; readonly heap: number }[] = [];
  const timer = setInterval(() => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    seen.push({ rss: rss / 1e6, heap: heapUsed / 1e6 });
  }, durationMs / 20);
  await measureSchedule([{ get: `${server.url}/` }], schedule);
  clearInterval(timer);
  const at = [0.1, 0.3, 0.5, 0.95].map((part) => {
    const { rss, heap } = seen[Math.ceil(part * 20) - 1] ?? { rss: 0, heap: 0 };
    return `${(part * minutes).toFixed(1)} min ${rss.toFixed(0)} MB (heap ${heap.toFixed(1)})`;
  });
  print(
    `load of 1,000/s for ${minutes} min, memory after ${at.join(', ')}${globalThis.gc ? ', after collection' : ' (run with --expose-gc to see it after collection)'}`,
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
