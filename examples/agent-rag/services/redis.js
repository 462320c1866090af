// A STAND-IN for Redis in process mode (RESP2: PING, AUTH, GET, SET). Compose runs the real one.
import { createServer } from 'node:net';
import { serve } from '../src/service.js';

const MAX_KEYS = 10_000;
const { REDIS_PASSWORD = '' } = process.env;
/** @type {Map<string, {value: string, until: number}>} */
const data = new Map();

const bulk = (text) => (text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`);

const commands = {
  PING: () => '+PONG\r\n',
  CLIENT: () => '+OK\r\n',
  GET: ([key]) => {
    const found = data.get(key);
    return bulk(found && found.until > Date.now() ? found.value : undefined);
  },
  SET: ([key, value, unit, amount]) => {
    if (data.size >= MAX_KEYS) data.delete(data.keys().next().value);
    data.set(key, { value, until: unit ? Date.now() + Number(amount) * (unit.toUpperCase() === 'EX' ? 1000 : 1) : Infinity });
    return '+OK\r\n';
  },
};

function run([name = '', ...args], client) {
  if (name.toUpperCase() === 'AUTH') {
    client.known = args.at(-1) === REDIS_PASSWORD;
    return client.known ? '+OK\r\n' : '-WRONGPASS invalid username-password pair or user is disabled.\r\n';
  }
  if (REDIS_PASSWORD && !client.known) return '-NOAUTH Authentication required.\r\n';
  return commands[name.toUpperCase()]?.(args) ?? `-ERR unknown command '${name.slice(0, 64)}'\r\n`;
}

/** One command (an array of bulk strings) from the start of a text, or nothing when it is not all there. Keys and values here are ASCII. */
function take(text) {
  const head = /^\*(\d{1,4})\r\n/.exec(text);
  if (!head) return undefined;
  const command = [];
  let at = head[0].length;
  for (let i = 0; i < Number(head[1]); i += 1) {
    const length = /^\$(\d{1,6})\r\n/.exec(text.slice(at, at + 12));
    if (!length) return undefined;
    const from = at + length[0].length;
    at = from + Number(length[1]) + 2;
    if (text.length < at) return undefined;
    command.push(text.slice(from, at - 2));
  }
  return { command, rest: text.slice(at) };
}

const open = new Set();
const server = createServer((socket) => {
  const client = { known: false };
  let text = '';
  open.add(socket);
  socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (let next = take(text); next; next = take(text)) {
      text = next.rest;
      socket.write(run(next.command, client));
    }
    if (text.length > 1_000_000) socket.destroy();
  });
});
await serve(server, { stop: async () => open.forEach((socket) => socket.destroy()) });
