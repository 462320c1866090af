import { isAbsolute, join } from 'node:path';

import { z } from 'zod';

import { CriticalLog } from '../../diagnostics/critical.ts';
import { parseJson } from '../../lib/json.ts';
import { eachLine } from '../../lib/lines.ts';
import { oneLine } from '../../lib/text.ts';
import { errorMessage } from '../../model/errors.ts';
import type { WatchEvidence } from '../../model/evidence.ts';
import type { WatchedLogs } from '../../model/watch.ts';
import type { RunContext } from '../context.ts';

/** Bounds of what is read of a log: characters of a line, bytes of a command, and lines of a Loki. */
const LINE = 20_000;
const COMMAND_BYTES = 16_000_000;
const COMMAND_MS = 60_000;
const FILE_BYTES = 512_000_000;
const PAGE = 1_000;
const PAGES = 100;
const ANSWER_MS = 20_000;

type Seen = NonNullable<WatchEvidence['logs']>;

/** A log from now on: what comes meanwhile is read when `read` is called. */
interface OpenLog {
  readonly read: () => Promise<Seen>;
}

/** Remembers where the log stands. Never throws: what cannot be read says why. */
export async function openLog(context: RunContext, logs: WatchedLogs): Promise<OpenLog> {
  const since = context.ports.clock.now();
  const source = context.redact(nameOf(logs));
  const unread = (because: string): Seen => ({ state: 'unread', source, because: context.redact(oneLine(because)).slice(0, 300) });
  const begin = logs.type === 'file' ? await sizeOf(context, logs.path) : 0;
  return {
    read: async () => {
      const critical = new CriticalLog(context.redact);
      let lines = 0;
      const line = (text: string): void => {
        lines += 1;
        critical.line(text, { source, service: source });
      };
      try {
        const because =
          logs.type === 'file'
            ? await readFile(context, { path: logs.path, begin, line })
            : logs.type === 'command'
              ? await readCommand(context, { command: logs.line, since, line })
              : await readLoki(context, { loki: logs, since, line });
        if (because !== undefined) return unread(because);
        // A query without a line may ask for the wrong log; a file that is there is the right one.
        if (lines === 0 && logs.type !== 'file')
          return unread('it has no line at all of this time, so nobody knows whether it is the right log');
        return { state: 'read', source, lines, critical: [...critical.finish()] };
      } catch (error) {
        return unread(errorMessage(error));
      }
    },
  };
}

function nameOf(logs: WatchedLogs): string {
  switch (logs.type) {
    case 'file':
      return logs.path;
    case 'command':
      return `\`${oneLine(logs.line).slice(0, 80)}\``;
    case 'loki':
      return `Loki at ${new URL(logs.url).host}`;
  }
}

async function sizeOf({ ports, root }: RunContext, path: string): Promise<number | undefined> {
  return ports.files.size(isAbsolute(path) ? path : join(root, path)).catch(() => undefined);
}

type Line = (text: string) => void;

async function readFile(
  context: RunContext,
  { path, begin, line }: { path: string; begin: number | undefined; line: Line },
): Promise<string | undefined> {
  const end = await sizeOf(context, path);
  if (begin === undefined || end === undefined) return 'there is no such file';
  if (end < begin) return 'it became shorter meanwhile: somebody rotated it';
  if (end > FILE_BYTES) return `it is larger than ${String(FILE_BYTES / 1_000_000)} MB`;
  const stream = context.ports.files.stream(isAbsolute(path) ? path : join(context.root, path));
  await eachLine(after(stream as AsyncIterable<Buffer>, begin), LINE, ({ text }) => {
    line(text);
    return true;
  });
  return undefined;
}

/** The text behind so many bytes. */
async function* after(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<string> {
  let left = bytes;
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      yield decoder.decode(chunk.subarray(left), { stream: true });
      left = 0;
    }
  }
}

async function readCommand(
  { ports, root }: RunContext,
  { command, since, line }: { command: string; since: string; line: Line },
): Promise<string | undefined> {
  const { outcome, stdout, stderr, droppedBytes } = await ports.exec.run(
    { type: 'shell', line: command },
    { cwd: root, env: { ...ports.env, GAUNTLET_SINCE: since }, timeoutMs: COMMAND_MS, captureBytes: COMMAND_BYTES },
  );
  if (outcome.ended !== 'exit' || outcome.code !== 0)
    return `its command ended as ${outcome.ended === 'exit' ? `exit code ${String(outcome.code)}` : outcome.ended}: ${stderr.slice(-200)}`;
  if (droppedBytes > 0) return `it printed more than ${String(COMMAND_BYTES / 1_000_000)} MB`;
  for (const text of stdout.split('\n')) if (text !== '') line(text.slice(0, LINE));
  return undefined;
}

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time */
const Streams = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({
    resultType: z.literal('streams'),
    // A third element holds structured metadata.
    result: z.array(z.looseObject({ values: z.array(z.tuple([z.string().regex(/^\d+$/), z.string()]).rest(z.unknown())) })),
  }),
});

async function readLoki(
  { ports, signal }: RunContext,
  { loki, since, line }: { loki: Extract<WatchedLogs, { type: 'loki' }>; since: string; line: Line },
): Promise<string | undefined> {
  let start = BigInt(Date.parse(since)) * 1_000_000n;
  const end = BigInt(Date.parse(ports.clock.now())) * 1_000_000n;
  for (let page = 0; page < PAGES; page += 1) {
    const asked = new URLSearchParams({
      query: loki.query,
      start: String(start),
      end: String(end),
      limit: String(PAGE),
      direction: 'forward',
    });
    const answer = await ports.http.request({
      method: 'GET',
      url: `${loki.url}/loki/api/v1/query_range?${asked.toString()}`,
      headers: loki.headers,
      timeoutMs: ANSWER_MS,
      maxBytes: 64_000_000,
      signal,
    });
    if (answer.state === 'failed') return answer.message;
    const text = Buffer.from(answer.body).toString('utf8');
    const parsed = Streams.safeParse(parseJson(text));
    if (answer.status !== 200 || !parsed.success) return `it answered ${String(answer.status)} ${text.slice(0, 200)}`;
    const entries = parsed.data.data.result.flatMap(({ values }) => values).map(([at, said]) => ({ at: BigInt(at), said }));
    for (const { said } of entries) line(said);
    if (entries.length < PAGE) return undefined;
    start = entries.reduce((last, { at }) => (at > last ? at : last), start) + 1n;
  }
  return `it has more than ${String(PAGE * PAGES)} lines of this time`;
}
