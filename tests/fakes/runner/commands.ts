/** A workflow command: `::name key=value::data`, or the older `##[name key=value]data`. */
export interface Command {
  name: string;
  properties: Record<string, string>;
  data: string;
}

/** https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs */
const NAMES = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]);

const DATA: [code: string, text: string][] = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
];
const PROPERTY: typeof DATA = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
];
const OLD: typeof DATA = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
];

function unescape(text: string, codes: typeof DATA): string {
  return codes.reduce((result, [code, plain]) => result.replaceAll(code, plain), text);
}

function parse(info: string, data: string, separator: string, codes: typeof DATA, names: Set<string>): Command | undefined {
  const space = info.indexOf(' ');
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase();
  if (!names.has(name)) return undefined;
  const properties: Record<string, string> = {};
  for (const pair of space < 0
    ? []
    : info
        .slice(space + 1)
        .trim()
        .split(separator)) {
    const equals = pair.indexOf('=');
    if (equals > 0 && equals < pair.length - 1) properties[pair.slice(0, equals)] = unescape(pair.slice(equals + 1), codes);
  }
  return { name, properties, data };
}

/** The command in a line, if the runner would see one there. `extra` is the token that ends stop-commands. */
export function parseCommand(line: string, extra?: string): Command | undefined {
  const names = extra === undefined ? NAMES : new Set([extra.toLowerCase()]);
  const trimmed = line.trimStart();
  const end = trimmed.startsWith('::') ? trimmed.indexOf('::', 2) : -1;
  if (end > 0) {
    const found = parse(trimmed.slice(2, end), unescape(trimmed.slice(end + 2), DATA), ',', PROPERTY, names);
    if (found !== undefined) return found;
  }
  const old = line.indexOf('##[');
  const close = old < 0 ? -1 : line.indexOf(']', old);
  return close < 0 ? undefined : parse(line.slice(old + 3, close), unescape(line.slice(close + 1), OLD), ';', OLD, names);
}
