import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { judge } from '../../src/judge/judge.ts';
import { ReportV1 } from '../../src/model/report-v1.ts';
import { makeReport, reportExitCode } from '../../src/report/report.ts';
import { markdown } from '../../src/sinks/markdown/index.ts';
import { CaseFile, fillCase } from './fill.ts';

/*
 * One folder per case: `case.json` is the run, `report.md` what a reader gets. The report of a new case is written by its first
 * run, and all of them anew by `npx vitest run tests/cases -u`; read the difference before you commit it.
 */
describe.each(['pass', 'blocked', 'unknown'])('%s', (verdict) => {
  const folder = join(import.meta.dirname, verdict);
  test.each(readdirSync(folder).sort())('%s', async (name) => {
    const file = CaseFile.parse(JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')));
    const filled = fillCase(file);
    const judged = judge(filled);
    const report = ReportV1.parse(makeReport({ ...filled, judged, command: 'bin/gauntlet' }));
    const page = markdown.render(report);
    expect(report.verdict.verdict).toBe(verdict);
    expect(reportExitCode(report)).toBe(file.exit);
    expect(report.equation).toContain(file.equation);
    expect([...new Set(report.findings.map(({ code }) => code))].sort()).toEqual([...file.codes].sort());
    await expect(page).toMatchFileSnapshot(join(folder, name, 'report.md'));
  });
});
