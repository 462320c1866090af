import { eachLine } from '../../lib/lines.ts';
import { parseJson } from '../../lib/json.ts';
import type { ResultEvent } from '../contract.ts';
import { failureOf, isSecondEnd, MochaTest, toResult } from './test.ts';
import { MochaTally } from './tally.ts';

/** Characters of one event. */
const LINE = 1_000_000;

/** Reads the events of mocha's `json-stream` reporter: one array in each line. What tests print may stand between. */
export async function parseMochaStream(text: AsyncIterable<string>, emit: (event: ResultEvent) => void): Promise<void> {
  const tally = new MochaTally(emit);
  let ended = false;
  let other = 0;
  await eachLine(text, LINE, ({ text: line, number, cut }) => {
    const event = /^\["(?:start|pass|fail|end|pending)",/.test(line) ? (cut ? undefined : parseJson(line)) : null;
    if (event === null) {
      if (line.trim() !== '') other += 1;
      return;
    }
    const [kind, body] = Array.isArray(event) ? (event as unknown[]) : [];
    if (kind === undefined) {
      emit({ type: 'gap', reason: 'malformed', message: `line ${number} is no whole event` });
    } else if (kind === 'end') {
      ended = true;
      tally.stats(body);
    } else if (kind === 'pass' || kind === 'fail') {
      const test = MochaTest.safeParse(body);
      if (test.success) tally.add(toResult(test.data, kind === 'pass' ? 'passed' : 'failed'), isSecondEnd(failureOf(test.data) ?? {}));
      else emit({ type: 'gap', reason: 'malformed', message: `line ${number} is no test of mocha's` });
    }
  });
  if (other > 0) emit({ type: 'note', message: `${other} lines are not events: output of something else in the same file` });
  if (ended) {
    tally.tellPending();
    tally.check();
  } else emit({ type: 'gap', reason: 'truncated', message: 'the stream ends before the run does' });
}
