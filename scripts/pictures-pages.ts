import { marked } from 'marked';

/** Pages for the camera: our own small likeness of what GitHub and a terminal show. */

const FONT = `-apple-system,"Segoe UI","Noto Sans","Liberation Sans",Helvetica,Arial,sans-serif`;
const MONO = `ui-monospace,"DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace`;

const COMMENT = `
body{margin:0;padding:16px;background:#fff;color:#1f2328;font:14px/1.5 ${FONT};overflow-wrap:break-word}
.box{border:1px solid #d1d9e0;border-radius:6px}.head{background:#f6f8fa;border-bottom:1px solid #d1d9e0;padding:8px 16px;color:#59636e;border-radius:6px 6px 0 0}
.head b{color:#1f2328}.body{padding:16px}.body>:first-child{margin-top:0}.body>:last-child{margin-bottom:0}
h3{font-size:1.25em;line-height:1.25;margin:24px 0 16px}h4{font-size:1em}p,ul,details,pre{margin:0 0 16px}table{margin:0 0 16px;display:block;max-width:100%;overflow:auto;border-collapse:collapse;width:max-content}
th,td{padding:6px 13px;border:1px solid #d1d9e0}th{font-weight:600;text-align:left}tr:nth-child(2n){background:#f6f8fa}ul{padding-left:2em}
sub code{font-size:inherit}.sign{display:inline-block;width:1.1em;height:1.1em;line-height:1.1em;text-align:center;color:#fff;font-style:normal}.stop{background:#dd2e44;border-radius:50%}.go{background:#3aa655;border-radius:4px}
code{font:85%/1.45 ${MONO};background:#818b981f;padding:.2em .4em;border-radius:6px}pre{padding:16px;overflow:auto;background:#f6f8fa;border-radius:6px}pre code{background:none;padding:0}
sub{font-size:75%;line-height:0}summary{cursor:pointer}`;

/** The comment as a pull request shows it. `open`: how many of the folds are unfolded. */
export function commentPage(markdown: string, { open = 0 } = {}): string {
  let left = open;
  const body = marked
    .parse(markdown, { async: false, gfm: true, breaks: true })
    .replace(/<details>/g, (tag) => (left-- > 0 ? '<details open>' : tag))
    // Few machines that build have a font with these two.
    .replace('⛔', '<i class="sign stop">–</i>')
    .replace('✅', '<i class="sign go">✓</i>');
  return page(COMMENT, `<div class="box"><div class="head"><b>github-actions</b> bot commented</div><div class="body">${body}</div></div>`);
}

const TERMINAL = `body{margin:0;padding:16px;background:#0d1117}pre{margin:0;color:#e6edf3;font:13px/1.45 ${MONO};white-space:pre-wrap;overflow-wrap:anywhere}
.c1{font-weight:700}.c2{opacity:.65}.c31{color:#ff7b72}.c32{color:#56d364}.c33{color:#e3b341}.c36{color:#76e3ea}`;

/** Terminal output with its colours. */
export function terminalPage(output: string): string {
  let open: string[] = [];
  // oxlint-disable-next-line no-control-regex
  const body = output.split(/(\u001B\[[\d;]*m)/).map((part) => {
    // oxlint-disable-next-line no-control-regex
    const codes = /^\u001B\[([\d;]*)m$/.exec(part)?.[1]?.split(';');
    if (!codes) return part === '' ? '' : `<span class="${open.map((code) => `c${code}`).join(' ')}">${escaped(part)}</span>`;
    for (const code of codes) open = styled(open, code);
    return '';
  });
  return page(TERMINAL, `<pre>${body.join('')}</pre>`);
}

/** A page on a phone: its first two screens, side by side. `file` is its URL. */
export function phonePage(file: string, { width, height }: { width: number; height: number }): string {
  const screen = (index: number) =>
    `<div class="phone"><iframe scrolling="no" style="margin-top:${-index * height}px;height:${(index + 1) * height}px" src="${escaped(file)}"></iframe></div>`;
  return page(
    `body{margin:0;padding:16px;background:#d0d7de;display:flex;gap:16px}.phone{width:${width}px;height:${height}px;overflow:hidden;border-radius:12px;background:#fff}iframe{border:0;width:${width}px;display:block}`,
    screen(0) + screen(1),
  );
}

/** Codes of ECMA-48 that are on after `code`. */
function styled(open: readonly string[], code: string): string[] {
  if (code === '0' || code === '') return [];
  if (code === '22') return open.filter((other) => other !== '1' && other !== '2');
  if (code === '39') return open.filter((other) => !/^[39]\d$/.test(other));
  return [...open, code];
}

function page(style: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>-</title><style>${style}</style></head><body>${body}</body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
