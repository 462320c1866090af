import { z } from 'zod';

import { LIMITS } from '../../model/limits.ts';
import type { HttpResult } from '../../ports/index.ts';
import { defineStep, type StepContext, type StepReply } from '../contract.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const;

const Written = z.strictObject({
  get: z.string().optional().describe('URL to send a GET request to'),
  post: z.string().optional().describe('URL to send a POST request to'),
  put: z.string().optional().describe('URL to send a PUT request to'),
  patch: z.string().optional().describe('URL to send a PATCH request to'),
  delete: z.string().optional().describe('URL to send a DELETE request to'),
  head: z.string().optional().describe('URL to send a HEAD request to'),
  headers: z.record(z.string(), z.string()).default({}).describe('request headers'),
  json: z.json().optional().describe('request body, sent as JSON'),
  body: z.string().optional().describe('request body, sent as it is'),
});

const Options = Written.transform((written, context) => {
  const [method, ...others] = METHODS.filter((key) => written[key] !== undefined);
  if (method === undefined || others.length > 0) {
    context.addIssue({ code: 'custom', message: 'an HTTP step names exactly one method with its URL, such as get: "{{api}}/health"' });
    return z.NEVER;
  }
  const body = written.json === undefined ? written.body : JSON.stringify(written.json);
  return { method: method.toUpperCase(), url: written[method] ?? '', headers: requestHeaders(written), body: body ?? null };
});
type Options = z.output<typeof Options>;

/** One HTTP request. Redirects are not followed: what the system answers is what is checked. */
export const http = defineStep<Options>({
  type: 'http',
  keys: METHODS,
  summary: 'one HTTP request',
  options: Options,
  accepts: (status) => status < 400,
  title: ({ method, url }) => `${method} ${url}`,
  run: async (options, context) => {
    const request = fillRequest(options, context);
    const result = await context.ports.http.request({
      ...request,
      timeoutMs: context.timeoutMs,
      signal: context.signal,
      maxBytes: LIMITS.bodyBytes,
    });
    return toReply(result, request);
  },
  prepare: (options, { ports, fixed, timeoutMs }) => {
    const request = fixedRequest(options, fixed);
    const prepared = request && ports.http.prepare?.({ ...request, timeoutMs, maxBytes: LIMITS.bodyBytes });
    if (!prepared) return undefined;
    return () => new Promise((resolve) => prepared.send((result) => resolve(toReply(result, request))));
  },
});

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function requestHeaders({ headers, json }: z.output<typeof Written>): Record<string, string> {
  return json === undefined ? headers : { 'content-type': 'application/json', ...headers };
}

function fillRequest({ method, url, headers, body }: Options, { fill }: Pick<StepContext, 'fill'>): Request {
  return {
    method,
    url: fill(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
    ...(body === null ? {} : { body: fill(body) }),
  };
}

/** The request where all of it is the same in every walk. */
function fixedRequest(options: Options, fixed: (text: string) => string | undefined): Request | undefined {
  const texts = [options.url, options.body ?? '', ...Object.values(options.headers)];
  return texts.every((text) => fixed(text) !== undefined) ? fillRequest(options, { fill: (text) => fixed(text) ?? text }) : undefined;
}

function toReply(result: HttpResult, request: Request): StepReply {
  if (result.state === 'answered') return new Answer(result, request);
  const measured = `${result.reason} after ${Math.round(result.durationMs)} ms: ${result.message}`;
  const what = result.reason === 'timeout' || result.reason === 'exhausted' ? result.reason : 'connection';
  const failure = { what, measured, expected: 'an HTTP answer' } as const;
  return { durationMs: result.durationMs, text: '', bytes: 0, curl: curl(request), failure };
}

const decoder = new TextDecoder();

/** Its text and the command that repeats it are made when somebody asks for them: under load, hardly anybody does. */
class Answer implements StepReply {
  readonly durationMs: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly #body: Uint8Array;
  readonly #request: Request;
  #text: string | undefined;

  constructor(result: Extract<HttpResult, { state: 'answered' }>, request: Request) {
    this.durationMs = result.durationMs;
    this.status = result.status;
    this.headers = result.headers;
    this.bytes = result.totalBytes;
    this.#body = result.body;
    this.#request = request;
  }

  get text(): string {
    return (this.#text ??= decoder.decode(this.#body));
  }

  get curl(): string {
    return curl(this.#request);
  }
}

function curl({ method, url, headers, body }: Request): string {
  const flags = Object.entries(headers).map(([name, value]) => ` -H ${quote(`${name}: ${value}`)}`);
  return `curl -i -X ${method}${flags.join('')}${body === undefined ? '' : ` --data ${quote(body)}`} ${quote(url)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
