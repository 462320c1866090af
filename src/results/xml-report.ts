import { readXml, type XmlHandler } from '../lib/xml.ts';
import { LIMITS } from '../model/limits.ts';
import type { ResultEvent } from './contract.ts';

type Emit = (event: ResultEvent) => void;

/** What reads an XML report; `end` is told when nothing more comes, also where the document is broken. */
export interface XmlReport extends XmlHandler {
  readonly end: () => void;
}

/** Streams an XML report through `report`, bounded, and tells what is wrong with the document. */
export async function readXmlReport(text: AsyncIterable<string>, report: XmlReport, emit: Emit): Promise<void> {
  const { trouble, tolerated } = await readXml(
    text,
    { open: (name, attributes) => report.open(name, attributes), close: (name, content) => report.close(name, content) },
    { depth: LIMITS.depth, text: LIMITS.caseText },
  );
  report.end();
  if (tolerated > 0) emit({ type: 'note', message: `${tolerated} characters that XML forbids were let through` });
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}

/** A count in an attribute; `undefined` when there is none that could be one. */
export function countOf(attribute: string | undefined): number | undefined {
  return attribute !== undefined && /^\s*\d{1,12}\s*$/.test(attribute) ? Number(attribute) : undefined;
}

/** Seconds (`1.5`, `0,5`, `1,234.5`) in milliseconds. */
export function secondsToMs(seconds: string | undefined): number | undefined {
  if (seconds === undefined || seconds.trim() === '') return undefined;
  const thousands = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(seconds);
  const value = Number(thousands ? seconds.replaceAll(',', '') : seconds.replace(',', '.'));
  return Number.isFinite(value) && value >= 0 ? Math.round(value * 1e6) / 1e3 : undefined;
}

/** A .NET `TimeSpan` (`[d.]hh:mm:ss[.fffffff]`) in milliseconds. */
export function timeSpanToMs(span: string | undefined): number | undefined {
  const match = /^(?:(\d+)\.)?(\d+):(\d{2}):(\d{2}(?:[.,]\d+)?)$/.exec(span?.trim() ?? '');
  if (match === null) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds.replace(',', '.'));
  return Math.round(total * 1e6) / 1e3;
}
