import { eachLine } from '../lib/lines.ts';
import { decode, newDecoding } from '../lib/decode.ts';
import type { Files } from '../ports/index.ts';
import type { DiagnosticJournal, Origin } from './journal.ts';

/** Characters of one line that are looked at. */
const LINE = 4_000;

/** What loggers and engines put before a line: `api-1  | `, a time stamp. */
const PREFIX = /^(?:[\w.-]{1,80}\s+\| ?)?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)? ?)?/;
/** Colours of loggers, and what Compose clears a line with before it writes one. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with one
const ESCAPES = /\u001B\[[0-9;?]*[A-Za-z]/g;
/** Events of `go test -json`: read by the parser of that format, with the test that printed them. */
const EVENT = /^\{"(?:Time|Action|ImportPath)":/;

/** Looks through a log line by line; a log that cannot be read is an error of the caller's port. */
export async function readLog(files: Files, path: string, { journal, origin, echo, whole }: LogOptions): Promise<void> {
  await eachLine(decode(files.stream(path) as AsyncIterable<Uint8Array>, newDecoding()), LINE, ({ text: raw }) => {
    const text = raw.includes('\u001B') ? raw.replaceAll(ESCAPES, '') : raw;
    if (EVENT.test(text)) return undefined;
    whole?.(text);
    const plain = text.replace(PREFIX, '');
    journal.line(`log ${path}`, plain, origin);
    echo?.(plain);
    return undefined;
  });
  journal.end();
}

export interface LogOptions {
  readonly journal: DiagnosticJournal;
  readonly origin: Origin;
  /** Sees each line without its prefix. */
  readonly echo?: ((line: string) => void) | undefined;
  /** Sees each line as it stands in the log. */
  readonly whole?: ((line: string) => void) | undefined;
}
