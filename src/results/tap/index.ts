import type { ResultsFormat } from '../contract.ts';
import { tapLine } from './line.ts';
import { parseTap } from './parse.ts';

/**
 * TAP 12 to 14, https://testanything.org/tap-version-14-specification.html. Tests are leaves: a point with subtests is
 * counted only where it failed and none of them did. `not ok … # TODO` is skipped. A missing plan, or fewer points than
 * planned, at the end of the file is a gap; in the middle of a file (prove) it is an error of the script that died.
 */
export const tap: ResultsFormat = {
  format: 'tap',
  title:
    'TAP 12 to 14 (node --test, tape, node-tap, AVA, QUnit, mocha, bats, prove -v, pgTAP, …); subtests are counted, not the test around them',
  sniff: ({ text }) => claims(text),
  parse: parseTap,
};

/** Lines looked at; other output may stand before the first one of TAP. */
const LINES = 2_000;

/** A version and something of TAP behind it, a plan with a point, or points that are numbered from one. */
function claims(head: string): boolean {
  if (/^\s*[<{[]/.test(head)) return false;
  let version = false;
  let plan = false;
  let points = 0;
  let next = 1;
  for (const text of head.split('\n', LINES)) {
    const line = tapLine(text.trimEnd());
    if (line?.kind === 'version') version = true;
    else if (line?.kind === 'plan') {
      if (line.skip !== undefined) return true;
      plan = true;
    } else if (line?.kind === 'bail-out' && (version || plan || points > 0)) return true;
    else if (line?.kind === 'point' && (line.point.number !== undefined || version || plan)) {
      points += 1;
      next = line.point.number === next ? next + 1 : next;
    }
    if ((version && (plan || points > 0)) || (plan && points > 0) || next > 3) return true;
  }
  // One numbered point is said in logs as well, but not at their beginning.
  return version || next > 2 || /^\s*(?:not )?ok 1\b/.test(head);
}
