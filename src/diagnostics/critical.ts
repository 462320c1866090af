import { criticalLevel } from '../lib/log-level.ts';
import { cut, visible } from '../lib/text.ts';
import type { CriticalLines } from '../model/diagnostic.ts';

/** Patterns that are kept of a run, times of one, and characters of its text. */
const PATTERNS = 100;
const TIMES = 200;
const TEXT = 500;
const SHAPE = 160;

/** What engines put before a line: `api-1  | 2026-11-21T10:00:00.123456789Z `. */
const ENGINE = /^[\w.-]{1,80}\s+\| ?(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) ?)?/;

interface Place {
  readonly source: string;
  readonly service: string;
}

/** Counts the lines of services that are critical by their own level, in little memory whatever streams by. */
export class CriticalLog {
  readonly #redact: (text: string) => string;
  readonly #kept = new Map<string, CriticalLines>();

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  /** One line as it stands in the log. */
  line(text: string, { source, service }: Place): void {
    const [before = '', at] = ENGINE.exec(text) ?? [];
    const said = text.slice(before.length);
    const level = criticalLevel(said);
    if (level === undefined) return;
    const pattern = shapeOf(this.#redact(said));
    const key = `${service}\0${pattern}`;
    const known = this.#kept.get(key);
    if (known === undefined && this.#kept.size >= PATTERNS) return;
    const entry = known ?? { service, level, pattern, count: 0, first: cut(visible(this.#redact(said)).trim(), TEXT), at: [], source };
    entry.count += 1;
    if (at !== undefined && entry.at.length < TIMES) entry.at.push(at);
    this.#kept.set(key, entry);
  }

  finish(): readonly CriticalLines[] {
    return [...this.#kept.values()].toSorted((a, b) => b.count - a.count);
  }
}

/** The words of a line: without times, numbers, ids and quoted values, so that the same trouble has one name. */
function shapeOf(line: string): string {
  const words = visible(line)
    .replaceAll(
      /"(?:ts|time|timestamp|@timestamp|t|pid|id|trace_?id|span_?id|request_?id)":(?:"[^"]{0,200}"|\{[^}]{0,200}\}|[\d.]+),?/gi,
      '',
    )
    .replaceAll(/\b[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4}\b/gi, '…')
    .replaceAll(/[\d.:,+/-]*\d[\d.:,+/TZ-]*/g, '…')
    .replaceAll(/(?:…\s*)+/g, '… ')
    .trim();
  return cut(words, SHAPE) || '(no text)';
}
