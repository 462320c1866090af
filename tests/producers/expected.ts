import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { coverageFormats } from '../../src/coverage/registry.ts';
import { GapReason } from '../../src/model/gap.ts';
import { Disagreement, TestCounts } from '../../src/model/tests.ts';
import { resultsFormats } from '../../src/results/registry.ts';
import { EXPECTED } from './expected-file.ts';

const source = resolve(import.meta.dirname, '../../src');
const Parts = z.strictObject({ covered: z.int(), total: z.int() });

const About = z.strictObject({
  producer: z.string(),
  /** Of the producer that wrote it; of the published schema that it was written after by hand, where `unverified`. */
  version: z.string(),
  /** Written by hand: no producer has confirmed it. */
  unverified: z.literal(true).optional(),
  /** Why the numbers are these, where somebody would count otherwise. */
  why: z.string().optional(),
  /** What the producer printed when it wrote the fixture. */
  said: z.string().optional(),
  /** The report is broken, or holds no test, and that is what must come out. */
  gap: GapReason.optional(),
});

/** What the sample suite holds, or the producer itself said: never what a parser of ours made of it. */
export const ExpectedResults = About.extend({
  counts: z.strictObject(TestCounts.shape),
  /** Numbers of the report that its own cases do not bear out: the producer's fault. */
  disagreements: z.array(Disagreement).optional(),
});
export type ExpectedResults = z.output<typeof ExpectedResults>;

export const ExpectedCoverage = About.extend({
  lines: Parts,
  branches: Parts.optional(),
  functions: Parts.optional(),
  files: z.int(),
});
export type ExpectedCoverage = z.output<typeof ExpectedCoverage>;

export interface FixtureFolder {
  readonly kind: 'results' | 'coverage';
  readonly format: string;
  readonly path: string;
  /** Names of the fixtures, without `expected.json`. */
  readonly files: readonly string[];
}

/** `src/<kind>/<format>/fixtures` of every format in the registries: a folder alone is a parser still to come. */
export async function fixtureFolders(): Promise<FixtureFolder[]> {
  const kinds = [
    { kind: 'results', formats: resultsFormats },
    { kind: 'coverage', formats: coverageFormats },
  ] as const;
  const all = kinds.flatMap(({ kind, formats }) => formats.map(({ format }) => ({ kind, format })));
  return await Promise.all(
    all.map(async ({ kind, format }) => {
      const path = join(source, kind, format, 'fixtures');
      const files = (await readdir(path)).filter((name) => name !== EXPECTED).sort();
      return { kind, format, path, files };
    }),
  );
}

/** The entries of one folder by file; `{}` where the folder says nothing. */
export async function readExpected<T>(folder: string, entry: z.ZodType<T>): Promise<Readonly<Record<string, T>>> {
  const text = await readFile(join(folder, EXPECTED), 'utf8').catch(() => '{}');
  return z.record(z.string(), entry).parse(JSON.parse(text));
}
