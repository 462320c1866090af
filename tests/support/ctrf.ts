import { z } from 'zod';

// What CTRF asks of the parts that our sink writes, said anew after the published specification (https://ctrf.io/docs/specification):
// closed objects, so that a misspelt or invented key is refused.

const extra = z.looseObject({});
const label = z.union([z.string(), z.number(), z.boolean()]);
const count = z.int().min(0);

const test = z.strictObject({
  id: z.uuid().optional(),
  name: z.string().min(1),
  status: z.enum(['passed', 'failed', 'skipped', 'pending', 'other']),
  duration: count,
  suite: z.array(z.string()).min(1),
  message: z.string(),
  rawStatus: z.string(),
  labels: z.record(z.string(), label).optional(),
  filePath: z.string().optional(),
  line: z.int().optional(),
  extra: extra.optional(),
});

const summary = z.strictObject({
  tests: count,
  passed: count,
  failed: count,
  skipped: count,
  pending: count,
  other: count,
  start: count,
  stop: count,
  extra,
});

/** A CTRF report; its counts are those of its tests. */
export const CtrfReport = z.strictObject({
  reportFormat: z.literal('CTRF'),
  specVersion: z.string().regex(/^\d+\.\d+\.\d+$/),
  reportId: z.uuid(),
  timestamp: z.iso.datetime(),
  generatedBy: z.string(),
  results: z
    .strictObject({
      tool: z.strictObject({ name: z.string().min(1), version: z.string() }),
      summary,
      tests: z.array(test),
      environment: z.strictObject({
        commit: z.string().optional(),
        repositoryName: z.string().optional(),
        buildUrl: z.string().optional(),
        buildId: z.string().optional(),
        osPlatform: z.string(),
      }),
    })
    .refine(({ summary: told, tests }) =>
      (['passed', 'failed', 'skipped', 'pending', 'other'] as const).every(
        (status) => told[status] === tests.filter((each) => each.status === status).length,
      ),
    ),
});
