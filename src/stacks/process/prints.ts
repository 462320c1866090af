import type { Readable } from 'node:stream';

import type { StackManifest } from '../../model/manifest.ts';
import { segmentPaths } from '../../ports/log-segments.ts';
import type { PrintedLines, Prints, StackContext } from '../contract.ts';
import { Printed } from '../printed.ts';
import { readState } from './observe.ts';
import { ProcessHandle } from './spec.ts';

/** How far one log had come at a moment. */
interface Mark {
  readonly atMs: number;
  readonly bytes: number;
}

interface Followed {
  readonly service: string;
  readonly marks: Mark[];
}

/** Marks of one log that are kept: two hours of seconds. */
const MOST_MARKS = 7_200;
const MOST_BYTES = 256_000;

/** Logs of processes have no time of their own: it is seen by their growth. */
export function prints({ handle }: StackManifest, { ports, redact }: StackContext): Prints {
  const { stateFile } = ProcessHandle.parse(handle);
  const logs = new Map<string, Followed>();
  const mark = async (): Promise<void> => {
    const state = await readState(stateFile, ports).catch(() => undefined);
    const atMs = Date.parse(ports.clock.now());
    for (const { name, logs: paths } of state?.services ?? []) {
      const path = paths.at(-1);
      if (path === undefined) continue;
      const bytes = await ports.files.size(path).catch(() => 0);
      const followed = logs.get(path) ?? { service: name, marks: [] };
      logs.set(path, followed);
      if (followed.marks.length < MOST_MARKS) followed.marks.push({ atMs, bytes });
    }
  };
  const between = async (fromMs: number, toMs: number): Promise<PrintedLines[]> => {
    await mark();
    const found: PrintedLines[] = [];
    for (const [path, { service, marks }] of logs) {
      const from = marks.findLast(({ atMs }) => atMs <= fromMs)?.bytes ?? 0;
      const to = marks.find(({ atMs }) => atMs >= toMs)?.bytes ?? marks.at(-1)?.bytes ?? 0;
      // Beyond its head a log is a ring, where no place says when it was written.
      const whole = (await Promise.all(segmentPaths(path).map((one) => ports.files.exists(one).catch(() => false)))).includes(true);
      if (to <= from && whole) continue;
      const printed = new Printed();
      const text = await readBytes(ports.files.stream(path), { from, to }).catch(() => '');
      for (const line of text.split(/\r?\n/)) printed.add(line);
      found.push(...printed.of(service, redact));
    }
    return found;
  };
  return { mark, between };
}

/** The text of a part of a stream, as far as it is looked at. */
async function readBytes(stream: Readable, { from, to }: { from: number; to: number }): Promise<string> {
  const end = Math.min(to, from + MOST_BYTES);
  const parts: Buffer[] = [];
  let at = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (at + chunk.length > from) parts.push(chunk.subarray(Math.max(0, from - at), Math.max(0, end - at)));
      at += chunk.length;
      if (at >= end) break;
    }
  } finally {
    stream.destroy();
  }
  return Buffer.concat(parts).toString('utf8');
}
