import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface GunzipTrouble {
  readonly reason: 'truncated' | 'malformed' | 'hostile';
  readonly message: string;
}

export interface GunzipOptions {
  /** Unpacked bytes beyond which the file is a bomb. */
  readonly maxBytes: number;
  /** Called once where a gzipped file cannot be unpacked to its end; the bytes then end there. */
  readonly trouble: (trouble: GunzipTrouble) => void;
}

/** Two bytes of magic, and deflate: the only method there is. */
const MAGIC = [0x1f, 0x8b, 0x08];

/** Bytes as they are, or unpacked where they begin like a gzipped file. Throws only what the bytes themselves throw. */
export async function* unzipped(bytes: AsyncIterable<Uint8Array>, options: GunzipOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const source = bytes[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array();
  while (first.length < MAGIC.length) {
    const next = await source.next();
    if (next.done === true) break;
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  const zipped = MAGIC.every((byte, index) => first[index] === byte);
  if (zipped) yield* unpacked(rest(first, source), options);
  else yield* rest(first, source);
}

async function* rest(first: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  if (first.length > 0) yield first;
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
}

async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  { maxBytes, trouble }: GunzipOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  const input = Readable.from(bytes, { objectMode: false });
  const gunzip = createGunzip();
  input.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const part of input.pipe(gunzip)) {
      size += (part as Uint8Array).length;
      if (size > maxBytes) return trouble({ reason: 'hostile', message: `the gzipped file unpacks to more than ${maxBytes} bytes` });
      yield part as Uint8Array;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    if (code === 'Z_BUF_ERROR') trouble({ reason: 'truncated', message: 'the gzipped file ends in the middle' });
    else trouble({ reason: 'malformed', message: 'the gzipped file is damaged' });
  }
}
