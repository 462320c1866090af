import { readJson, type JsonHandler } from '../lib/json-stream.ts';
import { LIMITS } from '../model/limits.ts';
import type { CoverageEvent } from './contract.ts';

/** Characters of a path or name; sources that are quoted whole need more. */
const STRING = 20_000;
/** Characters of the largest part that is parsed at once: all statements or segments of one source file. */
const VALUE = 32_000_000;

/** Streams a document through a reader of one JSON dialect; what cuts it short is a gap. */
export async function readJsonReport(
  text: AsyncIterable<string>,
  handler: JsonHandler,
  { emit, string = STRING }: { emit: (event: CoverageEvent) => void; string?: number },
): Promise<boolean> {
  const { trouble } = await readJson(text, handler, { depth: LIMITS.depth, string, value: VALUE });
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
  return trouble === undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
