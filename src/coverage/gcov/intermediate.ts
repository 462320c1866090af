import { eachLine, type Line } from '../../lib/lines.ts';
import type { CoverageEvent } from '../contract.ts';
import { RecordBuilder } from '../record-builder.ts';

/** Characters of one line: mangled names of C++ templates can be long. */
const LINE = 200_000;
/** `lcount:line,count`, and since GCC 8 whether a block of it never ran. */
const COUNT = /^lcount:(\d+),(-?\d+)(?:,[01])?$/;
/** `function:line,count,name`; since GCC 8 with the last line behind the first. */
const FUNCTION = /^function:(\d+),(?:\d+,(?=-?\d+,))?(-?\d+),(.+)$/;
const BRANCH = /^branch:(\d+),(taken|nottaken|notexec)$/;

/** What `gcov -i` wrote before GCC 9. A count below zero is an overflow of the counter, and taken for none. */
export async function parseGcovIntermediate(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let file: RecordBuilder | undefined;
  let branches = new Map<string, number>();
  let gap: { readonly reason: 'malformed' | 'truncated'; readonly message: string } | undefined;
  const tell = (): void => {
    if (file !== undefined) emit({ type: 'file', record: file.record() });
  };
  const take = (line: string): boolean => {
    if (line.startsWith('file:')) {
      tell();
      file = new RecordBuilder(line.slice('file:'.length));
      branches = new Map();
      return true;
    }
    const [, number, hits] = COUNT.exec(line) ?? [];
    if (number !== undefined) return file?.lines.raise(Number(number), Number(hits)) === true;
    const [, at, outcome] = BRANCH.exec(line) ?? [];
    if (at !== undefined) {
      const index = branches.get(at) ?? 0;
      branches.set(at, index + 1);
      file?.branch(`${at}:${index}`, outcome === 'taken');
    }
    const [, start, calls, name] = FUNCTION.exec(line) ?? [];
    if (name !== undefined) file?.function(`${name}:${start}`, Number(calls) > 0);
    return file !== undefined ? at !== undefined || name !== undefined : /^(?:version|cwd):/.test(line);
  };
  await eachLine(text, LINE, ({ text: raw, number, unfinished }: Line): undefined => {
    const line = raw.trimEnd();
    if (unfinished) gap ??= { reason: 'truncated', message: `line ${number} ends in the middle` };
    if (line !== '' && !take(line) && !unfinished) gap ??= { reason: 'malformed', message: `line ${number} is no line of gcov's` };
  });
  tell();
  if (gap !== undefined) emit({ type: 'gap', ...gap });
}
