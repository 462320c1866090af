import { join } from 'node:path';

import { parse } from 'yaml';
import { z } from 'zod';

import type { Json } from '../../lib/json.ts';
import { errorMessage } from '../../model/errors.ts';
import type { Files } from '../../ports/index.ts';
import type { Gap } from '../context.ts';

const MOST_BYTES = 10_000_000;
const MOST_CASES = 1_000;

/** A case: what it gives to the steps, and what is right for it. */
export interface Case {
  readonly name: string;
  readonly given: Readonly<Record<string, Json>>;
}

const Given = z.record(z.string(), z.json());

/** The cases of a file, or why there are none. Fields that the score needs are in every one of them. */
export async function readCases(
  { files, root }: { files: Files; root: string },
  file: string,
  needed: readonly string[],
): Promise<readonly Case[] | Gap> {
  const text = await readText(files, join(root, file), file);
  if (typeof text !== 'string') return text;
  const rows = rowsOf(text, file);
  if ('reason' in rows) return rows;
  if (rows.length === 0) return gap('empty', `${file} holds no case`);
  if (rows.length > MOST_CASES) return gap('too-large', `${file} holds ${rows.length} cases; at most ${MOST_CASES} are asked`);
  const cases: Case[] = [];
  for (const { value, place } of rows) {
    const parsed = Given.safeParse(value);
    if (!parsed.success) return gap('malformed', `${place}: a case is a map of fields, such as {"question": "…", "right": "…"}`);
    const missing = needed.find((name) => !Object.hasOwn(parsed.data, name));
    if (missing !== undefined) return gap('malformed', `${place}: the case has no field \`${missing}\`, which the score needs`);
    cases.push({ name: nameOf(parsed.data, cases.length), given: parsed.data });
  }
  return cases;
}

interface Row {
  readonly value: unknown;
  readonly place: string;
}

function rowsOf(text: string, file: string): Row[] | Gap {
  if (/\.(jsonl|ndjson)$/i.test(file)) return linesOf(text, file);
  try {
    const list: unknown = /\.json$/i.test(file) ? JSON.parse(text) : parse(text, { maxAliasCount: 100 });
    if (!Array.isArray(list)) return gap('malformed', `${file} is no list of cases`);
    return list.map((value, index) => ({ value, place: `${file}, case ${index + 1}` }));
  } catch (error) {
    return gap('malformed', `${file} cannot be read: ${errorMessage(error)}`);
  }
}

function linesOf(text: string, file: string): Row[] | Gap {
  const rows: Row[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      rows.push({ value: JSON.parse(line), place: `${file}:${index + 1}` });
    } catch (error) {
      return gap('malformed', `${file}:${index + 1} is no JSON: ${errorMessage(error)}`);
    }
  }
  return rows;
}

/** A case is called by its own `name` or `id`, else by its place. */
function nameOf(given: Readonly<Record<string, unknown>>, index: number): string {
  const own = given['name'] ?? given['id'];
  return typeof own === 'string' || typeof own === 'number' ? String(own).slice(0, 80) : `case ${index + 1}`;
}

async function readText(files: Files, path: string, file: string): Promise<string | Gap> {
  if (!(await files.exists(path))) return gap('missing', `there is no ${file}`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of files.stream(path)) {
      const part = Buffer.from(chunk as Buffer);
      bytes += part.length;
      if (bytes > MOST_BYTES) return gap('too-large', `${file} is larger than 10 MB`);
      chunks.push(part);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    return gap('encoding', `${file} cannot be read: ${errorMessage(error)}`);
  }
}

function gap(reason: Gap['reason'], message: string): Gap {
  return { reason, message: `cases: ${message}` };
}
