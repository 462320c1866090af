import { expect, it } from 'vitest';

import { FilesAhead, readAhead } from './decode-ahead.ts';

it('asks for the next piece before the last one is used up', async () => {
  const asked: number[] = [];
  const used: number[][] = [];
  for await (const piece of readAhead(numbers(3, asked))) {
    await Promise.resolve();
    used.push([piece, asked.length]);
  }
  expect(used).toEqual([
    [0, 2],
    [1, 3],
    [2, 3],
  ]);
});

it('tells of an error where it happened, after what could be read', async () => {
  const read: number[] = [];
  const all = async (): Promise<void> => {
    for await (const piece of readAhead(failing())) read.push(piece);
  };
  await expect(all()).rejects.toThrow('the disk');
  expect(read).toEqual([0]);
});

it('closes what it reads from when it is left early', async () => {
  const closed: boolean[] = [];
  for await (const _ of readAhead(numbers(3, [], closed))) break;
  expect(closed).toEqual([true]);
});

it('opens a few files before their turn, each once', async () => {
  const opened: string[] = [];
  const paths = ['a', 'b', 'c', 'd'];
  const open = (path: string): AsyncIterable<Uint8Array> => {
    opened.push(path);
    return bytesOf(path);
  };
  const files = new FilesAhead(paths, open, 2);
  const read: string[] = [];
  for (const nth of paths.keys()) {
    for await (const bytes of files.bytes(nth)) read.push(`${Buffer.from(bytes).toString()}:${opened.join('')}`);
  }
  expect(read).toEqual(['a:ab', 'b:abc', 'c:abcd', 'd:abcd']);
});

async function* numbers(count: number, asked: number[], closed: boolean[] = []): AsyncGenerator<number> {
  try {
    for (let nth = 0; nth < count; nth += 1) {
      asked.push(nth);
      yield await Promise.resolve(nth);
    }
  } finally {
    closed.push(true);
  }
}

async function* failing(): AsyncGenerator<number> {
  yield await Promise.resolve(0);
  throw new Error('the disk');
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
