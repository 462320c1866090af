import { gzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { unzipped, type GunzipTrouble } from './gunzip.ts';

const TEXT = 'a line of text\n'.repeat(5_000);

it.each([
  ['plain bytes', Buffer.from(TEXT)],
  ['a gzipped file', gzipSync(TEXT)],
  ['several gzipped files in one', Buffer.concat([gzipSync(TEXT.slice(0, 100)), gzipSync(TEXT.slice(100))])],
])('gives the text of %s, in pieces of any length', async (_, bytes) => {
  for (const length of [1, 7, 100_000]) expect(await read(bytes, { length })).toEqual({ text: TEXT, troubles: [] });
});

it('gives what stands before a cut, and says that there is one', async () => {
  const { text, troubles } = await read(gzipSync(TEXT).subarray(0, 120));
  expect(TEXT.startsWith(text)).toBe(true);
  expect(troubles).toEqual([{ reason: 'truncated', message: 'the gzipped file ends in the middle' }]);
});

it('says that a file is damaged', async () => {
  const bytes = gzipSync(TEXT);
  bytes.fill(0xff, 20, 60);
  expect((await read(bytes)).troubles.map(({ reason }) => reason)).toEqual(['malformed']);
});

it('stops at a bomb', async () => {
  const { text, troubles } = await read(gzipSync(Buffer.alloc(5_000_000)), { maxBytes: 1_000_000 });
  expect(text.length).toBeLessThanOrEqual(1_000_000);
  expect(troubles.map(({ reason }) => reason)).toEqual(['hostile']);
});

it('hands on what the bytes themselves throw', async () => {
  const failing = (async function* () {
    yield await Promise.resolve(gzipSync(TEXT).subarray(0, 50));
    throw new Error('the disk failed');
  })();
  const reading = (async () => {
    for await (const _ of unzipped(failing, { maxBytes: 1e9, trouble: () => undefined }));
  })();
  await expect(reading).rejects.toThrow('the disk failed');
});

async function read(bytes: Uint8Array, { length = 1_000, maxBytes = 1e9 }: { length?: number; maxBytes?: number } = {}) {
  const troubles: GunzipTrouble[] = [];
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
  })();
  const parts: Uint8Array[] = [];
  for await (const part of unzipped(pieces, { maxBytes, trouble: (trouble) => troubles.push(trouble) })) parts.push(part);
  return { text: Buffer.concat(parts).toString(), troubles };
}
