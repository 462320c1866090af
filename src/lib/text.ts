// Escape sequences of terminals: colours, titles, cursor moves (ECMA-48).
// oxlint-disable-next-line no-control-regex -- controls are what is looked for
const ANSI = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[ -/]+[0-~]|[@-Z\\-_])/g;
// Controls, and what reorders or hides text: https://trojansource.codes
// oxlint-disable-next-line no-control-regex -- controls are what is looked for
const INVISIBLE =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|\uDB40[\uDC00-\uDC7F]/g;

/** Text whose every character can be seen: no terminal codes, no controls, no direction marks. Line breaks stay. */
export function visible(text: string): string {
  return text.toWellFormed().replace(ANSI, '').replace(/\r\n?/g, '\n').replace(INVISIBLE, '\uFFFD');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}

/** At most `length` characters, with an ellipsis where something was cut; never splits a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, Math.max(0, length - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A name between backticks, which `prose` shows as code; its own backticks become apostrophes. */
export function quoted(name: string): string {
  return `\`${oneLine(name).replaceAll('`', "'") || '(no name)'}\``;
}

/** `1,204`: independent of the machine's locale. */
export function grouped(value: number): string {
  const [whole = '', part] = String(value).split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part === undefined ? '' : `.${part}`);
}

/** `two words` as the start of a sentence: `Two words`. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `1 test`, `1,204 tests`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(value)} ${value === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function sentenceList(items: readonly string[]): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The first `max` items, and how many more there are. */
export function atMost(items: readonly string[], max: number): string {
  if (items.length <= max) return items.join(', ');
  return `${items.slice(0, max).join(', ')} and ${grouped(items.length - max)} more`;
}

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** `two` up to ten, digits above. */
export function numberWord(value: number): string {
  return WORDS[value] ?? grouped(value);
}

/** One argument as a POSIX shell reads it back. */
export function shellQuote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
