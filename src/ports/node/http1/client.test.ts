import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

import { expect, it, onTestFinished } from 'vitest';

import { makeLoadHttp } from './index.ts';

it('asks again on the same connection, and on another one only while it is taken', async () => {
  const { url, connections } = await serve((_, response) => void setTimeout(() => response.end('ok'), 20));
  using http = makeLoadHttp(new AbortController().signal);
  const get = () => http.request({ method: 'GET', url, timeoutMs: 5_000 });
  await get();
  await get();
  expect(connections()).toBe(1);
  await Promise.all([get(), get(), get()]);
  expect(connections()).toBe(3);
});

it('sends what it is given, and hears what it is told', async () => {
  const { url } = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { 'x-one': one, host } = request.headers;
      response
        .writeHead(201, { 'x-two': 'zwei' })
        .end(JSON.stringify([request.method, request.url, one, host, Buffer.concat(chunks).toString()]));
    });
  });
  using http = makeLoadHttp(new AbortController().signal);
  const result = await http.request({ method: 'post', url: `${url}/a?b=c`, headers: { 'X-One': 'eins' }, body: 'grüß', timeoutMs: 5_000 });
  expect(result).toMatchObject({ state: 'answered', status: 201, headers: { 'x-two': 'zwei' } });
  const text = result.state === 'answered' ? Buffer.from(result.body).toString() : '';
  expect(JSON.parse(text)).toEqual(['POST', '/a?b=c', 'eins', new URL(url).host, 'grüß']);
});

it('asks anew when the server hung up on an idle connection', async () => {
  const sockets: Socket[] = [];
  const { url, connections, server } = await serve((_, response) => void response.end('ok'));
  server.on('connection', (socket: Socket) => sockets.push(socket));
  using http = makeLoadHttp(new AbortController().signal);
  await http.request({ method: 'GET', url, timeoutMs: 5_000 });
  const again = http.request({ method: 'GET', url, timeoutMs: 5_000 });
  for (const socket of sockets) socket.resetAndDestroy();
  expect(await again).toMatchObject({ state: 'answered', status: 200 });
  expect(connections()).toBe(2);
});

it('sends what is to be sent once no second time', async () => {
  const heard: string[] = [];
  const { url } = await serve((request, response) => {
    heard.push(request.url ?? '');
    if (request.url === '/kept') response.end('ok');
    else request.socket.destroy();
  });
  using http = makeLoadHttp(new AbortController().signal);
  const post = (path: string, once: boolean) => http.request({ method: 'POST', url: `${url}${path}`, timeoutMs: 5_000, once });
  await post('/kept', true);
  expect(await post('/broken', true)).toMatchObject({ state: 'failed', reason: 'reset' });
  expect(heard).toEqual(['/kept', '/broken']);
});

it('tells a refusal, a silence, an early end and nonsense apart, in time', async () => {
  const silent = await speak(() => undefined);
  const cut = await speak((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
  const mad = await speak((socket) => void socket.end('220 mail.example ESMTP\r\n\r\n'));
  using http = makeLoadHttp(new AbortController().signal);
  const from = performance.now();
  const ask = async (url: string) => {
    const result = await http.request({ method: 'GET', url, timeoutMs: 200 });
    return result.state === 'failed' ? result.reason : result.status;
  };
  expect(await Promise.all(['http://127.0.0.1:9/', silent, cut, mad, 'ftp://127.0.0.1/'].map(ask))).toEqual([
    'refused',
    'timeout',
    'reset',
    'other',
    'other',
  ]);
  expect(performance.now() - from).toBeLessThan(10_000);
});

it('takes an answer that came in time, also when this process was held up past the deadline', async () => {
  const server = new Worker(
    `const server = require('node:http').createServer((_, response) => setTimeout(() => response.end('ok'), 20));
    server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  onTestFinished(async () => void (await server.terminate()));
  const [port] = (await once(server, 'message')) as [number];
  using http = makeLoadHttp(new AbortController().signal);
  const get = (timeoutMs: number) => http.request({ method: 'GET', url: `http://127.0.0.1:${port}/`, timeoutMs });
  await get(5_000);
  const asked = get(200);
  await new Promise(setImmediate);
  for (const until = performance.now() + 400; performance.now() < until;);
  expect(await asked).toMatchObject({ state: 'answered', status: 200 });
});

it('ends everything that is under way with its signal', async () => {
  const silent = await speak(() => undefined);
  const stop = new AbortController();
  using http = makeLoadHttp(stop.signal);
  const waiting = Array.from({ length: 20 }, () => http.request({ method: 'GET', url: silent, timeoutMs: 60_000 }));
  stop.abort();
  for (const result of await Promise.all(waiting)) expect(result).toMatchObject({ state: 'failed', reason: 'aborted' });
  expect(await http.request({ method: 'GET', url: silent, timeoutMs: 60_000 })).toMatchObject({ reason: 'aborted' });
});

it('sends no header that would be two', async () => {
  using http = makeLoadHttp(new AbortController().signal);
  const result = await http.request({ method: 'GET', url: 'http://127.0.0.1:9/', headers: { a: 'b\r\nc: d' }, timeoutMs: 500 });
  expect(result).toMatchObject({ state: 'failed', reason: 'other', message: expect.stringContaining('cannot be sent') as string });
});

async function serve(listener: RequestListener): Promise<{ url: string; connections: () => number; server: Server }> {
  let connections = 0;
  const server = createServer(listener).on('connection', () => (connections += 1));
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections, server };
}

async function speak(to: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    to(socket);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
