import { readXml } from '../lib/xml.ts';
import { LIMITS } from '../model/limits.ts';
import type { CoverageEvent } from './contract.ts';

export type Attributes = Readonly<Record<string, string>>;

/** A reader of one XML dialect. */
export interface XmlReport {
  /** Return `true` to be given the element's text when it closes. */
  readonly open: (name: string, attributes: Attributes) => boolean | undefined;
  readonly close: (name: string, text: string) => void;
  /** The document is over; `whole` when it was read to its end. What was wrong in it is returned. */
  readonly end: (whole: boolean) => string | undefined;
}

/** Streams a document through a reader; what cuts it short, or is wrong in it, is a gap. */
export async function readXmlReport(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void, report: XmlReport): Promise<void> {
  const { trouble, tolerated } = await readXml(
    text,
    { open: (name, attributes) => report.open(name, attributes) === true, close: (name, content) => report.close(name, content) },
    { depth: LIMITS.depth, text: LIMITS.caseText },
  );
  const wrong = report.end(trouble === undefined);
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
  if (tolerated > 0) emit({ type: 'note', message: `${tolerated} characters that XML forbids were let through` });
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}
