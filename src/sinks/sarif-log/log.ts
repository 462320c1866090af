import { mapStrings, type Json } from '../../lib/json.ts';
import { visible } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { exitCode } from '../../model/verdict.ts';
import { resultOf, type Extent } from './result.ts';
import { rulesOf } from './rules.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/**
 * A log of one run in SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). `findings` are those of the report
 * that go in; `full` holds all that SARIF has a place for, `github` what code scanning reads of it.
 */
export function sarifLog(report: ReportV1, findings: readonly Finding[], extent: Extent): string {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  const log: Json = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Gauntlet',
            version: report.run.tool.version,
            ...(/^\d+\.\d+\.\d+/.test(report.run.tool.version) ? { semanticVersion: report.run.tool.version } : {}),
            rules: rulesOf(codes, findings),
          },
        },
        automationDetails: { id: `gauntlet/${report.run.budget}/${report.run.id}` },
        columnKind: 'utf16CodeUnits',
        invocations: [invocationOf(report)],
        ...provenanceOf(report),
        results: findings.map((finding) => resultOf(report, finding, { extent, ruleIndex: codes.indexOf(finding.code) })),
        properties: {
          verdict: report.verdict.verdict,
          equation: report.equation,
          budget: report.run.budget,
          baseline: report.baseline.state,
          notInThisFile: report.findings.length - findings.length,
        },
      },
    ],
  };
  return `${JSON.stringify(mapStrings(log, visible), undefined, 1)}\n`;
}

/** A stage that did not come to its end is the tool's own trouble, and not a result. */
function invocationOf({ run, verdict, stages, equation }: ReportV1): Json {
  const broken = stages.filter((stage) => stage.run?.status !== 'completed');
  return {
    executionSuccessful: run.ended === 'completed' && broken.length === 0,
    startTimeUtc: run.startedAt,
    ...(run.finishedAt === undefined ? {} : { endTimeUtc: run.finishedAt }),
    exitCode: exitCode(verdict),
    exitCodeDescription: equation,
    toolExecutionNotifications: broken.map(({ name, run: stage }) => ({
      descriptor: { id: `stage/${name}` },
      level: 'error',
      message: {
        text: `the stage ${name} ${stage ? `ended as ${stage.status}${stage.because ? `: ${stage.because}` : ''}` : 'did not run'}`,
      },
    })),
  };
}

function provenanceOf({ run: { git, forge } }: ReportV1): { versionControlProvenance?: Json } {
  const { serverUrl, repository } = forge;
  if (serverUrl === undefined || repository === undefined || !URL.canParse(`${serverUrl}/${repository}`)) return {};
  return {
    versionControlProvenance: [
      { repositoryUri: new URL(`${serverUrl}/${repository}`).href, ...(git.head === undefined ? {} : { revisionId: git.head }) },
    ],
  };
}
