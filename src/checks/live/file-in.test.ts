import { expect, test } from 'vitest';

import { firstFile } from './file-in.ts';

const field = (text: string, length: number): string => text.padEnd(length, '\0');

/** A header of POSIX.1-2017, pax. */
function entry(kind: string, body: string, mode = '0000400'): string {
  const size = body.length.toString(8).padStart(11, '0');
  const header = `${field('token', 100)}${field(mode, 8)}${field('0001750', 8)}${field('0001750', 8)}${field(size, 12)}${field('', 12)}${field('', 8)}${kind}${field('', 100)}ustar\0`;
  return field(header, 512) + field(body, Math.ceil(body.length / 512) * 512);
}

test('the first file of an archive: mode, owner and text', () => {
  expect(firstFile(entry('0', 'hush'))).toEqual({ mode: '0400', uid: 1000, gid: 1000, bytes: 4, text: 'hush' });
});

test('extended headers before it are passed over; folders, other texts and cut archives are no file', () => {
  expect(firstFile(entry('x', '30 mtime=1.5\n') + entry('0', 'hush'))?.text).toBe('hush');
  expect(firstFile(entry('5', ''))).toBeUndefined();
  expect(firstFile('no archive at all')).toBeUndefined();
  expect(firstFile(entry('0', 'hush').slice(0, 300))).toBeUndefined();
});
