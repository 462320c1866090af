import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ReportV1 } from '../../../src/model/report-v1.ts';
import { eventOf } from '../../fakes/github/events.ts';
import { startGitHub } from '../../fakes/github/server.ts';
import { runJavaScriptAction } from '../../fakes/runner/index.ts';
import type { JavaScriptResult } from '../../fakes/runner/javascript.ts';
import type { Project } from '../support/project.ts';
import { sample } from './samples.ts';

// A matrix: each leg runs some stages on a machine of its own; one job judges what arrived.
const JUDGE = resolve(import.meta.dirname, '../../../actions/judge');
/** What the fake runner's event says is pushed. */
const PUSHED = '8b0fcf6b669711350c527e8fcac52131d2e0fa2a';

/** Runs one leg and keeps its run directory as its artifact would be downloaded. */
async function leg(project: Project, stage: string, head = PUSHED): Promise<string> {
  await project.gauntlet(['run', '--stage', stage, '--leg', stage], { env: { GITHUB_ACTIONS: 'true', GITHUB_SHA: head } });
  const id = (await project.read('.gauntlet/latest')).trim();
  const folder = join(project.path, 'legs', `gauntlet-report-${stage}`);
  await mkdir(join(project.path, 'legs'), { recursive: true });
  await cp(join(project.path, '.gauntlet/runs', id), folder, { recursive: true });
  await rm(join(project.path, '.gauntlet'), { recursive: true });
  return folder;
}

const judge = (project: Project, inputs: Record<string, string> = {}): Promise<JavaScriptResult> =>
  runJavaScriptAction({ action: JUDGE, workspace: project.path, inputs: { legs: 'legs', ...inputs } });

async function reportOf({ outputs }: JavaScriptResult): Promise<ReportV1> {
  return ReportV1.parse(JSON.parse(await readFile(outputs['report-json'] ?? '', 'utf8')));
}

describe('the legs of a matrix', () => {
  it('are judged as one run', async () => {
    await using project = await sample('good');
    await leg(project, 'unit');
    await leg(project, 'e2e');
    const job = await judge(project);
    expect([job.main?.exitCode, job.outputs['verdict']]).toEqual([0, 'pass']);
    const report = await reportOf(job);
    expect(report.stages.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['unit', 'pass'],
      ['e2e', 'pass'],
    ]);
    expect(report.run.ended).toBe('completed');
  });

  it('block together when one of them does', async () => {
    await using project = await sample('bad');
    await leg(project, 'unit');
    await leg(project, 'e2e');
    const job = await judge(project);
    expect([job.main?.exitCode, job.outputs]).toEqual([
      1,
      expect.objectContaining({ verdict: 'blocked', 'blocked-by': expect.stringContaining('TST-') }),
    ]);
  });

  it('are unknown, never green, when one of them did not arrive', async () => {
    await using project = await sample('good');
    await leg(project, 'unit');
    const job = await judge(project);
    expect([job.main?.exitCode, job.outputs['verdict']]).toEqual([2, 'unknown']);
    expect((await judge(project, { stages: 'unit' })).outputs['verdict']).toBe('pass');
  });

  it('cannot make the gate smaller by what they bring along', async () => {
    await using project = await sample('good');
    const folder = await leg(project, 'unit');
    const plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')) as { owed: unknown[] };
    await writeFile(join(folder, 'plan.json'), JSON.stringify({ ...plan, owed: [] }));
    await rm(join(folder, 'evidence'), { recursive: true });
    expect((await judge(project)).outputs['verdict']).toBe('unknown');
  });

  it('are refused when they are about another commit, repeat a stage, or are not there', async () => {
    await using project = await sample('good');
    const missing = await judge(project);
    expect([missing.main?.exitCode, missing.annotations[0]?.message]).toEqual([2, expect.stringContaining('no run is in legs')]);
    const folder = await leg(project, 'unit');
    await cp(folder, join(project.path, 'legs', 'again'), { recursive: true });
    expect((await judge(project)).annotations[0]?.message).toContain('the stage unit belongs to');
    await rm(join(project.path, 'legs', 'again'), { recursive: true });
    const info = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as { git: object };
    await writeFile(join(folder, 'run.json'), JSON.stringify({ ...info, git: { ...info.git, head: 'f'.repeat(40) } }));
    expect((await judge(project)).annotations[0]?.message).toContain('this job is about');
  });
});

describe('the fork-safe pair', () => {
  const FORK_HEAD = '370d0221ec5aaa577de8b95954c260d8fc7684ee';

  it('judges the artifact of a fork by the configuration here, and comments on its pull request', async () => {
    await using github = await startGitHub({ pulls: [{ number: 8, headSha: FORK_HEAD, headRepo: 'mallory/demo', headRef: 'topic-8' }] });
    await using project = await sample('bad');
    await leg(project, 'unit', FORK_HEAD);
    await leg(project, 'e2e', FORK_HEAD);
    const { GITHUB_TOKEN: token = '', ...env } = github.env();
    const job = { workspace: project.path, event: eventOf('workflow_run.completed.fork'), env };
    const judged = await runJavaScriptAction({ ...job, action: JUDGE, inputs: { legs: 'legs', fail: 'false' } });
    expect([judged.main?.exitCode, judged.outputs['verdict']]).toEqual([0, 'blocked']);
    const commented = await runJavaScriptAction({ ...job, action: resolve(JUDGE, '../comment'), inputs: { token } });
    expect(commented.main?.exitCode).toBe(0);
    expect(github.state.comments).toMatchObject([{ issue: 8, body: expect.stringContaining(`head=${FORK_HEAD}`) }]);
    expect(github.violations).toEqual([]);
  });

  it('refuses an artifact that claims another commit', async () => {
    await using project = await sample('good');
    await leg(project, 'unit', PUSHED);
    const job = await runJavaScriptAction({
      action: JUDGE,
      workspace: project.path,
      event: eventOf('workflow_run.completed.fork'),
      inputs: { legs: 'legs' },
    });
    expect([job.main?.exitCode, job.annotations[0]?.message]).toEqual([2, expect.stringContaining(`this job is about ${FORK_HEAD}`)]);
  });
});
