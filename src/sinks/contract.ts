import type { ReportV1 } from '../model/report-v1.ts';

/** Turns a finished report into text for one kind of reader: pure, bounded, escaped. */
export interface Sink {
  readonly name: string;
  /** File name in the run directory, when this sink's text is kept there. */
  readonly file?: string;
  readonly summary: string;
  readonly render: (report: ReportV1) => string;
}

/** A sink is a plain object. */
export function defineSink(sink: Sink): Sink {
  return sink;
}
