import { cut, visible } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { defineSink } from '../contract.ts';

/**
 * The verdict, its stages and its findings as JUnit XML, for whatever shows test results and knows nothing else (GitLab, Jenkins, Buildkite).
 * A reader that looks at the counts alone sees a failure wherever the gate blocks.
 */
export const junit = defineSink({
  name: 'junit',
  file: 'report.junit.xml',
  summary: 'verdict, stages and findings as JUnit XML, for GitLab, Jenkins and others',
  render: (report) => {
    const suites = [
      suite('verdict', [verdictCase(report)]),
      suite('stages', report.stages.map(stageCase)),
      suite('findings', report.findings.map(findingCase)),
    ];
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gauntlet">\n${suites.join('')}</testsuites>\n`;
  },
});

interface Case {
  readonly name: string;
  readonly owner: string;
  readonly seconds: number;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

function suite(name: string, cases: readonly Case[]): string {
  if (cases.length === 0) return '';
  const count = (outcome: Case['outcome']) => String(cases.filter((one) => one.outcome === outcome).length);
  const head = `<testsuite name="${name}" tests="${String(cases.length)}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}">`;
  return `  ${head}\n${cases.map(testcase).join('')}  </testsuite>\n`;
}

function testcase({ name, owner, seconds, outcome, message }: Case): string {
  const open = `    <testcase classname="${attribute(owner)}" name="${attribute(name)}" time="${seconds.toFixed(3)}"`;
  if (outcome === 'passed') return `${open}/>\n`;
  const element = outcome === 'failed' ? 'failure' : 'skipped';
  return `${open}>\n      <${element} message="${attribute(cut(message, 300))}">${content(message)}</${element}>\n    </testcase>\n`;
}

function verdictCase({ verdict, equation, run }: ReportV1): Case {
  const ms = Date.parse(run.finishedAt ?? run.startedAt) - Date.parse(run.startedAt);
  const outcome = verdict.verdict === 'pass' ? 'passed' : 'failed';
  return { name: 'the gate passes', owner: 'gauntlet', seconds: Math.max(0, ms) / 1_000, outcome, message: equation };
}

function stageCase({ name, outcome, run, headline, blockedBy }: ReportV1['stages'][number]): Case {
  const message = `${outcome}: ${headline}${blockedBy.length === 0 ? '' : ` (${blockedBy.join(', ')})`}`;
  return {
    name,
    owner: 'gauntlet.stages',
    seconds: (run?.durationMs ?? 0) / 1_000,
    outcome: outcome === 'pass' ? 'passed' : 'failed',
    message,
  };
}

/** What does not block failed nothing and is no pass: skipped is what JUnit has for it. */
function findingCase({ code, title, subject, stage, summary, measured, expected, fix, disposition, result }: Finding): Case {
  const outcome = disposition === 'blocking' ? 'failed' : result.verdict === 'refuted' ? 'passed' : 'skipped';
  const because = 'because' in result ? `\nNot known, because: ${result.because}` : '';
  const message = `${disposition}: ${summary}${because}\nMeasured ${measured}; allowed ${expected}.\nFix: ${fix}`;
  return { name: `${code} ${title} (${subject})`, owner: `gauntlet.${stage}`, seconds: 0, outcome, message };
}

/** Without controls, which XML 1.0 cannot hold in any form. */
function content(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\uFFFE\uFFFF]/g, '\uFFFD');
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;').replace(/\n/g, '&#10;').replace(/\t/g, '&#9;');
}
