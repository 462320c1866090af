/**
 * A program for the Node that the service itself runs on, whatever its version: opens the inspector of the processes that it is told
 * of, forces two collections, and prints one line of JSON. Nothing is left open. It runs beside the processes (in their container),
 * because the inspector listens to their own loopback interface alone.
 *
 * SIGUSR1 opens an inspector (https://nodejs.org/api/process.html#signal-events). It ends a process that does not expect it: only one
 * that has said to the kernel that it catches it (`SigCgt`) is sent any. An inspector is spoken to only where the process itself holds its
 * port, so that no other process is taken for it, or held up.
 *
 * Argument: JSON of `{pids, profileMs, patienceMs}`, the last being how long each inspector is waited for. Output: JSON of an array of
 * `{pid, heapBytes?, profile?, error?}`.
 */
export const NODE_PROBE = String.raw`
'use strict';
const http = require('http'), fs = require('fs'), crypto = require('crypto');
const ask = JSON.parse(process.argv[process.argv.length - 1]);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const read = (path) => { try { return fs.readFileSync(path, 'latin1'); } catch (error) { return ''; } };
const get = (port) => new Promise((done) => {
  const request = http.get({ host: '127.0.0.1', port, path: '/json/list', timeout: 2000, agent: false }, (response) => {
    let text = '';
    response.on('data', (part) => { text += part; });
    response.on('end', () => { try { done(JSON.parse(text)); } catch (error) { done(undefined); } });
  });
  request.on('error', () => done(undefined));
  request.on('timeout', () => request.destroy());
});
function connect(url) {
  return new Promise((done, fail) => {
    const { port, pathname } = new URL(url);
    const key = crypto.randomBytes(16).toString('base64');
    const request = http.request({ host: '127.0.0.1', port, path: pathname, headers: {
      Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13' } });
    request.on('error', fail);
    request.on('response', (response) => fail(new Error('the inspector answered ' + response.statusCode)));
    request.on('upgrade', (_, socket, head) => done(session(socket, head)));
    request.end();
  });
}
function session(socket, head) {
  let buffer = head, parts = [], next = 0;
  const waiting = new Map();
  const lost = () => { for (const { fail } of waiting.values()) fail(new Error('the process ended')); waiting.clear(); };
  const take = () => {
    for (;;) {
      if (buffer.length < 2) return;
      let length = buffer[1] & 127, at = 2;
      if (length === 126) { if (buffer.length < 4) return; length = buffer.readUInt16BE(2); at = 4; }
      else if (length === 127) { if (buffer.length < 10) return; length = Number(buffer.readBigUInt64BE(2)); at = 10; }
      if (buffer.length < at + length) return;
      const opcode = buffer[0] & 15, last = (buffer[0] & 128) !== 0, body = buffer.slice(at, at + length);
      buffer = buffer.slice(at + length);
      if (opcode > 2) continue;
      parts.push(body);
      if (!last) continue;
      const message = JSON.parse(Buffer.concat(parts).toString('utf8'));
      parts = [];
      const entry = waiting.get(message.id);
      if (!entry) continue;
      waiting.delete(message.id);
      if (message.error) entry.fail(new Error(message.error.message)); else entry.done(message.result);
    }
  };
  const chunks = [];
  socket.on('data', (chunk) => { buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]); take(); });
  socket.on('close', lost);
  socket.on('error', lost);
  return {
    send: (method, params) => new Promise((done, fail) => {
      const id = (next += 1);
      waiting.set(id, { done, fail });
      const body = Buffer.from(JSON.stringify({ id, method, params: params || {} }));
      const header = body.length < 126 ? Buffer.from([129, 128 | body.length]) : Buffer.from([129, 254, body.length >> 8, body.length & 255]);
      // A mask of zeros is a mask.
      socket.write(Buffer.concat([header, Buffer.alloc(4), body]));
    }),
    end: () => socket.destroy(),
  };
}
function portOf(pid) {
  const words = read('/proc/' + pid + '/cmdline') + '\0' + read('/proc/' + pid + '/environ').split('\0').filter((one) => one.startsWith('NODE_OPTIONS=')).join(' ');
  const found = /--inspect(?:-brk|-port|-wait)?=(?:[^\s\0]*:)?(\d+)/.exec(words);
  return found ? Number(found[1]) : 9229;
}
// Whoever connects to the inspector of another gate's process holds that process up: closing waits until nobody is connected.
const listeners = (port) => ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => read(table).split('\n').slice(1)).flatMap((row) => {
  const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
  return state === '0A' && parseInt(local.split(':')[1], 16) === port ? ['socket:[' + inode + ']'] : [];
});
const link = (path) => { try { return fs.readlinkSync(path); } catch (error) { if (error.code === 'ENOENT') return ''; throw error; } };
function listens(pid, port) {
  const sockets = listeners(port), folder = '/proc/' + pid + '/fd';
  // Root of a container may not look into the process of another user: there whoever listens is asked.
  try { return fs.readdirSync(folder).some((fd) => sockets.includes(link(folder + '/' + fd))); } catch (error) { return sockets.length > 0; }
}
async function own(pid, port) {
  if (!listens(pid, port)) return undefined;
  for (const target of (await get(port)) || []) {
    if (!target.webSocketDebuggerUrl) continue;
    // One that closes in this moment is another's.
    const one = await connect(target.webSocketDebuggerUrl).catch(() => undefined);
    if (!one) continue;
    const answer = await one.send('Runtime.evaluate', { expression: 'process.pid', returnByValue: true }).catch(() => undefined);
    if (answer && answer.result.value === pid) return one;
    one.end();
  }
  return undefined;
}
async function open(pid, port) {
  const known = await own(pid, port);
  if (known) return { one: known, ours: false };
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(read('/proc/' + pid + '/status'));
  if (!caught || !((BigInt('0x' + caught[1]) >> 9n) & 1n)) throw new Error('it does not listen to SIGUSR1');
  // Inspectors of one machine share a port: whoever has it is waited for, also one that was quicker after it became free.
  for (const end = Date.now() + ask.patienceMs; Date.now() < end; await sleep(20 + Math.random() * 60)) {
    if (listeners(port).length === 0) process.kill(pid, 'SIGUSR1');
    for (let tries = 0; tries < 40; tries += 1) {
      await sleep(20);
      const one = await own(pid, port);
      if (one) return { one, ours: true };
      if (listeners(port).length > 0 && !listens(pid, port)) break;
    }
  }
  const whose = listeners(port).length > 0 && !listens(pid, port) ? ', which another process has' : '';
  throw new Error('its inspector did not answer at port ' + port + whose + ', within ' + ask.patienceMs / 1000 + ' s');
}
async function look(pid) {
  const { one, ours } = await open(pid, portOf(pid));
  try {
    if (ask.profileMs > 0) {
      await one.send('HeapProfiler.enable');
      await one.send('HeapProfiler.collectGarbage');
      await one.send('HeapProfiler.startSampling', { samplingInterval: 4096 });
      await sleep(ask.profileMs);
    }
    await one.send('HeapProfiler.collectGarbage');
    await one.send('HeapProfiler.collectGarbage');
    const profile = ask.profileMs > 0 ? (await one.send('HeapProfiler.stopSampling')).profile : undefined;
    const usage = JSON.parse((await one.send('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())', returnByValue: true })).result.value);
    if (profile) await one.send('HeapProfiler.disable');
    return { pid, heapBytes: usage.heapUsed + usage.external, profile };
  } finally {
    // Closing waits until nobody is connected any more.
    if (ours) await one.send('Runtime.evaluate', { expression: 'void setTimeout(() => process._debugEnd(), 20)' }).catch(() => undefined);
    one.end();
    for (let tries = 0; ours && tries < 200 && listens(pid, portOf(pid)); tries += 1) await sleep(10);
  }
}
(async () => {
  const all = [];
  for (const pid of ask.pids) {
    try { all.push(await look(pid)); } catch (error) { all.push({ pid, error: String(error && error.message || error) }); }
  }
  process.stdout.write(JSON.stringify(all) + '\n', () => process.exit(0));
})();
`;
