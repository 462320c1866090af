import type { XmlWanted } from '../../lib/xml.ts';

/** What is wanted of the text of `system-out` and `system-err`, by the element around it; `undefined` for other elements. */
export function wantedOfPrinted(element: string, parent: string | undefined): XmlWanted | undefined {
  if (element !== 'system-out' && element !== 'system-err') return undefined;
  // What a whole suite wrote to stderr may be all that a crash left.
  if (element === 'system-err' && parent === 'testsuite') return 'both';
  return parent === 'testcase' || parent === 'testsuite' ? 'stream' : false;
}
