import { cut, oneLine, visible } from './text.ts';

/*
 * Names and messages come from reports, containers and pull requests of strangers: none of them may format, link,
 * mention, embed or break out of the place where it is shown.
 */

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const ZERO_WIDTH_SPACE = '\u200B';

/** Plain text in a Markdown paragraph or table cell. */
export function text(value: string): string {
  return (
    unlinked(oneLine(value))
      .replace(/[&<>]/g, entity)
      // A backslash before a pipe would open the table cell again, and a backtick could close code: these become entities.
      .replace(/[\\|$`]/g, (character) => `&#${character.codePointAt(0)};`)
      .replace(/[*[\]~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (character) => `\\${character}`)
      .replace(/^([#+=-]|\d+[.)]\s)/, `${ZERO_WIDTH_SPACE}$1`)
  );
}

/** Text of ours with names between backticks: the names become code, all else is escaped. */
export function prose(value: string): string {
  const parts = oneLine(value).split('`');
  // An odd backtick out is only a character.
  if (parts.length % 2 === 0) return text(value);
  return parts.map((part, index) => (index % 2 === 1 && part !== '' ? code(part) : spaced(part, text))).join('');
}

/** A name as code, in a paragraph or table cell: GitHub links nothing inside. */
export function code(value: string): string {
  const line = oneLine(value) || '(empty)';
  // A pipe ends a table cell even inside backticks, and a backslash before it unescapes it: such names become entities.
  if (!/[`|\\]/.test(line)) return `\`${line}\``;
  return `<code>${line.replace(/[^\p{L}\p{N} ,:;/-]/gu, (character) => `&#${character.codePointAt(0)};`)}</code>`;
}

/** Text inside an HTML tag, such as `<summary>`, where Markdown is not read. */
export function html(value: string): string {
  return unlinked(oneLine(value)).replace(/[&<>"']/g, entity);
}

/** `prose` for such a place. */
export function htmlProse(value: string): string {
  const parts = oneLine(value).split('`');
  if (parts.length % 2 === 0) return html(value);
  return parts.map((part, index) => (index % 2 === 1 && part !== '' ? `<code>${html(part)}</code>` : spaced(part, html))).join('');
}

/** A block shown as it is; its fence is longer than any run of backticks inside. */
export function fenced(value: string, language = ''): string {
  const body = visible(value).trimEnd();
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}

/** A folded part; `summary` is HTML, already escaped. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body.trim()}\n\n</details>`;
}

/** A table; cells are Markdown, already escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\n/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A label inside a Mermaid diagram: letters, digits and a few harmless signs. */
export function mermaidLabel(value: string): string {
  const label = cut(oneLine(value).replace(/[^\p{L}\p{N} ._/()-]/gu, '_'), 40).trim() || '_';
  return /^(section|title|click|call|href|gantt|end|date|axis|exclude|include|today|tick|week|inclusive|topAxis|acc|display|done|active|crit|milestone)/i.test(
    label,
  )
    ? `- ${label}`
    : label;
}

/** Escapes and keeps the spaces at both ends, which stand next to code. */
function spaced(part: string, escape: (value: string) => string): string {
  return `${/^\s/.test(part) ? ' ' : ''}${escape(part)}${/\S\s$/.test(part) ? ' ' : ''}`;
}

/** Breaks what GitHub would turn into a link by itself: mentions, issues, addresses. */
function unlinked(value: string): string {
  return value
    .replace(/@(?=[\w-])/g, `@${ZERO_WIDTH_SPACE}`)
    .replace(/#(?=\d)/g, `#${ZERO_WIDTH_SPACE}`)
    .replace(/\b(GH)-(?=\d)/gi, `$1-${ZERO_WIDTH_SPACE}`)
    .replace(/\b(https?|ftp|mailto|xmpp):/gi, `$1${ZERO_WIDTH_SPACE}:`)
    .replace(/\bwww\./gi, `www${ZERO_WIDTH_SPACE}.`);
}

function entity(character: string): string {
  return ENTITIES[character] ?? character;
}
