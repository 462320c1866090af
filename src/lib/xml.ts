import type { XmlHandler, XmlLimits } from './xml-open.ts';
import { XmlReader, type XmlEnd } from './xml-reader.ts';

export type { XmlHandler, XmlLimits, XmlWanted } from './xml-open.ts';
export type { XmlEnd } from './xml-reader.ts';

/**
 * Reads XML as it streams by, in bounded memory. Nothing is fetched and no entity is defined: a DOCTYPE that merely
 * names a DTD (Cobertura, JaCoCo) is passed over, one with declarations of its own is refused as hostile.
 * Control characters, which real runners do write, are tolerated and counted. Strings handed over may be parts of the
 * text they were read from: copy what is kept. Why there is no library in here: docs/adr/0010-an-xml-reader-of-our-own.md.
 */
export async function readXml(chunks: AsyncIterable<string>, handler: XmlHandler, limits: XmlLimits): Promise<XmlEnd> {
  const reader = new XmlReader(handler, limits);
  for await (const chunk of chunks) {
    if (!reader.write(chunk)) break;
  }
  return reader.end();
}
