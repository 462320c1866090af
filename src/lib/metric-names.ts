const WORDS = new Set('and or unless bool offset by without on ignoring group_left group_right inf nan start end atan2'.split(' '));

/**
 * Names of the metrics in a PromQL expression: what stands there by itself, and is neither a function, a label, a keyword nor a
 * number (https://prometheus.io/docs/prometheus/latest/querying/basics/). None of an expression that asks whether something is absent.
 */
export function metricNames(expression: string): string[] {
  if (expression.length > 20_000 || /\babsent(?:_over_time)?\s*\(/.test(expression)) return [];
  const bare = expression
    .replaceAll(/#[^\n]*/g, ' ')
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""')
    .replaceAll(/\{[^{}]*\}/g, ' ')
    .replaceAll(/\[[^[\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/gi, ' ');
  const names: string[] = [];
  for (const match of bare.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)(\s*\()?/g)) {
    const name = match[1] ?? '';
    if (match[2] === undefined && !WORDS.has(name.toLowerCase())) names.push(name);
  }
  return [...new Set(names)];
}
