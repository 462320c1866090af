import type { z } from 'zod';

import { oneLine } from '../../lib/text.ts';
import type { CheckContext } from '../contract.ts';
import type { Store } from './stores.ts';

const ANSWER_MS = 4_000;
const BODY_BYTES = 4_000_000;

export interface Asking<Answer> {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What an answer of this service looks like; anything else is no answer. */
  readonly shape: z.ZodType<Answer>;
}

export type Told<Answer> =
  | { readonly state: 'told'; readonly answer: Answer; readonly ms: number }
  | { readonly state: 'silent'; readonly status: number | undefined; readonly because: string };

/** One question to the HTTP API of a service, with a deadline and a bound; the answer is held against its schema. */
export async function askApi<Answer>(
  { ports, signal }: CheckContext,
  { place, tls }: Store,
  asking: Asking<Answer>,
): Promise<Told<Answer>> {
  const { method = 'GET', path, headers = {}, body, shape } = asking;
  const answer = await ports.http.request({
    method,
    url: `${tls ? 'https' : 'http'}://${place.host}:${place.port}${path}`,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    anyCertificate: true,
    timeoutMs: ANSWER_MS,
    maxBytes: BODY_BYTES,
    signal,
  });
  const asked = `${method} ${path} of ${place.shown}`;
  if (answer.state === 'failed') return { state: 'silent', status: undefined, because: `${asked} failed: ${answer.message}` };
  const text = Buffer.from(answer.body).toString('utf8');
  const parsed = shape.safeParse(json(text));
  if (answer.status < 200 || answer.status > 299 || !parsed.success)
    return { state: 'silent', status: answer.status, because: `${asked} answered ${answer.status} ${oneLine(text).slice(0, 120)}` };
  return { state: 'told', answer: parsed.data, ms: answer.durationMs };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
