import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { makeLoadHttp } from './index.ts';

// Answers as real servers and bad ones write them, over a real socket, cut at the worst places. Node's own server is in client.test.ts.

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('over one connection', () => {
  it.each<[string, string[], unknown]>([
    ['in one piece', [OK], { status: 200 }],
    ['byte by byte', OK.split(''), { status: 200 }],
    ['after an early hint', ['HTTP/1.1 100 Continue\r\n\r\n', OK], { status: 200 }],
    ['with other heads in turn', ['HTTP/1.1 404 Not Found\r\nx: y\r\ncontent-length: 2\r\n\r\nno'], { status: 404 }],
    [
      'in chunks with trailers',
      ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n', 'ok\r\n0\r\n', 't: 1\r\n\r\n'],
      { status: 200 },
    ],
  ])('an answer comes %s, again and again', async (_, pieces, expected) => {
    const { url, connections } = await speak((socket) => socket.on('data', () => void write(socket, pieces)));
    using http = makeLoadHttp(new AbortController().signal);
    for (let time = 0; time < 3; time += 1) {
      const result = await http.request({ method: 'GET', url, timeoutMs: 5_000 });
      expect(result).toMatchObject({ state: 'answered', ...(expected as object) });
      expect(result.state === 'answered' && Buffer.from(result.body).toString()).toMatch(/^(?:ok|no)$/);
    }
    expect(connections()).toBe(1);
  });

  it('an answer to nothing makes it unusable, and is nobody’s', async () => {
    const { url, connections } = await speak((socket) => socket.on('data', () => void socket.write(`${OK}${OK}`)));
    using http = makeLoadHttp(new AbortController().signal);
    for (let time = 0; time < 3; time += 1) {
      const result = await http.request({ method: 'GET', url, timeoutMs: 5_000 });
      expect(result).toMatchObject({ state: 'answered', status: 200, totalBytes: 2 });
    }
    expect(connections()).toBe(3);
  });

  it('answers of many connections do not mix, though all are read into the same memory', async () => {
    const { url } = await speak((socket) =>
      socket.on('data', (data: Buffer) => {
        const id = /\/(\d+) /.exec(data.toString())?.[1] ?? '';
        const body = id.padStart(5, '0').repeat(2_000);
        const text = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nx-id: ${id}\r\n\r\n${body}`;
        socket.write(text.slice(0, 3_000));
        setTimeout(() => socket.write(text.slice(3_000)), Number(id) % 5);
      }),
    );
    using http = makeLoadHttp(new AbortController().signal);
    const ask = (id: number) => http.request({ method: 'GET', url: `${url}/${id}`, timeoutMs: 5_000 });
    const results = await Promise.all(Array.from({ length: 100 }, (_, id) => ask(id)));
    for (const [id, result] of results.entries()) {
      if (result.state === 'failed') throw new Error(result.message);
      expect([result.headers['x-id'], Buffer.from(result.body).toString()]).toEqual([
        String(id),
        String(id).padStart(5, '0').repeat(2_000),
      ]);
    }
  });

  it('what is prepared is sent as it was, with a time-out of its own each time', async () => {
    let silent = false;
    const { url } = await speak((socket) => socket.on('data', () => void (silent || socket.write(OK))));
    using http = makeLoadHttp(new AbortController().signal);
    const prepared = http.prepare?.({ method: 'GET', url: `${url}/a`, timeoutMs: 150 });
    const send = () => new Promise<{ state: string; durationMs: number }>((resolve) => prepared?.send(resolve));
    for (let time = 0; time < 3; time += 1) {
      expect(await send()).toMatchObject({ state: 'answered' });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    silent = true;
    const result = await send();
    expect(result).toMatchObject({ state: 'failed', reason: 'timeout' });
    // Not earlier because a timer of a former exchange was still set.
    expect(result.durationMs).toBeGreaterThan(140);
    expect(http.prepare?.({ method: 'GET', url: 'ftp://127.0.0.1/', timeoutMs: 1 })).toBeUndefined();
  });
});

async function write(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function speak(listener: (socket: Socket) => void): Promise<{ url: string; connections: () => number }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined));
    listener(socket);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections };
}
