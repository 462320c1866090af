import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** One test as a baseline keeps it: what it is called, how it ended, how long it took. */
export interface PackedCase {
  /** Sixteen hex digits over the whole identity. */
  readonly id: string;
  readonly status: 'passed' | 'failed' | 'error' | 'skipped' | 'flaky';
  /** Whole milliseconds. */
  readonly durationMs?: number | undefined;
  readonly name: string;
  /** Class, or suite. */
  readonly owner?: string | undefined;
  readonly file?: string | undefined;
  readonly parameters?: string | undefined;
}

/** More tests than this are counted, not kept. */
export const MOST_CASES = 100_000;

const NAME = 300;
const MOST_BYTES = 200_000_000;
const LETTERS = { passed: 'p', failed: 'f', error: 'e', skipped: 's', flaky: 'k' } as const;
const STATUSES = new Map(Object.entries(LETTERS).map(([status, letter]) => [letter as string, status as PackedCase['status']]));

/**
 * One line per test (id, status, ms, name, owner, file, parameters, apart by tabs), sorted, deflated, in base64: about 20 bytes per
 * test. `undefined` for more than `MOST_CASES`.
 */
export function packCases(cases: readonly PackedCase[]): string | undefined {
  if (cases.length > MOST_CASES) return undefined;
  const lines = cases.map(({ id, status, durationMs, name, owner, file, parameters }) => {
    const ms = durationMs === undefined ? '' : String(Math.round(durationMs));
    return [file, owner, name, parameters, LETTERS[status], ms, id].map((part) => plain(part ?? '')).join('\t');
  });
  return deflateRawSync(lines.sort().join('\n')).toString('base64');
}

/** The tests again; `undefined` when the text holds none that this version could have written. */
export function unpackCases(packed: string): PackedCase[] | undefined {
  try {
    const text = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_BYTES }).toString();
    const cases: PackedCase[] = [];
    for (const line of text === '' ? [] : text.split('\n')) {
      const [file = '', owner = '', name = '', parameters = '', letter = '', ms = '', id] = line.split('\t');
      const status = STATUSES.get(letter);
      if (status === undefined || id === undefined || cases.length >= MOST_CASES) return undefined;
      cases.push({
        id,
        status,
        name,
        ...(ms === '' ? {} : { durationMs: Number(ms) }),
        ...(owner === '' ? {} : { owner }),
        ...(file === '' ? {} : { file }),
        ...(parameters === '' ? {} : { parameters }),
      });
    }
    return cases;
  } catch {
    return undefined;
  }
}

function plain(text: string): string {
  // Most names have nothing to replace; a name that is cut keeps its identity by its id.
  const short = text.length > NAME ? text.slice(0, NAME) : text;
  return /[\t\r\n]/.test(short) ? short.replace(/[\t\r\n]+/g, ' ') : short;
}
