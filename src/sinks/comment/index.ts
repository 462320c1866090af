import { LIMITS } from '../../model/limits.ts';
import { defineSink } from '../contract.ts';
import { fitted, type Extent } from '../sections/document.ts';

const WHOLE: Extent = { rows: 25, folds: 10, length: 1_200, bars: 40, stack: true, matrix: true, rest: 20, stages: true };

/** From all to the verdict alone: the least important goes first. */
const EXTENTS: readonly Extent[] = [
  WHOLE,
  { ...WHOLE, bars: 0 },
  { ...WHOLE, bars: 0, stack: false },
  { ...WHOLE, bars: 0, stack: false, rest: 5 },
  { ...WHOLE, bars: 0, stack: false, rest: 5, matrix: false },
  { ...WHOLE, bars: 0, stack: false, rest: 5, matrix: false, length: 600 },
  { ...WHOLE, bars: 0, stack: false, rest: 0, matrix: false, length: 400, folds: 5 },
  { ...WHOLE, bars: 0, stack: false, rest: 0, matrix: false, length: 400, folds: 2, rows: 10 },
  { ...WHOLE, bars: 0, stack: false, rest: 0, matrix: false, length: 200, folds: 0, rows: 10 },
  { ...WHOLE, bars: 0, stack: false, rest: 0, matrix: false, length: 200, folds: 0, rows: 3 },
  { rows: 0, folds: 0, length: 0, bars: 0, stack: false, matrix: false, rest: 0, stages: false },
];

/** The body of the pull request comment. The forge adapter puts its hidden marker before it: LIMITS leaves the room. */
export const comment = defineSink({
  name: 'comment',
  summary: 'the pull request comment: verdict, findings with proof and fix, stages',
  render: (report) => fitted(report, EXTENTS, { limit: LIMITS.commentCharacters, size: (text) => text.length }),
});
