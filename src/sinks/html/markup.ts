import { html as escaped, htmlProse } from '../../lib/markdown.ts';
import { visible } from '../../lib/text.ts';

/** A table that scrolls by itself where the page is narrow; the first cell of a row is its header. `caption` is for who cannot see it. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const top = head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const body = rows.map(
    ([first = '', ...rest]) => `<tr><th scope="row">${cell(first)}</th>${rest.map((text) => `<td>${cell(text)}</td>`).join('')}</tr>`,
  );
  return `<div class="wide" tabindex="0" role="region" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption><thead><tr>${top}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`;
}

/** Marks are read out as words; their colour is the reader's second hint, not the only one. */
const MARKS: Readonly<Record<string, readonly [cssClass: string, word: string]>> = {
  '✓': ['pass', 'passed'],
  '✗': ['blocked', 'failed'],
  '?': ['unknown', 'not known'],
};

function cell(text: string): string {
  const [, mark = '', rest = ''] = /^(.)(?: (.*))?$/s.exec(text) ?? [];
  const known = MARKS[mark];
  if (known === undefined) return escaped(text);
  return `<span class="${known[0]}" role="img" aria-label="${known[1]}">${mark}</span>${rest === '' ? '' : ` ${escaped(rest)}`}`;
}

/** A part of the page, with a place to jump to; nothing when it has nothing to say. */
export function section(title: string, body: string): string {
  return body === '' ? '' : `<section id="${anchorOf(title)}"><h2>${escaped(title)}</h2>\n${body}\n</section>`;
}

/** `Blocks (3)` → `blocks`: a place that stays the same from run to run. */
export function anchorOf(title: string): string {
  return title
    .replace(/\(.*|:.*/, '')
    .trim()
    .toLowerCase()
    .replace(/[^a-z]+/g, '-');
}

export function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${htmlProse(item)}</li>`).join('')}</ul>`;
}

/** What is folded away until somebody asks for it. */
export function folded(summary: string, body: string): string {
  return body === '' ? '' : `<details><summary>${escaped(summary)}</summary>\n${body}\n</details>`;
}

/** Text with its line breaks and its indentation. */
export function block(text: string): string {
  return visible(text)
    .split('\n')
    .map((line) => `${/^[ \t]*/.exec(line)?.[0] ?? ''}${escaped(line)}`)
    .join('\n');
}
