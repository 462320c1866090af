import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { jsonPathText, readJson, wanting, type JsonEnd, type JsonHandler, type JsonLimits } from './json-stream.ts';

const LIMITS: JsonLimits = { depth: 100, string: 10_000, value: 100_000 };

describe('whatever the chunks', () => {
  const documents = fc
    .tuple(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'))
    .map(([text, indent]) => JSON.stringify(JSON.parse(text), undefined, indent));
  const cuts = fc.array(fc.nat(200), { maxLength: 12 });

  it('a wanted document is what JSON.parse makes of it', async () => {
    await fc.assert(
      fc.asyncProperty(documents, cuts, async (text, at) => {
        const values: unknown[] = [];
        const end = await read(text, { begin: () => 'want', value: (_, value) => values.push(value) }, at);
        expect(end).toEqual({});
        expect(JSON.stringify(values)).toEqual(JSON.stringify([JSON.parse(text)]));
      }),
    );
  });

  it('an entered document holds every part at its path', async () => {
    await fc.assert(
      fc.asyncProperty(documents, cuts, async (text, at) => {
        const { end, root } = await rebuilt(text, at);
        expect(end).toEqual({});
        expect(JSON.stringify(root)).toEqual(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('what is skipped does not move what comes after it', async () => {
    await fc.assert(
      fc.asyncProperty(documents, cuts, async (text, at) => {
        const values: unknown[] = [];
        const whole = `{"a": ${text}, "b": [${text}, 7], "c": ${text}}`;
        const handler: JsonHandler = {
          begin: (path) =>
            path.length === 0 || jsonPathText(path) === 'b' ? 'enter' : path.at(-1) === 1 || path[0] === 'c' ? 'want' : 'skip',
          value: (path, value) => values.push([jsonPathText(path), value]),
        };
        expect(await read(whole, handler, at)).toEqual({});
        expect(JSON.stringify(values)).toEqual(
          JSON.stringify([
            ['b[1]', 7],
            ['c', JSON.parse(text)],
          ]),
        );
      }),
    );
  });

  it('text that was tampered with is refused exactly where JSON.parse refuses it, and never throws', async () => {
    const tampered = fc.tuple(
      documents,
      fc.nat(300),
      fc.nat(4),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'u', 'é'),
    );
    await fc.assert(
      fc.asyncProperty(tampered, cuts, async ([whole, from, drop, insert], at) => {
        const text = whole.slice(0, from) + insert + whole.slice(from + drop);
        const { end, root } = await rebuilt(text, at);
        const parsed = attempt(text);
        expect(end.trouble === undefined).toBe(parsed !== undefined);
        if (parsed !== undefined) expect(JSON.stringify(root)).toEqual(JSON.stringify(parsed.value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('every beginning of a document is truncated', async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.nat(), async (text, nth) => {
        const whole = `{"a":${text}}`;
        const handler: JsonHandler = { begin: (path) => (path.length === 0 ? 'enter' : 'want'), value: () => undefined };
        const { trouble } = await read(whole.slice(0, 1 + (nth % (whole.length - 1))), handler, []);
        expect(trouble?.reason).toBe('truncated');
      }),
    );
  });

  const awkward = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '😀', ' '), minLength: 20, maxLength: 120 });

  it('long strings full of escapes end where they end', async () => {
    await fc.assert(
      fc.asyncProperty(awkward, awkward, cuts, async (first, second, at) => {
        const values: unknown[] = [];
        const text = JSON.stringify({ skipped: [first, second], wanted: [second, first], [second]: 1 });
        const handler: JsonHandler = {
          begin: (path) => (path.length === 0 ? 'enter' : path[0] === 'skipped' ? 'skip' : 'want'),
          value: (path, value) => values.push([...path, value]),
        };
        expect(await read(text, handler, at)).toEqual({});
        expect(values).toEqual([
          ['wanted', [second, first]],
          [second, 1],
        ]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('a long string is cut at the same place, and no escape in half', async () => {
    await fc.assert(
      fc.asyncProperty(awkward, cuts, async (string, at) => {
        const text = JSON.stringify({ a: [string, 1] });
        const values: unknown[] = [];
        const handler: JsonHandler = { begin: () => 'want', value: (_, value) => values.push(value) };
        const limits = { ...LIMITS, string: 16 };
        expect(await read(text, handler, at, limits)).toEqual({});
        expect(await read(text, handler, [], limits)).toEqual({});
        expect(values[0]).toEqual(values[1]);
        const [kept, one] = (values[0] as { a: [string, number] }).a;
        expect(one).toBe(1);
        expect(string.startsWith(kept)).toBe(true);
        expect(kept.length).toBeGreaterThan(1);
        expect(kept.length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 1_000 },
    );
  });
});

test.each(['{"a": 1}\nDone in 3s.\n\nbye {}', '{"a": 1}\n\n✨  Done in 3s.', '{"a": 1}\ninfo Visit'])(
  'what a package manager prints behind it is none of it: %j',
  async (text) => {
    for (const at of [[], [8], [9], [10]]) expect(await rebuilt(text, at)).toEqual({ root: { a: 1 }, end: {} });
  },
);

test.each([
  ['malformed', '{"a": 1}\nDone in 3s.\n {"a": 2}', '3:2: a second document, "{", in the document'],
  ['malformed', '{"a": 1}Done in 3s.', '1:9: a second document, "D", in the document'],
  ['malformed', '{"a": 1}\n"b": 2}', '2:1: a second document, "\\"", in the document'],
  ['malformed', '{"a": 1}\n]}', '2:1: a second document, "]", in the document'],
  ['empty', '', '1:1: the file is empty'],
  ['empty', ' \n\r\n ', '3:2: the file is empty'],
  ['truncated', '{"a": [1,\n 2', '2:3: the document ends in the middle of a[1]'],
  ['truncated', '{"a": "x', '1:9: the document ends in the middle of a'],
  ['malformed', '{"a": 1}\n{"a": 2}', '2:1: a second document, "{", in the document'],
  ['malformed', '{"a": {\n"b": [1 }}', '2:9: unexpected "}" in a.b'],
  ['malformed', '{"a": 1,}', '1:9: unexpected "}" in the document'],
  ['malformed', '{"a": tru}', '1:10: not valid JSON in a'],
  ['malformed', 'nope', '1:5: not valid JSON in the document'],
  ['malformed', 'Error: x', '1:1: unexpected "E" in the document'],
  ['hostile', `{"a":${'['.repeat(101)}`, `1:105: more than 100 nested values in a${'[0]'.repeat(11)}…`],
  ['hostile', `{"${'k'.repeat(10_001)}": 1}`, '1:10005: a key of more than 10000 characters in the document'],
])('%s (%#)', async (reason, text, message) => {
  const { end } = await rebuilt(text, []);
  expect(end.trouble).toEqual({ reason, message });
});

test('nesting is bounded in what is skipped and in what is wanted, and brackets must match there', async () => {
  for (const answer of ['skip', 'want'] as const) {
    const handler: JsonHandler = { begin: () => answer, value: () => undefined };
    expect((await read('['.repeat(100) + ']'.repeat(100), handler, [])).trouble).toBeUndefined();
    expect((await read('['.repeat(101), handler, [])).trouble?.reason).toBe('hostile');
    expect((await read('{"a":[}]', handler, [])).trouble).toEqual({ reason: 'malformed', message: '1:7: unexpected "}" in the document' });
  }
});

test('a wanted value is bounded, a skipped one is not', async () => {
  const text = JSON.stringify({ a: Array.from({ length: 50_000 }, (_, index) => index) });
  const handler = (answer: 'want' | 'skip'): JsonHandler => ({
    begin: (path) => (path.length === 0 ? 'enter' : answer),
    value: () => undefined,
  });
  const at = Array.from({ length: 100 }, () => 1_000);
  expect((await read(text, handler('want'), at)).trouble).toMatchObject({
    reason: 'hostile',
    message: expect.stringContaining('more than 100000 characters in a') as string,
  });
  expect((await read(text, handler('skip'), at)).trouble).toBeUndefined();
});

test('a byte-order mark and raw control characters are let through', async () => {
  const values: unknown[] = [];
  expect(await read('\uFEFF{"a": "x\ty\u001B[31m"}', { begin: () => 'want', value: (_, value) => values.push(value) }, [])).toEqual({});
  expect(values).toEqual([{ a: 'x y [31m' }]);
});

test('wants the values at places, and passes over the rest', async () => {
  const values: unknown[] = [];
  const begin = wanting('a.*.b', 'c');
  const text = '{"a": [{"b": 1, "x": 2}, 3, {"b": {"b": 4}}], "b": 5, "c": [6], "d": {"b": 7}}';
  expect(await read(text, { begin, value: (path, value) => values.push([jsonPathText(path), value]) }, [])).toEqual({});
  expect(values).toEqual([
    ['a[0].b', 1],
    ['a[2].b', { b: 4 }],
    ['c', [6]],
  ]);
});

test('tells when what was entered ends', async () => {
  const ends: string[] = [];
  await read('{"a": [{}, []], "b": 1}', { begin: () => 'enter', value: () => undefined, end: (path) => ends.push(jsonPathText(path)) }, []);
  expect(ends).toEqual(['a[0]', 'a[1]', 'a', 'the document']);
});

/** Reads everything by entering it, and puts it together again. */
async function rebuilt(text: string, at: readonly number[]): Promise<{ end: JsonEnd; root: unknown }> {
  let root: unknown;
  const put = (path: readonly (string | number)[], value: unknown): void => {
    const last = path.at(-1);
    if (last === undefined) root = value;
    else
      Object.defineProperty(
        path.slice(0, -1).reduce<unknown>((here, part) => Object.getOwnPropertyDescriptor(here, part)?.value, root),
        last,
        { value, enumerable: true, configurable: true, writable: true },
      );
  };
  const end = await read(
    text,
    {
      begin: (path, kind) => {
        if (kind === 'string' || kind === 'scalar') return 'want';
        put(path, kind === 'object' ? {} : []);
        return 'enter';
      },
      value: put,
    },
    at,
  );
  return { end, root };
}

function read(text: string, handler: JsonHandler, at: readonly number[], limits = LIMITS): Promise<JsonEnd> {
  return readJson(chunked(text, at), handler, limits);
}

async function* chunked(text: string, lengths: readonly number[]): AsyncGenerator<string> {
  let from = 0;
  for (const length of lengths) {
    yield await Promise.resolve(text.slice(from, from + length));
    from += length;
  }
  yield text.slice(from);
}

function attempt(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
