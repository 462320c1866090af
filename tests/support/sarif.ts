import { z } from 'zod';

// What SARIF 2.1.0 asks of the parts that our sinks write, said anew after the published specification
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/): closed objects, so that a misspelt or invented key is refused.

const text = z.strictObject({ text: z.string(), markdown: z.string().optional() });
const properties = z.looseObject({ tags: z.array(z.string()).optional() });
const level = z.enum(['none', 'note', 'warning', 'error']);
const uri = z.string().refine((written) => URL.canParse(written, 'file:///repo/') && !/[\s\\]/.test(written), 'is no URI reference');
const instant = z.iso.datetime();
const index = z.int().min(-1);

const physicalLocation = z.strictObject({
  artifactLocation: z.strictObject({ uri, uriBaseId: z.string().optional() }),
  region: z
    .strictObject({ startLine: z.int().min(1), endLine: z.int().min(1).optional(), startColumn: z.int().min(1).optional() })
    .refine(({ startLine, endLine = startLine }) => endLine >= startLine)
    .optional(),
});

const result = z
  .strictObject({
    ruleId: z.string(),
    ruleIndex: index,
    kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']),
    level,
    rank: z.number().min(-1).max(100),
    message: text,
    locations: z.array(z.strictObject({ physicalLocation, logicalLocations: z.array(z.strictObject({ name: z.string() })).optional() })),
    partialFingerprints: z.record(z.string(), z.string()),
    baselineState: z.enum(['new', 'unchanged', 'updated', 'absent']).optional(),
    suppressions: z
      .array(
        z.strictObject({
          kind: z.enum(['inSource', 'external']),
          status: z.enum(['accepted', 'underReview', 'rejected']),
          justification: z.string(),
        }),
      )
      .optional(),
    properties: properties.optional(),
  })
  // §3.27.10: a result that is no failure has no level.
  .refine(({ kind, level: own }) => kind === 'fail' || own === 'none', 'only `fail` has a level');

const rule = z.strictObject({
  id: z.string(),
  shortDescription: text,
  help: text,
  defaultConfiguration: z.strictObject({ level }),
  properties,
});

const run = z
  .strictObject({
    tool: z.strictObject({
      driver: z.strictObject({ name: z.string(), version: z.string(), semanticVersion: z.string().optional(), rules: z.array(rule) }),
    }),
    automationDetails: z.strictObject({ id: z.string() }),
    columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
    invocations: z.array(
      z.strictObject({
        executionSuccessful: z.boolean(),
        startTimeUtc: instant,
        endTimeUtc: instant.optional(),
        exitCode: z.int(),
        exitCodeDescription: z.string(),
        toolExecutionNotifications: z.array(z.strictObject({ descriptor: z.strictObject({ id: z.string() }), level, message: text })),
      }),
    ),
    versionControlProvenance: z.array(z.strictObject({ repositoryUri: z.url(), revisionId: z.string().optional() })).optional(),
    results: z.array(result),
    properties,
  })
  .refine(
    ({ results, tool }) => results.every(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId),
    'ruleIndex leads to another rule',
  )
  .refine(({ tool }) => new Set(tool.driver.rules.map(({ id }) => id)).size === tool.driver.rules.length, 'a rule stands twice');

/** A SARIF log with one run. */
export const SarifLog = z.strictObject({ $schema: z.url(), version: z.literal('2.1.0'), runs: z.tuple([run]) });
