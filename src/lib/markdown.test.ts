import { expect, test } from 'vitest';

import { code, fenced, folded, html, htmlProse, mermaidLabel, prose, table, text } from './markdown.ts';

const Z = '\u200B';

test('text formats nothing, links nothing, mentions nobody', () => {
  expect(text('*a* _b_ [c](http://d) <e> | \\ ` ~')).toBe(`\\*a\\* \\_b\\_ \\[c\\](http${Z}://d) &lt;e&gt; &#124; &#92; &#96; \\~`);
  expect(text('snake_case @user #12 GH-3 www.x.y $x$')).toBe(`snake_case @${Z}user #${Z}12 GH-${Z}3 www${Z}.x.y &#36;x&#36;`);
  expect([text('# a'), text('1. a'), text('- a'), text('1.5 s')]).toEqual([`${Z}# a`, `${Z}1. a`, `${Z}- a`, '1.5 s']);
});

test('code keeps its cell and its fence', () => {
  expect([code('plain'), code('a|b'), code('a`b'), code('a\\'), code(' ')]).toEqual([
    '`plain`',
    '<code>a&#124;b</code>',
    '<code>a&#96;b</code>',
    '<code>a&#92;</code>',
    '`(empty)`',
  ]);
  expect(fenced('```\nx\n````')).toBe('`````\n```\nx\n````\n`````');
});

test('prose shows names between backticks as code, and an odd backtick as itself', () => {
  expect(prose('`a*b` fails at <c>')).toBe('`a*b` fails at &lt;c&gt;');
  expect(prose('a ` b')).toBe('a &#96; b');
  expect(htmlProse('run `x<y` now')).toBe('run <code>x&lt;y</code> now');
});

test('HTML, folds, tables and diagram labels', () => {
  expect(html('<b>"&\'@x')).toBe(`&lt;b&gt;&quot;&amp;&#39;@${Z}x`);
  expect(folded('s', 'b')).toBe('<details><summary>s</summary>\n\nb\n\n</details>');
  expect(table(['a', 'b'], [['1', '2\n3']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 3 |');
  expect([mermaidLabel('section: x;#"'), mermaidLabel(''), mermaidLabel('api-1 up')]).toEqual(['- section_ x___', '_', 'api-1 up']);
});
