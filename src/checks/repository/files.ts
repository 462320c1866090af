import { join } from 'node:path';

import type { CheckContext, Collected } from '../contract.ts';

const LANES = 16;
const GREP_MS = 60_000;
const GREP_BYTES = 16_000_000;

/** Texts of files, and how many of those asked for could not be read or are larger than the bound. */
export interface Texts {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly unread: number;
}

/** Bounds of one collection: a repository may hold anything. */
export interface Bounds {
  /** Bytes of one file. */
  readonly bytes: number;
  readonly files: number;
}

const made = new WeakMap<CheckContext, Map<string, Promise<unknown>>>();

/** What several checks of one run look at is made once. */
export function once<T>(context: CheckContext, key: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(context) ?? new Map<string, Promise<unknown>>();
  made.set(context, known);
  const promise = known.get(key) ?? make();
  known.set(key, promise);
  return promise as Promise<T>;
}

/** Reads tracked files side by side, in the order asked. A file that is gone (sparse checkout) is counted, not thrown. */
export async function readTexts({ ports, root, signal }: CheckContext, paths: readonly string[], bounds: Bounds): Promise<Texts> {
  const wanted = paths.slice(0, bounds.files);
  const texts: (string | undefined)[] = Array.from({ length: wanted.length });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < wanted.length && !signal.aborted; index = next++) {
      const absolute = join(root, wanted[index] ?? '');
      try {
        if ((await ports.files.size(absolute)) <= bounds.bytes) texts[index] = await ports.files.readText(absolute);
      } catch {
        // Counted below.
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const files = wanted.flatMap((path, index) => {
    const text = texts[index];
    return text === undefined ? [] : [{ path, text }];
  });
  return { files, unread: paths.length - files.length };
}

/**
 * Tracked text files that hold one of these words, found by git itself: 20,000 files take it a fraction of a second. `among` are patterns
 * of git for their paths.
 * @throws Error when git cannot search here.
 */
export async function filesWith(
  { ports, root, signal }: CheckContext,
  words: readonly string[],
  among: readonly string[] = [],
): Promise<readonly string[]> {
  const { outcome, stdout, stderr, droppedBytes } = await ports.exec.run(
    { type: 'argv', argv: ['git', 'grep', '--no-color', '-I', '-l', '-z', '-F', ...words.flatMap((word) => ['-e', word]), '--', ...among] },
    { cwd: root, env: { ...ports.env, GIT_OPTIONAL_LOCKS: '0' }, timeoutMs: GREP_MS, captureBytes: GREP_BYTES, signal },
  );
  const code = outcome.ended === 'exit' ? outcome.code : undefined;
  if (code === 1) return [];
  if (code !== 0 || droppedBytes > 0) throw new Error(`git could not search the tracked files: ${stderr.slice(0, 200)}`);
  return stdout.split('\0').filter((path) => path !== '');
}

/** Nothing is tracked: whoever looks at files has seen none. */
export function nothingTracked(): Collected<never> {
  return {
    state: 'gap',
    because: 'git tracks no file below the root of this project (or git is not there), so nothing could be looked at',
  };
}
