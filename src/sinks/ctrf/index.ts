import { createHash } from 'node:crypto';

import { mapStrings, type Json } from '../../lib/json.ts';
import { cut, visible } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { defineSink } from '../contract.ts';

type Status = 'passed' | 'failed' | 'skipped' | 'pending' | 'other';
type Test = { readonly name: string; readonly status: Status; readonly [key: string]: Json };

/**
 * The verdict, its stages and its findings as tests in the Common Test Report Format (https://ctrf.io), for dashboards that read it.
 * A reader that looks at the counts alone sees a failure wherever the gate blocks, also where it could not look.
 */
export const ctrf = defineSink({
  name: 'ctrf',
  file: 'report.ctrf.json',
  summary: 'verdict, stages and findings as tests in the Common Test Report Format (CTRF)',
  render: (report) => `${JSON.stringify(mapStrings(ctrfOf(report), visible), undefined, 1)}\n`,
});

function ctrfOf(report: ReportV1): Json {
  const { run } = report;
  const tests: Test[] = [verdictTest(report), ...report.stages.map(stageTest), ...report.findings.map(findingTest)];
  const count = (status: Status) => tests.filter((test) => test.status === status).length;
  const start = Date.parse(run.startedAt);
  const stop = Date.parse(run.finishedAt ?? run.startedAt);
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    reportId: uuid(`run ${run.id}`),
    timestamp: new Date(stop).toISOString(),
    generatedBy: 'gauntlet',
    results: {
      tool: { name: 'Gauntlet', version: run.tool.version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: count('pending'),
        other: count('other'),
        start,
        stop,
        extra: { verdict: report.verdict.verdict, equation: report.equation, notLooked: report.counts.notLooked },
      },
      tests: [...tests],
      environment: {
        ...(run.git.head === undefined ? {} : { commit: run.git.head }),
        ...(run.forge.repository === undefined ? {} : { repositoryName: run.forge.repository }),
        ...(run.forge.runUrl === undefined ? {} : { buildUrl: run.forge.runUrl }),
        ...(run.forge.runId === undefined ? {} : { buildId: run.forge.runId }),
        osPlatform: run.machine.platform,
      },
    },
  };
}

function verdictTest({ verdict, equation, run }: ReportV1): Test {
  return {
    name: 'verdict',
    status: verdict.verdict === 'pass' ? 'passed' : 'failed',
    duration: Math.max(0, Date.parse(run.finishedAt ?? run.startedAt) - Date.parse(run.startedAt)),
    suite: ['gate'],
    rawStatus: verdict.verdict,
    message: cut(equation, 4_000),
  };
}

function stageTest({ name, outcome, run, headline }: ReportV1['stages'][number]): Test {
  return {
    name,
    status: outcome === 'pass' ? 'passed' : 'failed',
    duration: Math.max(0, Math.round(run?.durationMs ?? 0)),
    suite: ['stages'],
    rawStatus: outcome,
    message: cut(headline, 4_000),
  };
}

function findingTest(finding: Finding): Test {
  const [place] = finding.locations;
  const { result } = finding;
  return {
    id: uuid(finding.fingerprint),
    name: `${finding.code} ${finding.title} (${finding.subject})`,
    status: statusOf(finding),
    duration: 0,
    suite: ['findings', finding.stage],
    rawStatus: finding.disposition === 'waived' ? 'waived' : result.verdict,
    message: cut('because' in result ? `${finding.summary}\nNot known, because: ${result.because}` : finding.summary, 4_000),
    labels: {
      code: finding.code,
      priority: finding.priority,
      disposition: finding.disposition,
      novelty: finding.novelty,
      fingerprint: finding.fingerprint,
    },
    ...(place === undefined ? {} : { filePath: place.path }),
    ...(place?.line === undefined ? {} : { line: place.line }),
    extra: {
      measured: finding.measured,
      expected: finding.expected,
      fix: finding.fix,
      effort: finding.effort.range,
      repro: finding.repro,
      evidence: finding.evidence.map(({ id, shows }) => ({ id, shows })),
      ...(finding.owners === undefined ? {} : { owners: finding.owners }),
    },
  };
}

/** What blocks failed, whatever the reason. What does not block failed nothing, and is no pass either. */
function statusOf({ disposition, result }: Finding): Status {
  if (disposition === 'blocking') return 'failed';
  switch (result.verdict) {
    case 'refuted':
      return 'passed';
    case 'not_tested':
      return 'pending';
    case 'not_applicable':
      return 'skipped';
    case 'confirmed':
    case 'inconclusive':
      return 'other';
  }
}

const NAMESPACE = Buffer.from('6f6c1d0a8e9b5d7f9b3f2a7c4e1d8b60', 'hex');

/** A name-based UUID (RFC 9562, version 5). */
function uuid(name: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(name.toWellFormed()).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
