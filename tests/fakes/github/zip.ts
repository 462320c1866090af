import { crc32 } from 'node:zlib';

function header(signature: number, fields: [size: 2 | 4, value: number][]): Buffer {
  const buffer = Buffer.alloc(4 + fields.reduce((total, [size]) => total + size, 0));
  let offset = buffer.writeUInt32LE(signature, 0);
  for (const [size, value] of fields) {
    offset = size === 2 ? buffer.writeUInt16LE(value, offset) : buffer.writeUInt32LE(value, offset);
  }
  return buffer;
}

/** A zip archive (stored, not compressed) with these files, to serve as an artifact. Names are written as given, so `../x` works. */
export function zip(files: Record<string, string | Uint8Array>): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(content as Uint8Array);
    const shared: [2 | 4, number][] = [
      [2, 20],
      [2, 0x0800],
      [2, 0],
      [2, 0],
      [2, 0x21],
      [4, crc32(data)],
      [4, data.length],
      [4, data.length],
      [2, name.length],
      [2, 0],
    ];
    central.push(header(0x02014b50, [[2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), name);
    const head = header(0x04034b50, shared);
    local.push(head, name, data);
    offset += head.length + name.length + data.length;
  }
  const count = Object.keys(files).length;
  const size = central.reduce((total, part) => total + part.length, 0);
  const end = header(0x06054b50, [
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
  return new Uint8Array(Buffer.concat([...local, ...central, end]));
}
