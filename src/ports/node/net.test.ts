import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';

import { nodeClock } from './clock.ts';
import { makeHttp } from './http.ts';
import { nodeSockets } from './sockets.ts';
import { nodeTcp } from './tcp.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, server };
}

async function socketServer(): Promise<WebSocketServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closing.push(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

describe('http', () => {
  const http = makeHttp();

  test('an answer, bounded, with its redirect not followed', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(302, { location: '/elsewhere', 'set-cookie': ['a=1; Expires=Mon, 1', 'b=2'], 'x-method': request.method });
      response.end('0123456789');
    });
    const result = await http.request({ method: 'post', url, body: 'x', timeoutMs: 2_000, maxBytes: 4 });
    expect(result).toMatchObject({
      state: 'answered',
      status: 302,
      totalBytes: 10,
      headers: { location: '/elsewhere', 'set-cookie': 'a=1; Expires=Mon, 1\nb=2', 'x-method': 'POST' },
    });
    expect(result.state === 'answered' && Buffer.from(result.body).toString()).toBe('0123');
  });

  test('failures say why', async () => {
    const { url: slow } = await serve(() => undefined);
    const { url: half } = await serve((_request, response) => {
      response.write('half');
    });
    const { url: reset } = await serve((request) => request.socket.destroy());
    const closed = await nodeTcp.freePort();
    const get = async (url: string, signal?: AbortSignal) => http.request({ method: 'GET', url, timeoutMs: 300, signal });
    expect(await get(slow)).toMatchObject({ state: 'failed', reason: 'timeout' });
    expect(await get(half)).toMatchObject({ state: 'failed', reason: 'timeout' });
    expect(await get(reset)).toMatchObject({ state: 'failed', reason: 'reset' });
    expect(await get(`http://127.0.0.1:${String(closed)}`)).toMatchObject({ state: 'failed', reason: 'refused' });
    expect(await get(`http://localhost:${String(closed)}`)).toMatchObject({ state: 'failed', reason: 'refused' });
    expect(await get(reset.replace('http:', 'https:'))).toMatchObject({ state: 'failed', reason: expect.stringMatching(/tls|reset/) });
    expect(await get(slow, AbortSignal.timeout(30))).toMatchObject({ state: 'failed', reason: 'aborted' });
    expect(await get('not a url')).toMatchObject({ state: 'failed', reason: 'other' });
  });
});

describe('sockets', () => {
  test('events in order, the end for ever', async () => {
    const server = await socketServer();
    server.on('connection', (peer, request) => {
      peer.send(`hello ${String(request.headers['x-user'])}`);
      peer.on('message', (data) => {
        peer.send(`echo ${(data as Buffer).toString('utf8')}`);
        peer.close(4001, 'enough');
      });
    });
    const url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const result = await nodeSockets.connect(url, { timeoutMs: 1_000, headers: { 'x-user': 'u1' } });
    if (result.state !== 'open') throw new Error(result.message);
    const { socket } = result;
    expect(await socket.next(1_000)).toMatchObject({ type: 'message', text: 'hello u1' });
    expect(await socket.next(30)).toBeUndefined();
    await socket.send('x');
    expect(await socket.next(1_000)).toMatchObject({ type: 'message', text: 'echo x' });
    expect(await socket.next(1_000)).toEqual({ type: 'closed', code: 4001, reason: 'enough' });
    expect(await socket.next(1_000)).toEqual({ type: 'closed', code: 4001, reason: 'enough' });
    await socket.close();
  });

  test('ten thousand messages wait for their reader', async () => {
    const server = await socketServer();
    server.on('connection', (peer) => {
      for (let n = 0; n < 10_000; n++) peer.send(String(n));
    });
    const result = await nodeSockets.connect(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`, { timeoutMs: 1_000 });
    if (result.state !== 'open') throw new Error(result.message);
    await nodeClock.sleep(100);
    for (let n = 0; n < 10_000; n++) expect(await result.socket.next(1_000)).toMatchObject({ text: String(n) });
    await result.socket.close();
    expect(await result.socket.next(10)).toMatchObject({ type: 'closed' });
  });

  test('a refused handshake has a status; nobody there has none; a silent server times out', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(401).end();
    });
    expect(await nodeSockets.connect(url.replace('http', 'ws'), { timeoutMs: 1_000 })).toMatchObject({ state: 'failed', status: 401 });
    expect(await nodeSockets.connect(`ws://127.0.0.1:${String(await nodeTcp.freePort())}`, { timeoutMs: 1_000 })).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await nodeSockets.connect('nonsense', { timeoutMs: 1_000 })).toMatchObject({ state: 'failed' });
    const silent = createTcp();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing.push(() => silent.close());
    const started = performance.now();
    expect(await nodeSockets.connect(`ws://127.0.0.1:${String((silent.address() as AddressInfo).port)}`, { timeoutMs: 200 })).toMatchObject(
      { state: 'failed' },
    );
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

test('tcp: free, then taken', async () => {
  const port = await nodeTcp.freePort();
  expect(await nodeTcp.probe('127.0.0.1', port, 500)).toBe(false);
  const server = createTcp().listen(port, '127.0.0.1');
  closing.push(() => server.close());
  await expect.poll(() => nodeTcp.probe('127.0.0.1', port, 500)).toBe(true);
  expect(await nodeTcp.probe('192.0.2.1', 9, 100)).toBe(false);
});

test('clock: sleeps end with the reason of the signal', async () => {
  const reason = new Error('stop');
  await expect(nodeClock.sleep(10_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const sleeping = nodeClock.sleep(10_000, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  const before = nodeClock.monotonicMs();
  await nodeClock.sleep(20);
  expect(nodeClock.monotonicMs() - before).toBeGreaterThan(15);
});
