import { join } from 'node:path';

import { z } from 'zod';

import { eachLine } from '../../lib/lines.ts';
import { parseJson } from '../../lib/json.ts';
import { oneLine } from '../../lib/text.ts';
import { parseDuration, parsePercentage } from '../../model/units.ts';
import type { CheckContext, Collected } from '../contract.ts';
import type { UptimeFacts } from './judge.ts';

const duration = z.string().refine((text) => (parseDuration(text) ?? 0) > 0, 'not a duration: write 30d, 1h or 1m');
const common = {
  target: z
    .string()
    .refine((text) => (parsePercentage(text) ?? 2) < 1, 'not a percentage below 100%: write 99.9%')
    .default('99.9%')
    .describe('The promise.'),
  window: duration.default('30d').describe('The time that it is about, up to now.'),
  every: duration.default('1m').describe('For how long one sample speaks: the time between two probes.'),
};

export const UptimeOptions = z.union([
  z.strictObject({
    prometheus: z
      .url({ protocol: /^https?$/ })
      .describe('Address of a Prometheus, or of what speaks its API (Thanos, Mimir, VictoriaMetrics).'),
    query: z.string().min(1).describe('An expression of one series that is 1 while the service is up, and 0 while it is not.'),
    headers: z.record(z.string(), z.string()).default({}).describe('Headers of the question, such as a token.'),
    ...common,
  }),
  z.strictObject({
    file: z.string().min(1).describe('Path of a record: one JSON object per line with `at` (a time) and `up` (true or false).'),
    ...common,
  }),
]);

const ANSWER_MS = 120_000;
const MOST_CHARACTERS = 2_000;
const MOST_PROBES = 500_000;

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const Answer = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({ resultType: z.literal('vector'), result: z.array(z.looseObject({ value: z.tuple([z.number(), z.string()]) })) }),
});
const Failed = z.looseObject({ error: z.string() });
const Probe = z.looseObject({ at: z.string(), up: z.boolean() });

/** REL-06: what a record of weeks says; a run of minutes says nothing of it. */
export async function uptime(context: CheckContext): Promise<Collected<UptimeFacts>> {
  const written = context.options?.['REL-06'];
  if (written === undefined)
    return {
      state: 'not-applicable',
      because:
        'no run can show an uptime: 99.9% of 30 days takes 30 days. Name a record of it: `check_options: {REL-06: {prometheus: https://…, query: "probe_success{job=\'api\'}"}}`',
    };
  const options = UptimeOptions.parse(written);
  const [target, windowMs, everyMs] = [
    parsePercentage(options.target) ?? 1,
    parseDuration(options.window) ?? 0,
    parseDuration(options.every) ?? 0,
  ];
  const source = 'file' in options ? options.file : `Prometheus at ${new URL(options.prometheus).host}`;
  const told =
    'file' in options
      ? await fromFile(context, options.file, { windowMs, everyMs })
      : await fromPrometheus(context, options, { windowMs, everyMs });
  return { state: 'collected', facts: { source, target, windowMs, told }, sources: 'file' in options ? [{ file: options.file }] : [] };
}

interface Span {
  readonly windowMs: number;
  readonly everyMs: number;
}

type Asked = { readonly prometheus: string; readonly query: string; readonly headers: Readonly<Record<string, string>> };

async function fromPrometheus(context: CheckContext, asked: Asked, { windowMs, everyMs }: Span): Promise<UptimeFacts['told']> {
  const range = `(${asked.query})[${seconds(windowMs)}:${seconds(everyMs)}]`;
  const up = await ask(context, asked, `avg_over_time(${range})`);
  const samples = typeof up === 'number' ? await ask(context, asked, `count_over_time(${range})`) : up;
  if (typeof up === 'string') return { state: 'unknown', because: up };
  if (typeof samples === 'string') return { state: 'unknown', because: samples };
  if (!(up >= 0 && up <= 1)) return { state: 'unknown', because: `the query gives ${String(up)} on average, and not a value from 0 to 1` };
  return { state: 'known', samples, knownMs: samples * everyMs, up };
}

const seconds = (ms: number): string => `${String(Math.max(1, Math.round(ms / 1_000)))}s`;

/** The one number that a query gives, or why it gives none. */
async function ask({ ports, signal }: CheckContext, { prometheus, headers }: Asked, query: string): Promise<number | string> {
  const { host } = new URL(prometheus);
  const answer = await ports.http.request({
    method: 'POST',
    url: `${prometheus.replace(/\/+$/, '')}/api/v1/query`,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ query }).toString(),
    timeoutMs: ANSWER_MS,
    maxBytes: 1_000_000,
    signal,
  });
  if (answer.state === 'failed') return `${host} could not be asked: ${answer.message}`;
  const text = Buffer.from(answer.body).toString('utf8');
  const parsed = Answer.safeParse(parseJson(text));
  if (!parsed.success) {
    const error = Failed.safeParse(parseJson(text)).data?.error ?? oneLine(text);
    return `${host} answered ${String(answer.status)}: ${error.slice(0, 200)}`;
  }
  const { result } = parsed.data.data;
  if (result.length !== 1)
    return result.length === 0
      ? `${host} knows no series of the query`
      : `the query gives ${String(result.length)} series, and which of them is the service is not known: make it one, such as \`max(…)\``;
  const value = Number(result[0]?.value[1]);
  return Number.isFinite(value) ? value : `${host} gives ${result[0]?.value[1] ?? ''}`;
}

interface Probed {
  readonly at: number;
  readonly up: boolean;
}

/** A probe speaks until the next one, and no longer than twice the usual time between two: then nobody was looking. */
async function fromFile({ ports, root }: CheckContext, file: string, { windowMs, everyMs }: Span): Promise<UptimeFacts['told']> {
  const now = Date.parse(ports.clock.now());
  const probes: Probed[] = [];
  let bad = false;
  try {
    const stream = ports.files.stream(join(root, file)).setEncoding('utf8');
    await eachLine(stream as AsyncIterable<string>, MOST_CHARACTERS, ({ text }) => {
      if (text.trim() === '') return true;
      const probe = Probe.safeParse(parseJson(text)).data;
      const at = Date.parse(probe?.at ?? '');
      bad = probe === undefined || Number.isNaN(at);
      if (probe !== undefined && at <= now && at > now - windowMs) probes.push({ at, up: probe.up });
      return !bad && probes.length < MOST_PROBES;
    });
  } catch {
    return { state: 'unknown', because: `${file} could not be read` };
  }
  if (bad) return { state: 'unknown', because: `${file} has a line that is no probe: {"at": "2026-01-31T12:00:00Z", "up": true}` };
  if (probes.length >= MOST_PROBES)
    return { state: 'unknown', because: `${file} has more than ${String(MOST_PROBES)} probes in the window` };
  if (probes.length === 0) return { state: 'unknown', because: `${file} has no probe of the window` };
  probes.sort((a, b) => a.at - b.at);
  let [knownMs, upMs] = [0, 0];
  for (const [index, { at, up }] of probes.entries()) {
    const spokenMs = Math.min((probes[index + 1]?.at ?? now) - at, 2 * everyMs);
    knownMs += spokenMs;
    if (up) upMs += spokenMs;
  }
  return { state: 'known', samples: probes.length, knownMs, up: knownMs === 0 ? 0 : upMs / knownMs };
}
