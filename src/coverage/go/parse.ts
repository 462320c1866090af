import { eachLine, type Line } from '../../lib/lines.ts';
import { LAST_LINE, LineHits } from '../../lib/lines-hits.ts';
import type { CoverageEvent } from '../contract.ts';

type Emit = (event: CoverageEvent) => void;

const LINE = 20_000;
/** `path:startLine.startColumn,endLine.endColumn statements count`. */
const BLOCK = /^(.+):(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)$/;
/** Lines of one block; no function is longer. */
const LONGEST = 1_000_000;

/**
 * Reads Go cover profiles. The same block may come several times (merged profiles, `-coverpkg`): its counts add up.
 * A line has the hits of its most visited block; blocks without a statement count for nothing. Go itself counts
 * statements, not lines (`go tool cover -func`): its number is said in a note, for whoever compares.
 */
export async function parseGoCover(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const profile = new Profile(emit);
  await eachLine(text, LINE, (line) => profile.line(line));
  profile.end();
}

interface Block {
  readonly statements: number;
  count: number;
}

class Profile {
  readonly #emit: Emit;
  /** File → position of the block. */
  readonly #files = new Map<string, Map<string, Block>>();
  #gap: { readonly reason: 'malformed' | 'truncated'; readonly message: string } | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  line({ text, number, unfinished }: Line): undefined {
    const line = text.trim();
    // Go ends every line: what ends without may have lost digits of its count.
    if (unfinished && line !== '') this.#gap ??= { reason: 'truncated', message: `line ${number} ends in the middle` };
    // Profiles are merged by writing one behind the other, too.
    if (line === '' || /^mode: (?:set|count|atomic)$/.test(line)) return;
    const match = BLOCK.exec(line);
    const [, path = '', start = '', , end = '', , statements = '', count = ''] = match ?? [];
    const believable =
      Number(start) > 0 && Number(end) >= Number(start) && Number(end) <= LAST_LINE && Number(end) - Number(start) < LONGEST;
    if (match === null || !believable) {
      this.#gap ??= { reason: unfinished ? 'truncated' : 'malformed', message: `line ${number} is no block of a cover profile` };
      return;
    }
    let blocks = this.#files.get(path);
    if (blocks === undefined) {
      blocks = new Map();
      this.#files.set(copy(path), blocks);
    }
    const position = line.slice(path.length + 1, line.indexOf(' ', path.length));
    if (Number(statements) === 0) return;
    const before = blocks.get(position);
    if (before === undefined) blocks.set(copy(position), { statements: Number(statements), count: Number(count) });
    else before.count += Number(count);
  }

  end(): void {
    let [ran, all] = [0, 0];
    for (const [path, blocks] of this.#files) {
      const hits = new LineHits();
      for (const [position, { statements, count }] of blocks) {
        all += statements;
        if (count > 0) ran += statements;
        const [start = 0, end = 0] = position.split(',').map((part) => Number.parseInt(part, 10));
        for (let line = start; line <= end; line += 1) hits.raise(line, count);
      }
      this.#emit({ type: 'file', record: { path, lines: hits.toMap() } });
    }
    if (all > 0) {
      const percent = ((100 * ran) / all).toFixed(1);
      this.#emit({ type: 'note', message: `Go counts statements: ${ran} of ${all} (${percent} %)` });
    }
    if (this.#gap !== undefined) this.#emit({ type: 'gap', ...this.#gap });
  }
}

/** A slice would keep its whole piece of the file in memory. */
function copy(text: string): string {
  return Buffer.from(text).toString();
}
