import type { Readable } from 'node:stream';

/** The file system. Paths are absolute. */
export interface GlobOptions {
  /** For reports: a folder that is called like one is not passed over, and a name with brackets is no pattern alone. */
  readonly folders?: boolean;
}

export interface Files {
  exists(path: string): Promise<boolean>;
  size(path: string): Promise<number>;
  /** Whole text of a small file. @throws with `code: 'ENOENT'` when it is not there. */
  readText(path: string): Promise<string>;
  /**
   * Text of a file that the kernel makes up while it is read (`/proc`, `/sys`): within microseconds, where a wait costs ten times the
   * reading. @throws when it is not there, or not for this user.
   */
  readNow(path: string): string;
  /** Names in a folder that the kernel makes up, in its order. @throws as `readNow`. */
  listNow(path: string): readonly string[];
  /** Bytes as they come, for files of any size. */
  stream(path: string): Readable;
  /** Writes by renaming a complete file into place, creating folders. */
  write(path: string, data: string | Uint8Array): Promise<void>;
  /** A file that is written piece by piece and takes its place when it is closed; of nothing written, there is no file. */
  writer(path: string): FileWriter;
  /** Appends and flushes to the disk before it resolves. */
  appendDurably(path: string, line: string): Promise<void>;
  /** Moves a file, also across devices. */
  move(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  /** Files (not folders) below `cwd` that match; sorted, relative to `cwd`. `node_modules` and `.git` are never entered. */
  glob(patterns: readonly string[], cwd: string, options?: GlobOptions): Promise<readonly string[]>;
  modifiedMs(path: string): Promise<number>;
}

/** Blocks until what it was given is taken, so that nothing piles up in memory. */
export interface FileWriter {
  write(text: string): void;
  close(): void;
}
