import { eachLine, type Line } from '../../lib/lines.ts';
import type { CoverageEvent } from '../contract.ts';
import { RecordBuilder } from '../record-builder.ts';

/** Characters of one line: sources are printed beside their counts. */
const LINE = 20_000;
const SOURCE_LINE = /^\s*(-|#####|=====|\$\$\$\$\$|%%%%%|[\d.]+[kMGTPEZY]?)(\*?):\s*(\d+):(.*)$/;
const BRANCH = /^branch\s+(\d+) (?:taken (\d+)|never executed)/;
const FUNCTION = /^function (.+) called (\d+) returned/;

/**
 * Reads the annotated source that gcov writes: `count: line:text`. `#####` and `=====` never ran; `-` is no code. A count
 * with a star ran, though not all of its blocks did. Of a template, the sum of its instantiations comes first, and then
 * each by itself: the most visited counts.
 */
export async function parseGcovText(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let file: RecordBuilder | undefined;
  let at = 0;
  /** The instantiation whose own lines these are. */
  let owner = '';
  let gap: { readonly reason: 'malformed' | 'truncated'; readonly message: string } | undefined;
  const tell = (): void => {
    if (file !== undefined) emit({ type: 'file', record: file.record() });
  };
  const sourceLine = (hits: string, line: number, content: string): void => {
    if (line === 0) {
      if (content.startsWith('Source:')) {
        tell();
        file = new RecordBuilder(content.slice('Source:'.length));
      } else if (content.startsWith('Working directory:')) emit({ type: 'root', path: content.slice('Working directory:'.length) });
      return;
    }
    at = line;
    if (hits !== '-') file?.lines.raise(line, /^\d/.test(hits) ? Number.parseFloat(hits) : 0);
  };
  await eachLine(text, LINE, ({ text: line, number, unfinished }: Line): undefined => {
    if (unfinished) gap ??= { reason: 'truncated', message: `line ${number} ends in the middle` };
    const [, hits, , source, content = ''] = SOURCE_LINE.exec(line) ?? [];
    const [, index, taken] = BRANCH.exec(line) ?? [];
    const [, name, called] = FUNCTION.exec(line) ?? [];
    if (hits !== undefined) sourceLine(hits, Number(source), content);
    else if (index !== undefined) file?.branch(`${at}:${owner}:${index}`, Number(taken ?? 0) > 0);
    else if (name !== undefined) file?.function(name, Number(called) > 0);
    else if (/^(?:-{5,}|\S.*:)$/.test(line)) owner = line.startsWith('-----') ? '' : line;
    else if (!unfinished && file === undefined) gap ??= { reason: 'malformed', message: `line ${number} is no line of gcov's` };
  });
  tell();
  if (gap !== undefined) emit({ type: 'gap', ...gap });
}
