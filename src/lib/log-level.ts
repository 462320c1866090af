/** What any line holds that can say by its level that it is critical: one cheap look at every other line. */
const HINT = /crit|fatal|panic|emerg|alert|"(?:level|severity|s)"|^F\d{4} |^F, |^FATA\[|^PANI\[|\bFTL\b|\bPNC\b/i;

/** Characters in which a level stands, if it does. */
const LOOKED_AT = 400;
const WORDS = 'critical|crit|fatal|panic|dpanic|emergency|emerg|alert';
const NAMED = new RegExp(`^(?:${WORDS})$`, 'i');
/** A time, a date, a process id, a thread, a logger: whatever stands before the level of a line. */
const LEAD = String.raw`(?:(?:(?=\S{0,40}\d)[^\s"'=]{1,41}|\[?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))[ \t]+(?:\|[ \t]+)?){0,6}`;

/**
 * Places of a level in lines that are not JSON. A level is never a word of a sentence: it stands alone at its place, in the spelling of
 * its logger (`alert=ApiDown` and `Fatal attraction` are none).
 */
const PLACES: readonly RegExp[] = [
  // logfmt: level=fatal, lvl=crit, severity="critical".
  new RegExp(String.raw`(?:^|\s)(?:level|lvl|severity|loglevel|log\.level)="?(${WORDS})"?(?=\s|$)`, 'i'),
  // Python's default (CRITICAL:root:…), and `2026-01-01 10:00:00,000 - app - CRITICAL - …`.
  /^(CRITICAL|FATAL):[\w.-]+:/,
  /^\d{4}-\d\d-\d\d[^|]{0,60}? - [\w.]+ - (CRITICAL|FATAL) - /,
  // A level in brackets behind times and ids: gunicorn, nginx, structlog, Elixir, log4j, Apache ([core:crit]).
  new RegExp(
    String.raw`^${LEAD}\[(?:\w{1,30}:)?(CRITICAL|FATAL|PANIC|EMERG|EMERGENCY|ALERT|CRIT|critical|crit|emerg|emergency|alert|fatal) *\]`,
  ),
  // A level in capitals behind a time: log4j, logback, zerolog's console, spdlog.
  new RegExp(String.raw`^\[?\d[\w.:,+/ -]{6,40}\]?[ \t|]+(?:\[[^\]]{0,80}\][ \t]+)?(FATAL|CRITICAL|FTL|PNC)\b[ \t|:-]`),
  // .NET: crit: Shop.Api[0].
  /^(crit): [\w.]+\[\d+\]/,
  // klog and glog: F0102 15:04:05.678901 1 main.go:12] …
  /^(F)\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w./-]+:\d+\] /,
  // Ruby: F, [2026-01-01T10:00:00.000000 #1] FATAL -- : …
  /^F, \[[^\]]{1,60}\] +(FATAL) -- /,
  // Monolog: [2026-01-01T10:00:00+00:00] app.CRITICAL: …
  /^\[\d{4}-[^\]]{1,50}\] [\w-]+\.(CRITICAL|ALERT|EMERGENCY): /,
  // logrus and zap with a terminal: FATA[0003] …
  /^(FATA|PANI)\[\d{4}\] /,
  // V8: FATAL ERROR: Reached heap limit Allocation failed.
  /^(FATAL ERROR): .{0,120}(?:heap|memory|Allocation)/,
];

/** PostgreSQL says FATAL of every session that it ends (a wrong password, its own stop): only what its resources cause is critical. */
const POSTGRES = /^(?:.{0,120}[\s\]])?(FATAL|PANIC): {2}(.*)/;
const POSTGRES_CAUSES =
  /too many (?:clients|connections)|remaining connection slots|out of memory|No space left|could not (?:write|fsync|extend|open|access|map|create)|data directory|invalid page|lock file .* already exists/i;
/** What nginx calls critical and is its client's doing, or its own stop. */
const NGINX_CLIENTS = /SSL_do_handshake\(\) failed|SSL_read\(\) failed|while SSL handshaking|open socket #\d+ left in connection/;

/** The level under which a line is critical (worse than an error), as it is written; `undefined` for every other line. */
export function criticalLevel(whole: string): string | undefined {
  if (!HINT.test(whole)) return undefined;
  const json = whole.startsWith('{') ? jsonLevel(whole) : undefined;
  if (json !== undefined) return json === '' ? undefined : json;
  const line = whole.slice(0, LOOKED_AT);
  const [, postgres, said = ''] = POSTGRES.exec(line) ?? [];
  if (postgres !== undefined) return postgres === 'PANIC' || POSTGRES_CAUSES.test(said) ? postgres : undefined;
  for (const place of PLACES) {
    const level = place.exec(line)?.[1];
    if (level !== undefined) return NGINX_CLIENTS.test(line) ? undefined : level;
  }
  return undefined;
}

/** Empty where the line is JSON and its level is none of ours; `undefined` where it is no JSON. */
function jsonLevel(line: string): string | undefined {
  const parsed = objectOf(line);
  if (parsed === undefined) return undefined;
  const nested = parsed['log'];
  const level =
    [
      parsed['level'],
      parsed['severity'],
      parsed['lvl'],
      parsed['levelname'],
      parsed['log.level'],
      parsed['loglevel'],
      parsed['Level'],
    ].find((one) => one !== undefined) ??
    (typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>)['level'] : undefined);
  if (typeof level === 'string') return NAMED.test(level) ? level : '';
  // bunyan and pino count to 60; GELF has the levels of syslog, where 0 to 2 are critical.
  if (typeof level === 'number') {
    if ('time' in parsed && ('pid' in parsed || 'hostname' in parsed) && level >= 60) return String(level);
    if ('short_message' in parsed && 'version' in parsed && level >= 0 && level <= 2) return String(level);
    return '';
  }
  // MongoDB: https://www.mongodb.com/docs/manual/reference/log-messages/
  if (parsed['s'] === 'F' && 'c' in parsed && 'msg' in parsed) return 'F';
  return '';
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
