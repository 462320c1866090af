/**
 * The same pieces, of which the next one is always asked for before the last one is used up: a disk reads while we
 * compute. It begins at once; whatever goes wrong is told where it would have been.
 */
export function readAhead<T>(pieces: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = pieces[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T>> => {
    const asked = iterator.next();
    asked.catch(() => undefined);
    return asked;
  };
  let asked = ask();
  const next = async (): Promise<IteratorResult<T>> => {
    const piece = await asked;
    if (piece.done !== true) asked = ask();
    return piece;
  };
  const close = async (): Promise<IteratorResult<T>> => (await iterator.return?.()) ?? { done: true, value: undefined };
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) };
}

/** Opens files in their order, a few before their turn: of thousands of small ones, the opening costs more than the reading. */
export class FilesAhead {
  readonly #open: (path: string) => AsyncIterable<Uint8Array>;
  readonly #paths: readonly string[];
  readonly #most: number;
  readonly #opened = new Map<number, AsyncIterable<Uint8Array>>();

  constructor(paths: readonly string[], open: (path: string) => AsyncIterable<Uint8Array>, most = 8) {
    this.#paths = paths;
    this.#open = open;
    this.#most = most;
  }

  /** The bytes of the file at this place in the list. Ask for each file once, in order. */
  bytes(nth: number): AsyncIterable<Uint8Array> {
    for (const [ahead, path] of this.#paths.slice(nth, nth + this.#most).entries()) {
      if (!this.#opened.has(nth + ahead)) this.#opened.set(nth + ahead, readAhead(this.#open(path)));
    }
    const bytes = this.#opened.get(nth);
    this.#opened.delete(nth);
    return bytes ?? readAhead(this.#open(this.#paths[nth] ?? ''));
  }
}
