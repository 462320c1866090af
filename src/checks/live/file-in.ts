import type { CheckContext } from '../contract.ts';
import { once } from '../repository/files.ts';
import { docker, type Container } from './containers.ts';

const COPY_MS = 5_000;
const BLOCK = 512;
const LARGEST = 64_000;

/** A file as a container sees it. `text` may be a secret: for memory only. */
export interface FileIn {
  /** Four octal digits. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: number;
  readonly text: string | undefined;
}

/** Reads one file out of a running container without any program of the image: what `docker cp … -` prints is a tar archive. */
export function fileIn(context: CheckContext, container: Container, path: string): Promise<FileIn | undefined> {
  return once(context, `file ${container.id} ${path}`, async () => {
    const copied = await docker(context, ['cp', '--follow-link', `${container.id}:${path}`, '-'], COPY_MS);
    return copied.ok ? firstFile(copied.text) : undefined;
  });
}

/** The first file of a tar archive (POSIX.1-2017, pax): ASCII headers, so that reading it as text keeps them. */
export function firstFile(archive: string): FileIn | undefined {
  let at = 0;
  for (let headers = 0; headers < 8; headers += 1) {
    const header = archive.slice(at, at + BLOCK);
    if (header.length < BLOCK || header.slice(257, 262) !== 'ustar') return undefined;
    const bytes = octal(header, 124, 12);
    const kind = header[156];
    if (kind === '0' || kind === '\0') {
      const begin = at + BLOCK;
      return {
        mode: (octal(header, 100, 8) & 0o7777).toString(8).padStart(4, '0'),
        uid: octal(header, 108, 8),
        gid: octal(header, 116, 8),
        bytes,
        text: bytes <= LARGEST ? archive.slice(begin, begin + bytes) : undefined,
      };
    }
    if (kind !== 'x' && kind !== 'g') return undefined;
    at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK;
  }
  return undefined;
}

function octal(header: string, from: number, length: number): number {
  return Number.parseInt(header.slice(from, from + length).replace(/[\0 ].*$/s, '') || '0', 8);
}
