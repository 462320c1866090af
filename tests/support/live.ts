import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

import type { CheckContext } from '../../src/checks/contract.ts';
import { checks } from '../../src/checks/registry.ts';
import { rowJudges } from '../../src/judge/registry.ts';
import type { StackManifest } from '../../src/model/manifest.ts';
import type { RowResult } from '../../src/model/row-judge.ts';
import { nodePorts } from '../../src/ports/node/index.ts';

export interface LiveAudit {
  readonly state: 'collected' | 'not-applicable' | 'gap';
  readonly because?: string;
  /** `P1 redis` of everything that is confirmed. */
  readonly found: readonly string[];
  /** Subjects that stay open: inconclusive, or not tested. */
  readonly open: readonly string[];
  readonly results: readonly RowResult[];
  readonly stored: string;
}

/** Runs one live check and its judge. */
export async function auditLive(code: string, context: CheckContext): Promise<LiveAudit> {
  const check = checks.find((candidate) => candidate.code === code);
  const judge = rowJudges.find((candidate) => candidate.code === code);
  if (!check || !judge) throw new Error(`no check ${code}`);
  const collected = await check.collect(context);
  const stored = JSON.stringify(collected);
  if (collected.state !== 'collected')
    return { state: collected.state, because: collected.because, found: [], open: [], results: [], stored };
  const results = judge.evaluate(judge.facts.parse(JSON.parse(JSON.stringify(check.facts.parse(collected.facts)))));
  const of = (...verdicts: readonly string[]): readonly RowResult[] => results.filter(({ result }) => verdicts.includes(result.verdict));
  return {
    state: 'collected',
    found: of('confirmed').map(({ subject, priority }) => `${priority?.[0] ?? judge.rule?.priority ?? '?'} ${subject}`),
    open: of('inconclusive', 'not_tested').map(({ subject }) => subject),
    results,
    stored,
  };
}

export interface FakeService {
  readonly name: string;
  readonly image: string;
  /** Port in the container → port of this machine on which a stand-in listens. */
  readonly ports: Readonly<Record<number, number>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: string;
}

/** A stack of stand-ins on this machine: for servers that lie, are slow, or cannot be had. */
export function stackOf(services: readonly FakeService[], more: Partial<CheckContext> = {}): CheckContext {
  const manifest: StackManifest = {
    schema: 'gauntlet.stack/1',
    kind: 'process',
    instance: 'head',
    project: 'stand-ins',
    targets: [],
    handle: {},
    services: services.map(({ name, image, ports }) => ({
      name,
      kind: 'long-running',
      image,
      dependsOn: [],
      hasHealthcheck: true,
      replicas: [],
      ports: Object.entries(ports).map(([container, port]) => ({ container: Number(container), host: '127.0.0.1', port })),
      phases: {},
    })),
  };
  const model = {
    services: Object.fromEntries(
      services.map(({ name, image, environment = {}, command, ports }) => [
        name,
        { image, environment, command, ports: Object.keys(ports).map((target) => ({ target: Number(target), host_ip: '127.0.0.1' })) },
      ]),
    ),
  };
  return {
    ports: nodePorts({ env: { PATH: process.env['PATH'] ?? '' }, progress: { say: () => {}, update: () => {}, warn: () => {} } }),
    root: '/nowhere',
    tracked: async () => [],
    model: async () => model,
    manifest,
    signal: AbortSignal.timeout(20_000),
    ...more,
  };
}

/** A TCP server of a few lines; closed with the test. Returns its port. */
export async function tcpServer(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export interface HttpAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP server of hand-made answers; closed with the test. Returns its port. */
export async function httpServer(
  answer: (request: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: unknown;
  }) => HttpAnswer,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<number> {
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const {
        status = 200,
        body = '',
        headers = {},
      } = answer({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      });
      response.writeHead(status, headers);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
