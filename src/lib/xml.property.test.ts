import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';

import { XmlReader, type XmlEnd } from './xml-reader.ts';

// The oracle is saxes, a strict parser. Where ours differs, it is said here.

const LIMITS = { depth: 50, text: 4_000 };

describe('any document', () => {
  it('well-formed ones are read as saxes reads them, wherever they are cut', () => {
    fc.assert(
      fc.property(document(), cuts(), (xml, at) => {
        const expected = saxes(xml);
        expect(expected.ok).toBe(true);
        const { log, end } = ours(xml, at);
        expect(log).toEqual(expected.log);
        expect(end).toEqual({ tolerated: expected.tolerated });
      }),
      { numRuns: 500 },
    );
  });

  it('broken ones end the same wherever they are cut, and are broken to saxes, too', () => {
    fc.assert(
      fc.property(document(), mutations(), cuts(), (xml, changes, at) => {
        const broken = mutate(xml, changes);
        const whole = ours(broken, []);
        const cut = ours(broken, at);
        expect(cut.log).toEqual(whole.log);
        expect(cut.end.trouble).toEqual(whole.end.trouble);
        const expected = saxes(broken);
        // saxes takes all up to the next semicolon for the number of a character.
        if (/&#\w*[^\w;]/.test(broken)) return;
        // saxes drops a `<` from the value of an attribute.
        if (expected.ok)
          expect([whole.end, whole.log.map(withoutLess)]).toEqual([{ tolerated: expected.tolerated }, expected.log.map(withoutLess)]);
        else if (!expected.declaration) expect(whole.end.trouble?.reason).toMatch(/^(?:empty|truncated|hostile|malformed)$/);
      }),
      { numRuns: 3_000 },
    );
  });

  it('and what is no document at all ends, without an exception', () => {
    const piece = fc.constantFrom(
      ...'<>&;!-[]?/="\' \r\n\t:#xa\u0000\u0001é😀'.split(''),
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<!DOCTYPE',
      '<?xml',
      '<a',
      '</a>',
      '&lt;',
      '&#',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), cuts(), (pieces, at) => {
        const xml = pieces.join('');
        expect(ours(xml, at).end.trouble).toEqual(ours(xml, []).end.trouble);
        // One piece at a time, too.
        expect(
          ours(
            xml,
            Array.from(xml, (_, index) => index),
          ).end.trouble,
        ).toEqual(ours(xml, []).end.trouble);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the corpus', () => {
  const folder = join(import.meta.dirname, 'xml-corpus');
  it.each(readdirSync(folder))('%s', (file) => {
    const xml = readFileSync(join(folder, file), 'utf8');
    const reason = /^(truncated|hostile|malformed|fine)-/.exec(file)?.[1];
    const whole = ours(xml, []);
    expect(whole.end.trouble?.reason ?? 'fine').toBe(reason);
    for (let at = 1; at < Math.min(xml.length, 300); at += 1) expect(ours(xml, [at])).toEqual(whole);
    expect(
      ours(
        xml,
        Array.from(xml, (_, index) => index),
      ),
    ).toEqual(whole);
  });
});

describe('memory is bounded and time is linear', () => {
  const million = 'x'.repeat(1_000_000);
  it.each([
    ['a value', '<a b="', million, /unclosed|must contain/],
    ['a value of entities', '<a b="', '&lt;'.repeat(250_000), /must contain/],
    ['a name', '<', million, /a name of thousands/],
    ['an attribute name', '<a ', million, /a name of thousands/],
    ['a closing name', '<a></', million, /a name of thousands/],
    ['blanks in a closing tag', '<a></a', ' '.repeat(1_000_000), /a name of thousands/],
    ['an entity', '<a>&', million, /a name of thousands/],
    ['a comment', '<a><!--', million, /unclosed/],
    ['a comment of hyphens', '<a><!--', ' -'.repeat(500_000), /unclosed/],
    ['an instruction', '<a><?x ', '?'.repeat(1_000_000), /unclosed/],
    ['CDATA', '<a><![CDATA[', ']'.repeat(1_000_000), /unclosed/],
    ['text', '<a>', million, /unclosed/],
    ['text of brackets', '<a>', ']'.repeat(1_000_000), /unclosed/],
    ['a document type', '<!DOCTYPE a "', million, /a name of thousands/],
    ['blanks between attributes', '<a ', ' '.repeat(1_000_000), /must contain/],
    ['blanks around an equals sign', '<a b', ' '.repeat(1_000_000), /must contain/],
  ])('%s of a million characters', (_, start, rest, message) => {
    const reader = new XmlReader({ open: () => true, close: () => undefined }, LIMITS);
    reader.write(start);
    for (let at = 0; at < rest.length && reader.write(rest.slice(at, at + 100)); at += 100) expect(reader.held).toBeLessThan(150_000);
    expect(reader.end().trouble?.message).toMatch(message);
  });

  it('a million names do not make a million shapes', () => {
    const reader = new XmlReader({ open: () => false, close: () => undefined }, LIMITS);
    reader.write('<r>');
    for (let nth = 0; nth < 50_000; nth += 1) reader.write(`<e${nth} a${nth}="1"/>`);
    reader.write('</r>');
    expect(reader.end()).toEqual({ tolerated: 0 });
  });
});

interface Read {
  readonly log: readonly string[];
  readonly end: XmlEnd;
}

function ours(xml: string, cutsAt: readonly number[]): Read {
  const log: string[] = [];
  const reader = new XmlReader(
    {
      open: (name, attributes) => {
        log.push(`<${name} ${JSON.stringify(attributes)}`);
        return wanted(name);
      },
      close: (name, text) => void log.push(`</${name} ${text}`),
    },
    LIMITS,
  );
  let from = 0;
  for (const at of [...cutsAt.map((cut) => cut % (xml.length + 1)).sort((a, b) => a - b), xml.length]) {
    if (!reader.write(xml.slice(from, at))) break;
    from = at;
  }
  return { log, end: reader.end() };
}

function withoutLess(text: string): string {
  return text.replaceAll('<', '');
}

function wanted(name: string): boolean {
  return name.length % 2 === 1;
}

/** The same log by saxes; `declaration`: the XML declaration is not as it must be, which does not matter to us. */
function saxes(xml: string): { ok: boolean; declaration: boolean; log: string[]; tolerated: number } {
  const parser = new SaxesParser({ position: true });
  const log: string[] = [];
  const texts: (string | undefined)[] = [];
  let [ok, declaration, tolerated] = [true, false, 0];
  const add = (text: string): void => {
    const before = texts.at(-1);
    if (before !== undefined) texts[texts.length - 1] = before + text;
  };
  parser.on('error', ({ message }) => {
    if (/disallowed character\.$|malformed character entity\.$|the string "\]\]>"/.test(message)) tolerated += 1;
    else ok = false;
    if (/XML declaration|whitespace required|value required|value must|version|expected|processing instruction/i.test(message))
      declaration = true;
  });
  parser.on('doctype', (text) => {
    if (/[[\]]|<!|ENTITY/i.test(text)) ok = false;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (texts.length >= LIMITS.depth) ok = false;
    log.push(`<${name.replace(/^.*?:/, '')} ${JSON.stringify(attributes)}`);
    texts.push(wanted(name.replace(/^.*?:/, '')) ? '' : undefined);
  });
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', ({ name }) => void log.push(`</${name.replace(/^.*?:/, '')} ${(texts.pop() ?? '').slice(0, LIMITS.text)}`));
  try {
    // saxes reads a beginning that is blank as an error; ours passes over it.
    parser.write(xml.trimStart()).close();
  } catch {
    ok = false;
  }
  return { ok: ok && xml.trim() !== '', declaration, log, tolerated };
}

function cuts(): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(2_000), { maxLength: 12 });
}

/** Replaces, removes or repeats pieces of a text. */
function mutations(): fc.Arbitrary<[number, number, string][]> {
  const text = fc.constantFrom(
    '',
    '<',
    '>',
    '&',
    '"',
    "'",
    '/',
    '=',
    ' ',
    '\n',
    '\r',
    ']]>',
    '<a>',
    '</a>',
    '<!',
    '<?',
    '-',
    '\u0001',
    '<![CDATA[',
    '&#0;',
    '&x;',
    'é',
  );
  return fc.array(fc.tuple(fc.nat(2_000), fc.nat(6), text), { minLength: 1, maxLength: 3 });
}

function mutate(xml: string, changes: readonly (readonly [number, number, string])[]): string {
  return changes.reduce((text, [at, length, insert]) => {
    const from = at % (text.length + 1);
    return (text.slice(0, from) + insert + text.slice(from + length)).toWellFormed();
  }, xml);
}

function document(): fc.Arbitrary<string> {
  const name = fc.constantFrom('a', 'testcase', 'x:failure', 'é1', 'system-out', 'b.c');
  const blank = fc.constantFrom(' ', '\n', '\t', '\r\n', '  ', '\r');
  const maybeBlank = fc.constantFrom('', '', '', ' ', '\n');
  const characters = fc
    .array(
      fc.constantFrom(
        'x',
        'some words ',
        '\n',
        '\r\n',
        '\r',
        '\t',
        '&lt;',
        '&amp;',
        '&#65;',
        '&#x1F600;',
        '&#27;',
        ']]',
        '>',
        'é',
        '😀',
        '"',
        "'",
        '\u0001',
        ']]>',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''));
  const value = characters.map((text) => text.replaceAll('"', ''));
  const attributes = fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom('name', 'time', 'xml:lang', 'message', 'classname', '_', '__proto__'),
        value,
        blank,
        maybeBlank,
        fc.boolean(),
      ),
      { selector: ([key]) => key, maxLength: 4 },
    )
    .map((all) =>
      all
        .map(
          ([key, text, before, around, single]) =>
            `${before}${key}${around}=${around}${single ? `'${text.replaceAll("'", '')}'` : `"${text}"`}`,
        )
        .join(''),
    );
  const cdata = fc.constantFrom(
    '<![CDATA[]]>',
    '<![CDATA[ <a> & ]] > ]]]>',
    '<![CDATA[x\r\ny]]>',
    '<!-- a - b > -->',
    '<!---->',
    '<?pi <a> ??>',
  );
  const { node } = fc.letrec<{ node: string; content: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(name, attributes, maybeBlank).map(([element, own, end]) => `<${element}${own}${end}/>`),
      fc
        .tuple(name, attributes, maybeBlank, tie('content'))
        .map(([element, own, end, inner]) => `<${element}${own}${end}>${inner}</${element}${end}>`),
    ),
    content: fc.array(fc.oneof(characters, cdata, tie('node')), { maxLength: 4 }).map((parts) => parts.join('')),
  }));
  const prolog = fc.constantFrom(
    '',
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<!-- c -->',
    '<!DOCTYPE a>',
    '<!DOCTYPE a PUBLIC "-//X>//EN" \'a.dtd\'>\n',
  );
  return fc.tuple(prolog, node, fc.constantFrom('', '\n', '<!-- end -->\n', '<?pi?>')).map((parts) => parts.join(''));
}
