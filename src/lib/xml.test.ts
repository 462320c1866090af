import { describe, expect, it } from 'vitest';

import { readXml } from './xml.ts';
import type { XmlEnd } from './xml-reader.ts';
import { xmlRoot } from './xml-root.ts';

describe('readXml', () => {
  it('hands over elements without prefix, and text only where it is asked for', async () => {
    const { log, end } = await read(
      '<?xml version="1.0"?><a><x:keep xmlns:x="u" y="1">one<b>no</b><![CDATA[ <two>]]> &#x33;</x:keep></a>',
      ['keep'],
    );
    expect(log).toEqual(['<a', '<keep xmlns:x=u y=1', '<b', '</b ', '</keep one <two> 3', '</a ']);
    expect(end).toEqual({ tolerated: 0 });
  });

  it.each([
    ['', 'empty', 'the file is empty'],
    ['<a><b>', 'truncated', '1:7: the document ends in the middle (unclosed tag: b)'],
    ['<a>\n<b c="', 'truncated', '2:7: the document ends in the middle (unclosed tag: a)'],
    ['<a>&unknown;</a>', 'malformed', '1:13: undefined entity'],
    ['<a></a>text', 'malformed', '1:8: text data outside of root node'],
    [
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
      'hostile',
      '1:13: the document declares entities or a DTD of its own, which no report needs',
    ],
    ['<a><a><a><a><a><a/></a></a></a></a></a>', 'hostile', '1:20: more than 5 nested elements'],
    [`<${'a'.repeat(10_000)}/>`, 'hostile', expect.stringContaining('a name of thousands of characters')],
    [
      `<a ${Array.from({ length: 5000 }, (_, i) => `a${i}="1"`).join(' ')}/>`,
      'hostile',
      expect.stringContaining('more than 4096 attributes'),
    ],
  ])('ends %.40s as %s', async (xml, reason, message) => {
    const { end } = await read(xml);
    expect(end.trouble).toEqual({ reason, message });
  });

  it('lets through what runners write and strict XML forbids', async () => {
    const { log, end } = await read('\n <a t="x < y">\u0001&#27;</a>', ['a']);
    expect(log[0]).toMatch(/^<a t=x/);
    expect(end.trouble).toBeUndefined();
    expect(end.tolerated).toBeGreaterThan(1);
  });

  it('passes over a DOCTYPE that only names a DTD', async () => {
    const { end } = await read('<!DOCTYPE a PUBLIC "-//X//EN" "a.dtd"><a/>');
    expect(end.trouble).toBeUndefined();
  });

  it('passes over a DOCTYPE whose own list of declarations is empty', async () => {
    for (const own of ['[]', '[ ]', ' [\n] ', '[] ']) {
      const xml = `<!DOCTYPE a PUBLIC "-//X//EN" "a.dtd"${own}><a/>`;
      const { log, end } = await read(xml);
      expect({ log, trouble: end.trouble }, own).toEqual({ log: ['<a', '</a '], trouble: undefined });
    }
  });

  it.each(['[<!ELEMENT a ANY>]', '[ %x; ]', '[][]', '[', '] ['])('refuses the list of declarations %s', async (own) => {
    const { end } = await read(`<!DOCTYPE a ${own}><a/>`);
    expect(end.trouble?.reason).toBe('hostile');
  });

  it('streams the text of an element, unbounded, with or without keeping it', async () => {
    const log: string[] = [];
    const streamed: Record<string, string> = {};
    const xml = `<r><a>x &lt; <b>no</b>\r\n<![CDATA[${'y'.repeat(10_000)}]]></a><c>keep<a>in</a></c></r>`;
    await readXml(
      pieces(xml),
      {
        open: (name) => (name === 'a' ? 'stream' : name === 'c' ? 'both' : false),
        close: (name, text) => void log.push(`${name} ${text}`),
        text: (name, piece) => void (streamed[name] = (streamed[name] ?? '') + piece),
      },
      { depth: 5, text: 20 },
    );
    expect(streamed).toEqual({ a: `x < \n${'y'.repeat(10_000)}in`, c: 'keep' });
    expect(log).toEqual(['b ', 'a ', 'a ', 'c keep', 'r ']);
  });

  it('bounds the text of an element', async () => {
    const { log } = await read(`<a>${'x'.repeat(100_000)}</a>`, ['a']);
    expect(log[1]).toBe(`</a ${'x'.repeat(20)}`);
  });
});

describe('xmlRoot', () => {
  it.each([
    ['<?xml version="1.0"?>\n<!-- <x> -->\n<!DOCTYPE a [ <!ELEMENT a ANY> ]>\n<n:a b="1">', 'a'],
    ['<testsuites/>', 'testsuites'],
    ['text', undefined],
    ['{"a": "<b>"}', undefined],
    ['<!-- never ends', undefined],
    ['<html', undefined],
  ])('%.20s', (head, name) => {
    expect(xmlRoot(head)?.name).toBe(name);
  });
});

async function read(xml: string, wanted: readonly string[] = []): Promise<{ log: string[]; end: XmlEnd }> {
  const log: string[] = [];
  const end = await readXml(
    pieces(xml),
    {
      open: (name, attributes) => {
        log.push(['<' + name, ...Object.entries(attributes).map(([key, value]) => `${key}=${value}`)].join(' '));
        return wanted.includes(name);
      },
      close: (name, text) => void log.push(`</${name} ${text}`),
    },
    { depth: 5, text: 20 },
  );
  return { log, end };
}

async function* pieces(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 4000) yield await Promise.resolve(text.slice(at, at + 4000));
}
