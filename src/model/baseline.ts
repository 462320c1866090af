import { z } from 'zod';

import { Ratio } from './coverage.ts';
import { Machine } from './machine.ts';

const Known = z.object({
  fingerprint: z.string(),
  code: z.string(),
  firstSeen: z.object({ sha: z.string(), at: z.iso.datetime() }),
  /** Of findings, not of the single subjects that they gather: what it is to tell that one is fixed. */
  stage: z.string().optional(),
  subject: z.string().optional(),
});

/** A finding that was gone at a commit: when it comes back, it is no news but a relapse. */
const Fixed = z.object({ fingerprint: z.string(), code: z.string(), fixedAt: z.object({ sha: z.string(), at: z.iso.datetime() }) });

const common = {
  sha: z.string(),
  at: z.iso.datetime(),
  findings: z.array(Known),
  /** Findings that earlier runs had and this one had not, newest first; absent where nobody kept them. */
  fixed: z.array(Fixed).optional(),
  /** Distinct tests per stage, to notice that they vanish. */
  tests: z.record(z.string(), z.number()),
};

/** Coverage of one stage: totals, and `[covered, total]` lines of each file. */
export const BaselineCoverage = z.object({
  lines: Ratio,
  branches: Ratio.optional(),
  functions: Ratio.optional(),
  files: z.record(z.string(), z.tuple([z.number(), z.number()])),
});
export type BaselineCoverage = z.output<typeof BaselineCoverage>;

/** The median of a journey under a load, in milliseconds. */
const StoredTime = z.object({
  stage: z.string(),
  load: z.string(),
  journey: z.string(),
  /** Walks a second, as asked. */
  perSecond: z.number(),
  p50: z.number(),
  samples: z.number(),
});
export type StoredTime = z.output<typeof StoredTime>;

const Current = z.object({
  schema: z.literal('gauntlet.baseline/2'),
  ...common,
  /** Every test of a stage, packed (`lib/packed-cases.ts`); left out where there were too many to keep, or nobody read them. */
  cases: z.record(z.string(), z.string()),
  coverage: z.record(z.string(), BaselineCoverage),
  /** Stages that the run planned: of any other it says nothing. `undefined` when it is not known. */
  stages: z.array(z.string()).optional(),
  /** Rows that it was narrowed to; a narrowed run says nothing about the rest. */
  only: z.array(z.string()),
  /** Times under load, with the machine that they are of: on another one they say nothing. */
  performance: z.object({ machine: Machine, times: z.array(StoredTime) }).optional(),
  /** Ids of the owed pieces that it could not look at: nothing is new, fixed or vanished against them. */
  notLooked: z.array(z.string()),
  /** `owner/name` of the forge, where the run knew it. */
  repository: z.string().optional(),
  /** Why it may be of something else than what is judged against it; found when it is read, never kept. */
  doubt: z.string().optional(),
});

/** The form of earlier versions, which knew no single test, no file and nothing of what it had not looked at. */
const First = z
  .object({ schema: z.literal('gauntlet.baseline/1'), ...common, coverage: z.record(z.string(), z.number()) })
  .transform(({ coverage, schema: _, ...rest }) => ({
    schema: 'gauntlet.baseline/2' as const,
    ...rest,
    cases: {},
    coverage: Object.fromEntries(
      Object.entries(coverage).map(([stage, ratio]) => [stage, { lines: { covered: ratio, total: 1 }, files: {} }]),
    ),
    only: [],
    notLooked: [],
  }));

/** What is kept of a judged run of the base branch, to tell new from known. An earlier form is read as this one. */
export const Baseline = z.union([Current, First]);
export type Baseline = z.output<typeof Current>;
