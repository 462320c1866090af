import { randomBytes } from 'node:crypto';
import { close, constants, createReadStream, fstat, open as openFile, read, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { GauntletError } from '../../model/errors.ts';
import type { Files } from '../files.ts';
import { actionable, errorCode } from './errors.ts';
import { NodeFileWriter } from './file-writer.ts';
import { glob } from './glob.ts';

/** The real file system. A full disk or missing rights are a GauntletError; `ENOENT` stays what it is. */
export const nodeFiles: Files = {
  exists: async (path) => (await statOrUndefined(path)) !== undefined,
  size: (path) => clearly(path, async () => (await stat(path)).size),
  readText: (path) => clearly(path, () => readRegular(path)),
  readNow: (path) => readFileSync(path, 'utf8'),
  listNow: (path) => readdirSync(path),
  stream: (path) => createReadStream(path, { fs: { open: openRegular, read, close } }),
  write: (path, data) => clearly(path, () => writeWhole(path, data)),
  writer: (path) => new NodeFileWriter(path),
  appendDurably: (path, line) => clearly(path, () => appendDurably(path, line)),
  move: (from, to) => clearly(to, () => move(from, to)),
  remove: (path) => clearly(path, () => rm(path, { recursive: true, force: true, maxRetries: 3 })),
  makeDirectory: async (path) => {
    await clearly(path, () => makeFolder(path));
  },
  list: (path) => clearly(path, async () => (await readdir(path)).toSorted()),
  glob,
  modifiedMs: (path) => clearly(path, async () => (await stat(path)).mtimeMs),
};

/** A pipe or a device in the place of a file would hold us for ever: run directories and reports come from strangers. */
async function readRegular(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if ((await file.stat()).isFile()) return await file.readFile('utf8');
  } finally {
    await file.close();
  }
  throw new GauntletError(`${path} is no regular file`, { kind: 'evidence', hint: 'Remove it, or have it written anew.' });
}

/** The same for what is read as a stream; the error is told by the stream. */
function openRegular(
  path: string,
  ...[, , done]: [flags: unknown, mode: unknown, done: (error: Error | null, file?: number) => void]
): void {
  openFile(path, constants.O_RDONLY | constants.O_NONBLOCK, (error, file) => {
    if (error) done(error);
    else
      fstat(file, (failed, found) => {
        if (!failed && found.isFile()) done(null, file);
        else close(file, () => done(failed ?? new Error('it is no regular file')));
      });
  });
}

/** A file where a folder should be, and a read-only disk, of which Node says that the folder does not exist. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOTDIR' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
    throw new GauntletError(`The folder ${path} cannot be made`, {
      kind: 'stack',
      hint: 'Remove the file that stands in its place, or make the disk writable.',
      cause: error,
    });
  }
}

/** No flush to the disk here: the rename is whole after a killed gate, and after a lost machine the run is lost anyway. */
async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, data);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function move(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    const temporary = temporaryBeside(to);
    try {
      await copyFile(from, temporary);
      await rename(temporary, to);
    } catch (failure) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw failure;
    }
    await rm(from, { force: true });
  }
}

async function appendDurably(path: string, line: string): Promise<void> {
  const isNew = (await statOrUndefined(path)) === undefined;
  if (isNew) await makeFolder(dirname(path));
  const file = await open(path, 'a');
  try {
    await file.appendFile(line.endsWith('\n') ? line : `${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  if (isNew) await syncFolder(dirname(path));
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** A new file is durable only with its name. Not every file system can flush a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function statOrUndefined(path: string): Promise<unknown> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw actionable(error, path);
  }
}

async function clearly<Value>(path: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw actionable(error, path);
  }
}
