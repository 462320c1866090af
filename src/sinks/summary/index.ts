import { LIMITS } from '../../model/limits.ts';
import { defineSink } from '../contract.ts';
import { fitted, type Extent } from '../sections/document.ts';

const WHOLE: Extent = { rows: 200, folds: 60, length: 3_000, bars: 120, stack: true, matrix: true, rest: 200, stages: true };

const EXTENTS: readonly Extent[] = [
  WHOLE,
  { ...WHOLE, length: 1_200, bars: 40, rest: 50 },
  { ...WHOLE, length: 600, folds: 30, bars: 40, rest: 50, rows: 100 },
  { ...WHOLE, length: 400, folds: 10, bars: 0, rest: 10, rows: 25 },
  { ...WHOLE, length: 200, folds: 0, bars: 0, rest: 0, rows: 10, stack: false, matrix: false },
];

/** The step summary, which may hold more than a comment. */
export const summary = defineSink({
  name: 'summary',
  summary: 'the step summary of a CI job',
  render: (report) => fitted(report, EXTENTS, { limit: LIMITS.summaryBytes, size: (text) => Buffer.byteLength(text) }),
});
