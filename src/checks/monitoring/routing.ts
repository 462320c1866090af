import type { Route } from '../repository/monitoring.ts';

/** Receivers that an alert with these labels reaches, as Alertmanager walks the tree: https://prometheus.io/docs/alerting/latest/configuration/#route */
export function receiversFor(root: Route, labels: Readonly<Record<string, string>>): string[] {
  return walk(root, { labels, inherited: root.receiver ?? '', depth: 0 });
}

interface Walk {
  readonly labels: Readonly<Record<string, string>>;
  readonly inherited: string;
  readonly depth: number;
}

function walk(route: Route, { labels, inherited, depth }: Walk): string[] {
  const own = route.receiver ?? inherited;
  if (depth > 20) return [own];
  const reached: string[] = [];
  for (const child of route.routes) {
    if (!matches(child, labels)) continue;
    reached.push(...walk(child, { labels, inherited: own, depth: depth + 1 }));
    if (!child.continues) break;
  }
  return reached.length > 0 ? reached : [own];
}

function matches({ matchers, match }: Route, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(match).every(([name, value]) => (labels[name] ?? '') === value) &&
    matchers.flatMap(split).every((matcher) => holds(matcher, labels))
  );
}

function split(matcher: string): string[] {
  return matcher
    .replace(/^\{(.*)\}$/s, '$1')
    .split(/,(?=\s{0,8}[A-Za-z_]\w*\s{0,8}[=!])/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** A pattern that is more than alternatives of words may mean anything: it is taken as matching, which finds less. */
function holds(matcher: string, labels: Readonly<Record<string, string>>): boolean {
  const found = /^"?(\w+)"?\s*(=~|!~|!=|=)\s*"?(.*?)"?$/s.exec(matcher);
  if (!found) return true;
  const [, name = '', operator, value = ''] = found;
  const actual = labels[name] ?? '';
  switch (operator) {
    case '=':
      return actual === value;
    case '!=':
      return actual !== value;
    default: {
      if (!/^[\w|.-]*$/.test(value)) return true;
      const among = value.split('|').includes(actual) || value === '.*';
      return operator === '=~' ? among : !among;
    }
  }
}
