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
    return toReply(result, curl(request));
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

function fillRequest({ method, url, headers, body }: Options, { fill }: StepContext): Request {
  return {
    method,
    url: fill(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
    ...(body === null ? {} : { body: fill(body) }),
  };
}

function toReply(result: HttpResult, repeat: string): StepReply {
  if (result.state === 'failed') {
    const measured = `${result.reason} after ${Math.round(result.durationMs)} ms: ${result.message}`;
    const what = result.reason === 'timeout' || result.reason === 'exhausted' ? result.reason : 'connection';
    return { durationMs: result.durationMs, text: '', bytes: 0, curl: repeat, failure: { what, measured, expected: 'an HTTP answer' } };
  }
  return {
    durationMs: result.durationMs,
    status: result.status,
    headers: result.headers,
    text: new TextDecoder().decode(result.body),
    bytes: result.totalBytes,
    curl: repeat,
  };
}

function curl({ method, url, headers, body }: Request): string {
  const flags = Object.entries(headers).map(([name, value]) => ` -H ${quote(`${name}: ${value}`)}`);
  return `curl -i -X ${method}${flags.join('')}${body === undefined ? '' : ` --data ${quote(body)}`} ${quote(url)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
