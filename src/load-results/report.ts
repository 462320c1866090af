import { readJson, wanting, type JsonPath } from '../lib/json-stream.ts';
import { eachLine, type Line } from '../lib/lines.ts';
import { JSON_LIMITS } from '../model/limits.ts';
import type { Reported } from '../model/load-results.ts';
import type { Emit } from './contract.ts';

/** What the readers of the formats share. */

/** Hands over the values at some places of a document; `false` where it could not be read to its end, which is then said. */
export async function readDocument(
  text: AsyncIterable<string>,
  { places, value, emit }: { places: readonly string[]; value: (path: JsonPath, value: unknown) => void; emit: Emit },
): Promise<boolean> {
  const { trouble } = await readJson(text, { begin: wanting(...places), value }, JSON_LIMITS);
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
  return trouble === undefined;
}

/** The beginning of a text, for a format with several dialects, and the text again from its beginning; `undefined` where there is none. */
export async function begun(text: AsyncIterable<string>): Promise<{ first: string; text: AsyncIterable<string> } | undefined> {
  const chunks = text[Symbol.asyncIterator]();
  let first = '';
  while (first.length < HEAD) {
    const next = await chunks.next();
    if (next.done === true) break;
    first += next.value;
  }
  return first === '' ? undefined : { first, text: again(first, chunks) };
}

const HEAD = 2_000;

async function* again(first: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Characters of one line: with a URL and an error in it. */
const LINE = 200_000;

/** Hands over whole lines that are not empty; `read` tells what is wrong with one. One thing that is wrong is enough: it is said and ends the reading. */
export async function readLines(text: AsyncIterable<string>, emit: Emit, read: (line: string) => string | undefined): Promise<void> {
  await eachLine(text, LINE, ({ text: line, number, cut, unfinished }: Line): boolean => {
    if (line.trim() === '') return true;
    const reason = cut ? 'hostile' : unfinished ? 'truncated' : 'malformed';
    const wrong = cut ? `has more than ${LINE} characters` : unfinished ? 'ends in the middle' : read(line);
    if (wrong !== undefined) emit({ type: 'gap', reason, message: `line ${number} ${wrong}` });
    return wrong === undefined;
  });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

type Distribution = Omit<Reported, 'tool'>;

/** A distribution from the names that a tool gives its numbers; `undefined` where it gives none. `part` reads a percentile's name. */
export function distributionOf(
  values: Readonly<Record<string, unknown>>,
  { part, mean }: { part: (name: string) => number | undefined; mean: string },
): Distribution | undefined {
  const quantiles = Object.entries(values).flatMap(([name, value]): [number, number][] => {
    const [at, number] = [part(name), numberOf(value)];
    return at === undefined || number === undefined || at < 0 || at > 1 ? [] : [[at, number]];
  });
  const [average, min, max] = [values[mean], values['min'], values['max']].map(numberOf);
  if (quantiles.length === 0 && average === undefined && max === undefined) return undefined;
  return {
    quantiles: [...new Map(quantiles)],
    ...(average === undefined ? {} : { mean: average }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}
