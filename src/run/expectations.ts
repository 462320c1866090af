import { atPath, containsJson, parseJson } from '../lib/json.ts';
import type { StepPlugin, StepReply } from '../journeys/contract.ts';
import type { Expectation, Miss } from '../model/journey.ts';
import { formatLimit, formatQuantity, keeps, type Limit } from '../model/limit.ts';

export type Measured = StepReply & { readonly tokens?: number | undefined };

/** Everything that a step's reply did not keep, both numbers shown. A step that failed outright has just that to tell. */
export function checkStep(reply: Measured, expect: Expectation, accepts: StepPlugin['accepts']): readonly Miss[] {
  if (reply.failure) return [reply.failure];
  const status = checkStatus(reply.status, expect.status, accepts);
  // Of the thousands of steps in a second of a load, most expect nothing else.
  if (isOnlyStatus(expect)) return status;
  const texts = checkReply(reply, expect);
  const limits = checkLimits(reply, expect);
  const headers = expect.headers === undefined ? NONE : checkHeaders(reply.headers ?? {}, expect.headers);
  return [status, limits, texts, headers].every(({ length }) => length === 0) ? NONE : [...status, ...limits, ...texts, ...headers];
}

function checkLimits({ durationMs, tokens, bytes }: Measured, expect: Expectation): readonly Miss[] {
  if (expect.within === undefined && expect.tokens === undefined && expect.bytes === undefined) return NONE;
  return [
    ...checkLimit('within', durationMs, expect.within),
    ...checkLimit('tokens', tokens, expect.tokens),
    ...checkLimit('bytes', bytes, expect.bytes),
  ];
}

const NONE: readonly Miss[] = [];

function isOnlyStatus({ within, tokens, bytes, reply, headers, contains }: Expectation): boolean {
  const texts = reply === undefined && headers === undefined && contains === undefined;
  return texts && within === undefined && tokens === undefined && bytes === undefined;
}

/** A number against its limit; a number that was never measured does not keep it. */
export function checkLimit(what: 'within' | 'tokens' | 'bytes', measured: number | undefined, limit: Limit | undefined): Miss[] {
  if (!limit || (measured !== undefined && keeps(measured, limit))) return [];
  return [{ what, measured: measured === undefined ? 'not measured' : formatQuantity(measured, limit.unit), expected: formatLimit(limit) }];
}

/** Values taken out of a reply, and the paths at which there was nothing. */
export function capture(text: string, paths: Readonly<Record<string, string>>): { values: Record<string, string>; misses: Miss[] } {
  const wanted = Object.entries(paths);
  const body = wanted.length === 0 ? undefined : parseJson(text);
  const values: Record<string, string> = {};
  const misses: Miss[] = [];
  for (const [name, path] of wanted) {
    const value = atPath(body, path);
    if (value === undefined || value === null)
      misses.push({ what: 'capture', measured: `nothing at ${path}`, expected: `a value for {{${name}}}` });
    else values[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return { values, misses };
}

function checkStatus(status: number | undefined, wanted: readonly number[] | undefined, accepts: StepPlugin['accepts']): readonly Miss[] {
  if (wanted === undefined) {
    return status === undefined || accepts(status) ? NONE : [{ what: 'status', measured: String(status), expected: 'a successful status' }];
  }
  return status !== undefined && wanted.includes(status)
    ? NONE
    : [{ what: 'status', measured: String(status ?? 'none'), expected: wanted.join(' or ') }];
}

/** The text of a reply may cost something: it is asked for only where it is looked at. */
function checkReply(measured: Measured, { reply, contains = [] }: Expectation): readonly Miss[] {
  if (reply === undefined && contains.length === 0) return NONE;
  const { text } = measured;
  const misses: Miss[] = [];
  if (reply !== undefined && !containsJson(parseJson(text), reply)) {
    misses.push({ what: 'reply', measured: text.slice(0, 200) || 'an empty body', expected: JSON.stringify(reply) });
  }
  for (const part of contains) {
    if (!text.includes(part)) misses.push({ what: 'contains', measured: text.slice(0, 200) || 'an empty body', expected: part });
  }
  return misses;
}

function checkHeaders(headers: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): Miss[] {
  return Object.entries(wanted).flatMap(([name, value]): Miss[] => {
    const measured = headers[name.toLowerCase()];
    return measured?.includes(value)
      ? []
      : [{ what: 'headers', measured: `${name}: ${measured ?? '(absent)'}`, expected: `${name}: ${value}` }];
  });
}
