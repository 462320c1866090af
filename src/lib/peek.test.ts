import { expect, it } from 'vitest';

import { jsonHead, peekJson } from './peek.ts';

const NPM = '\n> shop@1.0.0 test\n> jest --json\n\n{ a: 1 }\n[INFO] listening\n';

it.each([
  ['an object', '{"a": 1}', '{"a": 1}'],
  ['an array', '\uFEFF \n [\n{"a": 1}]', '[\n{"a": 1}]'],
  ['what others say before it', `${NPM}{\n  "a": 1\n}\n`, '{\n  "a": 1\n}\n'],
  ['no document', NPM, ''],
])('%s', async (_, text, head) => {
  expect(jsonHead(text)).toBe(head);
  for (const length of [1, 3, 1_000]) {
    const { first, text: whole } = await peekJson(pieces(text, length));
    const read = (await Array.fromAsync(whole)).join('');
    if (head === '') expect(read).toBe(text);
    else {
      expect(first).toBe(head.charAt(0));
      expect(read.trimStart()).toBe(head);
      expect(read.split('\n')).toHaveLength(text.split('\n').length);
    }
  }
});

async function* pieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield await Promise.resolve(text.slice(at, at + length));
}
