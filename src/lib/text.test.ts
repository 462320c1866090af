import { expect, test } from 'vitest';

import { atMost, counted, cut, grouped, numberWord, oneLine, quoted, sentenceList, shellQuote, visible } from './text.ts';

test('visible text has no terminal codes, controls or direction marks', () => {
  expect(visible('\u001B[31mred\u001B[0m\u001B]0;title\u0007 a\r\nb\tc\u0000\u202Ed')).toBe('red a\nb\tc\uFFFD\uFFFDd');
  expect(visible('\u001B[32mok\u001B(B\u001B[m')).toBe('ok');
  expect(visible('\uD800x')).toBe('\uFFFDx');
  expect(visible('日本語 ünï 💩')).toBe('日本語 ünï 💩');
  expect(oneLine('  a\n\n b ')).toBe('a b');
});

test('cut keeps whole characters', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('ab💩cd', 4)).toBe('ab…');
  expect(cut('abc', 3)).toBe('abc');
});

test('numbers and lists as people read them', () => {
  expect([grouped(0), grouped(999), grouped(1204), grouped(1234567), grouped(1234.5)]).toEqual([
    '0',
    '999',
    '1,204',
    '1,234,567',
    '1,234.5',
  ]);
  expect([counted(1, 'test'), counted(2000, 'test'), counted(2, 'is', 'are')]).toEqual(['1 test', '2,000 tests', '2 are']);
  expect([sentenceList([]), sentenceList(['a']), sentenceList(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
  expect(atMost(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  expect([numberWord(2), numberWord(11)]).toEqual(['two', '11']);
});

test('quoting', () => {
  expect(quoted('a `b`')).toBe("`a 'b'`");
  expect([shellQuote('--seed'), shellQuote("it's $(x)"), shellQuote('')]).toEqual(['--seed', `'it'\\''s $(x)'`, "''"]);
});
