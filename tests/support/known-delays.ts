import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/** How the server answers: after `ms`; after one of two times; at once, but frozen for `stallMs` every `everyMs` after the first request, so many times. */
export type Delays =
  | { readonly type: 'fixed'; readonly ms: number }
  | { readonly type: 'bimodal'; readonly ms: number; readonly rareMs: number; readonly rare: number }
  | { readonly type: 'stalling'; readonly stallMs: number; readonly everyMs: number; readonly times: number };

export interface KnownServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The delays that it imposed since it was last asked, in milliseconds, ascending. A stall is in none of them. */
  readonly held: () => Promise<readonly number[]>;
}

/**
 * A server in a process of its own that knows how long it held each answer back; by WebSocket it says at once what it hears, and
 * when, in milliseconds of the machine's monotonic clock, after a space. */
export async function knownDelays(delays: Delays, { core }: { readonly core?: number | undefined } = {}): Promise<KnownServer> {
  const [program, ...prefix] = core === undefined ? [process.execPath] : ['taskset', '-c', String(core), process.execPath];
  const child = spawn(
    program ?? process.execPath,
    [...prefix, '-e', SERVER, JSON.stringify(delays), createRequire(import.meta.url).resolve('ws')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const port = Number(line);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    held: async () => (await (await fetch(`${url}/held`)).json()) as number[],
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

const SERVER = `
const delays = JSON.parse(process.argv[1]);
let held = [];
let count = 0;
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/held') {
    response.end(JSON.stringify(held.sort((a, b) => a - b)));
    held = [];
    return;
  }
  const from = performance.now();
  count += 1;
  if (delays.type === 'stalling' && count === 1) {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    for (let time = 1; time <= delays.times; time += 1) {
      setTimeout(() => Atomics.wait(cell, 0, 0, delays.stallMs), time * delays.everyMs);
    }
  }
  const answer = () => {
    held.push(performance.now() - from);
    response.end('{"ok":true}');
  };
  if (delays.type === 'stalling') answer();
  else setTimeout(answer, delays.type === 'bimodal' && count % Math.round(1 / delays.rare) === 0 ? delays.rareMs : delays.ms);
});
server.keepAliveTimeout = 60000;
const { WebSocketServer } = require(process.argv[2]);
new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', (data) => socket.send(data + ' ' + Number(process.hrtime.bigint()) / 1e6)));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
