import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ResponseReader, type Reading } from './response.ts';

const WHOLE: readonly (readonly [what: string, text: string, status: number, body: string])[] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello', 200, 'hello'],
  ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
  ['a length of nothing', 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\n\r\n', 503, ''],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n', 200, 'hello world'],
  [
    'trailers',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nx-sum: 1\r\nx-b: 2\r\n\r\n',
    200,
    '0123456789',
  ],
  ['an early hint', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['no reason', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['an empty line before', '\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['a header called constructor', 'HTTP/1.1 200 OK\r\nconstructor: 1\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
];

describe('an answer with', () => {
  it.each(WHOLE)('%s is read however it is cut', (_, text, status, body) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const reader = begun();
        const reading = feed(reader, text, sizes);
        expect(reading).toMatchObject({ state: 'done', answer: { status, bytes: body.length, reusable: true } });
        if (reading.state === 'done') expect(reading.answer.body.toString()).toBe(body);
      }),
      { numRuns: 50 },
    );
  });

  it('no length ends with its connection', () => {
    const reader = begun();
    expect(feed(reader, 'HTTP/1.0 200 OK\r\n\r\nhel', [100])).toEqual({ state: 'more' });
    feed(reader, 'lo', [100]);
    expect(reader.end()).toMatchObject({ state: 'done', answer: { bytes: 5, reusable: false } });
  });
});

describe('what is wrong is said', () => {
  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', /does not begin like one of HTTP/],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello', /length is "5, 6"/],
    ['a length below nothing', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', /length is "-1"/],
    ['a chunk that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', /size of a chunk/],
    ['a chunk that goes on', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n', /longer than it says/],
    ['a line that is no header', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n', /header of the answer is malformed/],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(70_000)}`, /has no end/],
  ])('%s', (_, text, why) => {
    const reading = feed(begun(), text, [100_000]);
    expect(reading.state === 'broken' ? reading.why : reading.state).toMatch(why);
  });

  it('an end in the middle', () => {
    const reader = begun();
    feed(reader, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', [100]);
    expect(reader.end()).toEqual({ state: 'broken', why: 'the connection was closed before the answer was complete' });
  });
});

it('keeps no more of a body than was asked for, and counts the rest', () => {
  const reader = new ResponseReader();
  reader.begin('GET', 3);
  const reading = feed(reader, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789', [45, 3, 50]);
  expect(reading).toMatchObject({ state: 'done', answer: { bytes: 10, body: Buffer.from('012') } });
});

it('reads no body for HEAD, whatever its length says', () => {
  const reader = new ResponseReader();
  reader.begin('HEAD', 0);
  expect(feed(reader, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', [100])).toMatchObject({ state: 'done', answer: { bytes: 0 } });
});

it('never throws on garbage', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const reader = begun();
      const reading = reader.read(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'), bytes]));
      expect(['more', 'done', 'broken']).toContain(reading.state);
    }),
  );
});

function begun(): ResponseReader {
  const reader = new ResponseReader();
  reader.begin('GET', 1_000);
  return reader;
}

/** Feeds the text in pieces of these sizes, over and over, until the reader has an opinion. */
function feed(reader: ResponseReader, text: string, sizes: readonly number[]): Reading {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const reading = reader.read(bytes.subarray(at, at + size));
    if (reading.state !== 'more') return reading;
    at += size;
  }
  return { state: 'more' };
}
