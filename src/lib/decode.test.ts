import { expect, it } from 'vitest';

import { decode, newDecoding, type Decoding } from './decode.ts';
import { readReport, type Reading } from './decode-report.ts';
import { eachLine, type Line } from './lines.ts';
import { LineHits } from './lines-hits.ts';

const TEXT = '<?xml version="1.0"?><a>ünï€😀</a>';

it.each<[string, Buffer, string]>([
  ['UTF-8', Buffer.from(TEXT), 'utf-8'],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${TEXT}`), 'utf-8'],
  ['UTF-16 LE', Buffer.from(`\uFEFF${TEXT}`, 'utf16le'), 'utf-16le'],
  ['UTF-16 BE', Buffer.from(`\uFEFF${TEXT}`, 'utf16le').swap16(), 'utf-16be'],
  ['UTF-16 LE without a mark', Buffer.from(TEXT, 'utf16le'), 'utf-16le'],
  ['UTF-16 BE without a mark', Buffer.from(TEXT, 'utf16le').swap16(), 'utf-16be'],
])('decodes %s in pieces of any length', async (_, bytes, encoding) => {
  for (const length of [1, 3, 1000]) {
    const decoding = newDecoding();
    expect(await text(bytes, length, decoding)).toBe(TEXT);
    expect(decoding).toEqual({ encoding, replaced: false, binary: false });
  }
});

it('believes a declared single-byte encoding, and not one that cannot be', async () => {
  const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>', 'latin1');
  expect(await text(latin, 1)).toContain('<a>ü</a>');
  const lying = Buffer.from('<?xml version="1.0" encoding="utf-16"?><a>ü</a>');
  expect(await text(lying, 1000)).toContain('<a>ü</a>');
  expect(await text(Buffer.from('<?xml version="1.0" encoding="klingon"?><a>ü</a>'), 1000)).toContain('<a>ü</a>');
});

it('replaces what is no text, says so, and takes a true U+FFFD for what it is', async () => {
  const broken = newDecoding();
  expect(await text(Buffer.from([0x61, 0x62, 0x63, 0xff, 0x64]), 1000, broken)).toBe('abc\uFFFDd');
  expect(broken.replaced).toBe(true);
  const honest = newDecoding();
  await text(Buffer.from('abc\uFFFDd'), 1000, honest);
  expect(honest.replaced).toBe(false);
  const cut = newDecoding();
  await text(Buffer.from(`${'x'.repeat(299)}\uFFFDd`), 300, cut);
  expect(cut.replaced).toBe(false);
  const both = newDecoding();
  await text(Buffer.concat([Buffer.from('abc\uFFFDd'), Buffer.from([0xff])]), 1000, both);
  expect(both.replaced).toBe(true);
});

it('goes through lines of any kind and holds no more of one than it may', async () => {
  const lines: Line[] = [];
  await eachLine(chunks(Buffer.from('a\r\n\nlong line\nlast'), 2), 6, (line) => void lines.push(line));
  expect(lines).toEqual([
    { text: 'a', number: 1, cut: false, unfinished: false },
    { text: '', number: 2, cut: false, unfinished: false },
    { text: 'long l', number: 3, cut: true, unfinished: false },
    { text: 'last', number: 4, cut: false, unfinished: true },
  ]);
});

it('stops going through lines when told to', async () => {
  let seen = 0;
  await eachLine(chunks(Buffer.from('a\nb\nc\n'), 1), 10, () => ++seen < 2);
  expect(seen).toBe(2);
});

it('adds up hits and refuses lines that no file has', () => {
  const hits = new LineHits();
  expect([hits.add(1, 2), hits.add(1, 3), hits.add(300, 0), hits.add(0, 1), hits.add(1.5, 1), hits.add(4e9, 1)]).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  hits.raise(300, 7);
  hits.raise(300, 5);
  expect(hits.toMap()).toEqual(
    new Map([
      [1, 5],
      [300, 7],
    ]),
  );
});

it('hashes the whole file even where the reader stopped, and says that a file is too large', async () => {
  // More than the beginning that formats are told apart by.
  const content = 'line\n'.repeat(40_000);
  const whole = await read(content, 1_000_000, async (lines) => {
    for await (const _ of lines) break;
  });
  expect(whole).toMatchObject({
    claimedBy: ['x'],
    bytes: 200_000,
    sha256: 'ccd85e3c59b65739e85856d3604d6f0a7c34649cbd0de698e846dccf941ae279',
    problems: [],
  });
  const large = await read(content, 100_000, () => Promise.resolve());
  expect(large).toMatchObject({ sha256: undefined, problems: [{ reason: 'too-large' }] });
});

it('makes a gap of a reader that throws', async () => {
  const { problems } = await read('a', 1000, () => Promise.reject(new Error('a defect')));
  expect(problems).toEqual([{ reason: 'crashed', message: 'the x reader failed: a defect' }]);
});

function read(content: string, maxBytes: number, parse: (lines: AsyncIterable<string>) => Promise<void>): Promise<Reading> {
  const formats = [{ format: 'x', sniff: () => true, parse }];
  return readReport({ path: 'x', bytes: () => bytesOf(Buffer.from(content), 1000), formats, maxBytes, emit: () => undefined });
}

async function text(bytes: Uint8Array, length: number, decoding: Decoding = newDecoding()): Promise<string> {
  let all = '';
  for await (const part of decode(bytesOf(bytes, length), decoding)) all += part;
  return all;
}

async function* bytesOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

function chunks(bytes: Uint8Array, length: number): AsyncIterable<string> {
  return decode(bytesOf(bytes, length), newDecoding());
}
