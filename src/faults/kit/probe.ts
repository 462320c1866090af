import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import type { HealContext } from '../contract.ts';
import { rootEnvironment, rootPrefix } from './root.ts';

/** What became of one attempt across an edge. */
const Probed = z.object({
  outcome: z.enum(['open', 'refused', 'timeout', 'failed']),
  /** Milliseconds until the connection stood, or the attempt failed. */
  connectMs: z.number(),
  /** Milliseconds from our end of what is said until the other side's, where it was asked for and came: one way there and one back. */
  closeMs: z.number().optional(),
  detail: z.string(),
});
export type Probed = z.output<typeof Probed>;

/** Where the attempt is made: in the network of a container, or in our own. */
export type Vantage = { readonly pid: number } | 'here';

const CONNECT = `
const [host, port, ms, close] = process.argv.slice(1);
const began = performance.now();
let connectMs, closeMs;
const say = (outcome, detail) => {
  console.log(JSON.stringify({ outcome, connectMs: connectMs ?? performance.now() - began, closeMs, detail }));
  process.exit();
};
const socket = require('node:net').connect({ host, port: Number(port), allowHalfOpen: true });
socket.on('connect', () => {
  connectMs = performance.now() - began;
  if (!close) return say('open', '');
  socket.end();
  socket.on('end', () => { closeMs = performance.now() - began - connectMs; say('open', ''); });
  socket.resume();
  setTimeout(() => say('open', 'not closed'), Number(ms));
});
socket.on('error', ({ code = '' }) => say(code === 'ECONNREFUSED' ? 'refused' : code === 'ETIMEDOUT' ? 'timeout' : 'failed', code));
setTimeout(() => connectMs === undefined && say('timeout', ''), Number(ms));
`;

const RESOLVE = `
const [server, name, ms] = process.argv.slice(1);
const began = performance.now();
const say = (outcome, detail) => { console.log(JSON.stringify({ outcome, connectMs: performance.now() - began, detail })); process.exit(); };
const resolver = new (require('node:dns').Resolver)({ timeout: Number(ms), tries: 1 });
resolver.setServers([server]);
resolver.resolve4(name, (error, found) => say(
  !error ? 'open' : error.code === 'ETIMEOUT' ? 'timeout' : error.code === 'ECONNREFUSED' ? 'refused' : 'failed', error ? error.code : found.join(' ')));
setTimeout(() => say('timeout', ''), Number(ms) + 200);
`;

/** Tries to connect: the control of a fault, made by a process that is none of the stack's. Never throws. */
export async function probeTcp(
  context: HealContext,
  from: Vantage,
  { host, port, timeoutMs, close = false }: { host: string; port: number; timeoutMs: number; close?: boolean },
): Promise<Probed> {
  return probe(context, from, { script: CONNECT, args: [host, String(port), String(timeoutMs), ...(close ? ['close'] : [])], timeoutMs });
}

/** Asks the resolver of a container's network for a name. Never throws. */
export async function probeName(
  context: HealContext,
  from: Vantage,
  { server, name, timeoutMs }: { readonly server: string; readonly name: string; readonly timeoutMs: number },
): Promise<Probed> {
  return probe(context, from, { script: RESOLVE, args: [server, name, String(timeoutMs)], timeoutMs });
}

interface Attempt {
  readonly script: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

/** Our own Node needs nothing of the image: it enters the network alone. */
async function probe(context: HealContext, from: Vantage, { script, args, timeoutMs }: Attempt): Promise<Probed> {
  const { ports, signal } = context;
  const node = [ports.self[0] ?? 'node', '-e', script, ...args];
  const argv = from === 'here' ? node : [...rootPrefix(context), 'nsenter', '-t', String(from.pid), '-n', '--', ...node];
  const result = await ports.exec.run(
    { type: 'argv', argv },
    { env: rootEnvironment(context), timeoutMs: timeoutMs + 10_000, graceMs: 200, signal },
  );
  const said = Probed.safeParse(parseJson(result.stdout.trim()));
  if (said.success) return said.data;
  return { outcome: 'failed', connectMs: result.durationMs, detail: `the probe could not be made: ${result.stderr.trim().slice(0, 200)}` };
}
