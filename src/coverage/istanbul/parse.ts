import type { CoverageEvent } from '../contract.ts';
import { arrayOf, isObject, readJsonReport } from '../json-report.ts';
import { count, RecordBuilder } from '../record-builder.ts';

const PARTS = new Set(['path', 'statementMap', 'fnMap', 'branchMap', 's', 'f', 'b']);

/**
 * Lines as istanbul-lib-coverage computes them: a statement counts on the line where it starts, and a line has the hits
 * of its most visited statement. Branches are the arms of `b`, functions those of `f`.
 */
export async function parseIstanbul(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let parts: Record<string, unknown> = {};
  let wrong: string | undefined;
  await readJsonReport(
    text,
    {
      begin: (path, kind) => {
        if (path.length === 0) return 'enter';
        // Early versions wrap each file in `data`.
        const [, key = '', inner] = path;
        if (path.length === 1 || (path.length === 2 && key === 'data' && kind === 'object')) return 'enter';
        const part = key === 'data' ? inner : key;
        return path.length === (key === 'data' ? 3 : 2) && typeof part === 'string' && PARTS.has(part) ? 'want' : 'skip';
      },
      value: (path, value) => {
        parts[String(path.at(-1))] = value;
      },
      end: (path) => {
        if (path.length !== 1) return;
        const file = fileOf(String(path[0]), parts);
        parts = {};
        if (file === undefined) wrong ??= `${String(path[0]).slice(0, 200)}: no statementMap, or counts that do not belong to it`;
        else emit({ type: 'file', record: file.record() });
      },
    },
    { emit },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
}

function fileOf(key: string, { path, statementMap, fnMap, branchMap, s, f, b }: Record<string, unknown>): RecordBuilder | undefined {
  if (!isObject(statementMap) || !isObject(s)) return undefined;
  const file = new RecordBuilder(typeof path === 'string' && path !== '' ? path : key);
  for (const [id, hits] of Object.entries(s)) {
    const line = startOf(statementMap[id]);
    if (line === undefined) continue;
    if (!file.lines.raise(line, ran(hits, statementMap[id]))) return undefined;
  }
  for (const [id, hits] of Object.entries(isObject(f) ? f : {})) {
    const place = isObject(fnMap) ? fnMap[id] : undefined;
    const name = isObject(place) && typeof place['name'] === 'string' ? place['name'] : '';
    file.function(`${id}:${name}`, ran(hits, place) > 0);
  }
  for (const [id, arms] of Object.entries(isObject(b) ? b : {})) {
    const place = isObject(branchMap) ? branchMap[id] : undefined;
    const line = isObject(place) ? (startOf(place['loc']) ?? '') : '';
    const places = isObject(place) ? arrayOf(place['locations']) : [];
    for (const [arm, hits] of arrayOf(arms).entries()) file.branch(`${id}:${line}:${arm}`, ran(hits, places[arm]) > 0);
  }
  return file;
}

/** What is left out by a mark is `skip` to early versions, and counts as run. */
function ran(hits: unknown, place: unknown): number {
  return Math.max(count(hits) ?? 0, isObject(place) && place['skip'] === true ? 1 : 0);
}

/** `{start: {line, column}, end}`. */
function startOf(place: unknown): number | undefined {
  const start = isObject(place) ? place['start'] : undefined;
  const line = isObject(start) ? start['line'] : undefined;
  return typeof line === 'number' ? line : undefined;
}
