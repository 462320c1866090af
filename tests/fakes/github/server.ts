import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadDescription } from './openapi.ts';
import type { Description, RawRequest } from './openapi.ts';
import { answer, answerGraphql, authenticate } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { problem, secondaryRateLimit } from './replies.ts';
import type { RateLimit } from './replies.ts';
import { createState } from './state.ts';
import type { Seeds } from './state.ts';
import type { Failure, LoggedRequest, Reply, State, Violation } from './types.ts';

/** Seeds of the state, and how the server behaves. */
export interface GitHubOptions extends Seeds {
  token?: string;
  /** '' as api.github.com, '/api/v3' as GitHub Enterprise Server. */
  basePath?: string;
  /** Writes are refused, as they are to the token of a fork's pull request. */
  readOnly?: boolean;
  latencyMs?: number;
  now?: () => Date;
  onRequest?: (request: LoggedRequest, github: FakeGitHub) => void | Promise<void>;
}

interface PlannedFailure extends Failure {
  left: number;
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function readRequest(message: IncomingMessage): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const [path = '', query = ''] = (message.url ?? '').split('?');
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  return { method: message.method ?? 'GET', path, query, headers, body: Buffer.concat(chunks).toString('utf8') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === '' ? undefined : text;
  }
}

function send(response: ServerResponse, reply: Reply): void {
  const payload = reply.raw ?? (reply.body === undefined ? '' : JSON.stringify(reply.body));
  const type = reply.raw === undefined ? 'application/json; charset=utf-8' : 'application/octet-stream';
  response.writeHead(reply.status, {
    ...(payload === '' ? {} : { 'content-type': type }),
    'x-github-request-id': '0400:1D1C:FAKE',
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': '999',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
    ...reply.headers,
  });
  response.end(payload);
}

/** A GitHub on a loopback port that remembers, and that refuses whatever GitHub's own description forbids. */
export class FakeGitHub implements AsyncDisposable {
  readonly state: State;
  /** In the order of arrival, each with the status it got. */
  readonly requests: LoggedRequest[] = [];
  /** Everything the description forbids; a healthy test ends with none. */
  readonly violations: Violation[] = [];
  readonly token: string;
  readOnly: boolean;
  latencyMs: number;
  onRequest: GitHubOptions['onRequest'];
  /** Base of the REST API, base path included: GITHUB_API_URL. */
  url = '';
  graphqlUrl = '';
  readonly #basePath: string;
  readonly #description: Description;
  readonly #now: () => Date;
  readonly #failures: PlannedFailure[] = [];
  readonly #api: Server;
  readonly #blobs: Server;
  #blobUrl = '';

  constructor(options: GitHubOptions, description: Description) {
    this.state = createState(options);
    this.token = options.token ?? 'ghs_fake';
    this.readOnly = options.readOnly ?? false;
    this.latencyMs = options.latencyMs ?? 0;
    this.onRequest = options.onRequest;
    this.#basePath = options.basePath ?? '';
    this.#now = options.now ?? (() => new Date());
    this.#description = description;
    this.#api = createServer((message, response) => void this.#serve(message, response));
    this.#blobs = createServer((message, response) => send(response, this.#blob(message)));
  }

  async listen(): Promise<this> {
    const origin = await listen(this.#api);
    this.#blobUrl = await listen(this.#blobs);
    this.url = `${origin}${this.#basePath}`;
    this.graphqlUrl = `${origin}${this.#graphqlPath}`;
    return this;
  }

  get #graphqlPath(): string {
    return this.#basePath === '' ? '/graphql' : this.#basePath.replace(/\/v3$/, '/graphql');
  }

  /** Fails the next `times` requests (those that `failure.when` picks). Failures are used up in the order they were given. */
  failNext(times: number, failure: Failure): void {
    this.#failures.push({ ...failure, left: times });
  }

  /** Answers the next `times` requests with GitHub's secondary rate limit. */
  rateLimitNext(times: number, limit?: RateLimit): void {
    this.failNext(times, secondaryRateLimit(limit));
  }

  /** The environment a client finds on a runner. */
  env(): Record<string, string> {
    return {
      GITHUB_API_URL: this.url,
      GITHUB_GRAPHQL_URL: this.graphqlUrl,
      GITHUB_REPOSITORY: this.state.repo,
      GITHUB_TOKEN: this.token,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([shut(this.#api), shut(this.#blobs)]);
  }

  /** Artifacts live on another origin and refuse GitHub's token, as Azure does: a client must not send it along. */
  #blob(message: IncomingMessage): Reply {
    if (message.headers.authorization !== undefined) return { status: 400, raw: 'InvalidAuthenticationInfo' };
    const id = Number(/^\/artifacts\/(\d+)\.zip$/.exec(message.url ?? '')?.[1]);
    const artifact = this.state.artifacts.find((candidate) => candidate.id === id);
    return artifact === undefined ? { status: 404, raw: 'BlobNotFound' } : { status: 200, raw: artifact.data };
  }

  #takeFailure(logged: LoggedRequest): Failure | undefined {
    const found = this.#failures.find((failure) => failure.left > 0 && (failure.when?.(logged) ?? true));
    if (found !== undefined) found.left -= 1;
    return found;
  }

  #answer(request: RawRequest, logged: LoggedRequest): Reply {
    const unauthenticated = authenticate(request.headers, this.token);
    if (unauthenticated !== undefined) return unauthenticated;
    const pipeline: Pipeline = {
      description: this.#description,
      state: this.state,
      violations: this.violations,
      token: this.token,
      readOnly: this.readOnly,
      apiUrl: this.url,
      blobUrl: this.#blobUrl,
      now: this.#now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    };
    if (request.method === 'POST' && request.path === this.#graphqlPath) return answerGraphql(pipeline, request);
    if (!request.path.startsWith(`${this.#basePath}/`)) return problem(404, 'Not Found');
    const { reply, operationId } = answer(pipeline, { ...request, path: request.path.slice(this.#basePath.length) });
    logged.operationId = operationId;
    return reply;
  }

  async #react(request: RawRequest, logged: LoggedRequest): Promise<Reply> {
    await this.onRequest?.(logged, this);
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    const failure = this.#takeFailure(logged);
    if (failure === undefined) return this.#answer(request, logged);
    if (failure.afterEffect === true) this.#answer(request, logged);
    const body = failure.body ?? { message: 'Server Error' };
    return { status: failure.status, body, ...(failure.headers === undefined ? {} : { headers: failure.headers }) };
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message);
    const logged: LoggedRequest = {
      method: request.method,
      path: request.path.slice(request.path.startsWith(this.#basePath) ? this.#basePath.length : 0),
      query: Object.fromEntries(new URLSearchParams(request.query)),
      headers: request.headers,
      body: parseJson(request.body),
      status: 0,
      operationId: null,
    };
    this.requests.push(logged);
    try {
      const reply = await this.#react(request, logged);
      logged.status = reply.status;
      if (reply.status === 0) message.socket.destroy();
      else send(response, reply);
    } catch (error) {
      logged.status = 500;
      const errors = [{ path: '', message: String(error) }];
      const { method, path, operationId } = logged;
      this.violations.push({ kind: 'response', method, path, operationId, errors });
      send(response, problem(500, `the fake broke: ${String(error)}`));
    }
  }
}

/** Starts a GitHub stand-in: `await using github = await startGitHub({ pulls: [{ number: 7 }] })`. */
export async function startGitHub(options: GitHubOptions = {}): Promise<FakeGitHub> {
  return new FakeGitHub(options, await loadDescription()).listen();
}
