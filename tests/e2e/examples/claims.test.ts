import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { projectAt, type Ended, type Project } from '../support/project.ts';

// The Go on PATH and a C compiler run this; without them it fails, as it should.
const ROOT = resolve(import.meta.dirname, '../../..');
const VERDICTS = {
  confirmed: ['1', '3', '8', '9', '11', '12', '13', '15', '17', '18', '19'],
  refuted: ['2', '4'],
  documentation: ['10'],
  not_tested: ['5', '6', '7', '14', '16', '20+'],
  inconclusive: [],
};

let folder: string;
let project: Project;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gauntlet-claims-'));
  const path = join(folder, 'go-sessions');
  await cp(join(ROOT, 'examples/go-sessions'), path, { recursive: true, filter: (source) => !/\/(?:\.gauntlet|reports)$/.test(source) });
  project = await projectAt(path, { modules: join(ROOT, 'node_modules') });
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

describe('the claims of a review, decided by its own tests under the race detector', () => {
  let ended: Ended;
  let report: ReportV1;
  beforeAll(async () => {
    ended = await project.gauntlet(['-q', 'run'], { env: GO_ENV });
    report = await ended.report();
  });

  it('ends every claim in the verdict that its evidence gives', () => {
    expect(ended.exitCode, ended.stderr).toBe(1);
    expect(byVerdict(report)).toEqual(VERDICTS);
    expect(report.claims?.tally).toMatchObject({ confirmed: 11, refuted: 2, documentation: 1, not_tested: 6, tested: 14, inconclusive: 0 });
  });

  it('shows each verdict by what the tests printed', () => {
    const numbers = (id: string) => report.claims?.claims.find((claim) => claim.id === id)?.tests.flatMap((test) => test.numbers);
    expect(numbers('1')?.[0]).toMatch(/^1000 of 1000 ended sessions are still in memory, -?\d+\.\d\d MB growth$/);
    expect(numbers('18')).toEqual(['1000 of 1000 rapid requests answered with 200, 0 limited']);
    expect(numbers('13')?.[0]).toMatch(/^\d+ reports? of a data race$/);
  });

  it('takes the test that the race fails for the claim that it confirms, and shows both stacks', () => {
    const codes = report.findings.map(({ code }) => code);
    expect(codes).not.toContain('TST-01');
    const race = report.findings.find(({ code }) => code === 'CON-01');
    expect(race?.locations.slice(0, 2).map(({ path }) => path)).toEqual(['internal/websocket/handler.go', 'internal/websocket/handler.go']);
    expect(race?.summary).toContain('checkOrigin');
    expect(race?.summary).toContain('SetAllowedOrigins');
    expect(
      report.findings
        .filter(({ disposition }) => disposition === 'blocking')
        .map(({ code, subject }) => `${code} ${subject.split(' ')[1]}`),
    ).toEqual(['CON-06 13', expect.stringMatching(/^CON-01 /), 'TST-16 1']);
  });

  it("contradicts the document's own numbers with both numbers, and names what it leaves out", () => {
    const differing = report.claims?.stated
      .filter(({ holds }) => !holds)
      .map(({ text, says, computed }) => `${text}: ${says} / ${computed}`);
    expect(differing).toEqual([
      'Confirmed 4 real issues: 4 / 11',
      'Issues tested: 13 out of 19: 13 / 14',
      'Confirmed issues: 10: 10 / 11',
      'Confirmed issues: 10: 10 listed / 11: #3 not in the list',
    ]);
    expect(report.findings.filter(({ code }) => code === 'RPT-01')).toHaveLength(4);
    const untested = report.findings.find(({ code }) => code === 'TST-18');
    expect(untested?.title).toBe('6 of 20 claims have no test: #5, #6, #7, #14, #16 and #20+');
    expect(untested?.summary).toContain('TestProductionIssue06_EncryptionKeyValidation only has its name');
  });

  it('prints the table', () => {
    expect(ended.stdout).toContain('claims (claims.yml): 11 confirmed, 2 refuted, 1 documentation, 6 not tested; 4 stated numbers differ');
    expect(ended.stdout).toMatch(/\n +4 +false positive The session of a connection is accessed without a lock/);
  });
});

it('refutes nothing that only a race could confirm when the race detector was off', async () => {
  const config = join(project.path, 'gauntlet.yml');
  await writeFile(
    config,
    (await readFile(config, 'utf8')).replace('go test -race -json', 'go test -json').replace('results:', 'race: true\n      results:'),
  );
  const { exitCode, report } = await project.gauntlet(['-q', 'run'], { env: GO_ENV });
  const found = await report();
  expect(exitCode).toBe(1);
  expect(byVerdict(found).refuted).toEqual(['2']);
  expect(byVerdict(found).not_tested).toEqual(['4', '5', '6', '7', '10', '13', '14', '16', '20+']);
  expect(
    found.findings.filter(({ result }) => result.verdict === 'not_tested').map(({ code, disposition }) => [code, disposition]),
  ).toEqual([
    ['CON-02', 'blocking'],
    ['TST-18', 'blocking'],
  ]);
  // A stated number that the open claims could still bear out is no lie yet.
  expect(found.findings.find(({ subject }) => subject.startsWith('tally False positives: 2 (number)'))?.result.verdict).toBe(
    'inconclusive',
  );
});

const GO_ENV = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => /^(?:GO|CGO_|CC$|XDG_CACHE_HOME)/.test(entry[0]) && entry[1] !== undefined,
  ),
);

function byVerdict({ claims }: ReportV1): Record<string, string[]> {
  const of = (verdict: string) => (claims?.claims ?? []).filter((claim) => claim.verdict === verdict).map(({ id }) => id);
  return Object.fromEntries(Object.keys(VERDICTS).map((verdict) => [verdict, of(verdict)]));
}
