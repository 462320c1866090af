import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventOf } from '../../fakes/github/events.ts';
import { startGitHub, type FakeGitHub } from '../../fakes/github/server.ts';
import { runJavaScriptAction } from '../../fakes/runner/index.ts';
import type { JavaScriptResult } from '../../fakes/runner/javascript.ts';
import type { Project } from '../support/project.ts';
import { sample } from './samples.ts';

// The actions as they are shipped: dist/, under the runner's Node.
const ROOT = resolve(import.meta.dirname, '../../..');

let github: FakeGitHub;
beforeEach(async () => {
  github = await startGitHub({ pulls: [{ number: 7, headSha: 'fc0e04ceacd1c2734e68c87427b5bd179e786832' }] });
});
afterEach(async () => {
  if (github.violations.length > 0) throw new Error(`forbidden by GitHub's description: ${JSON.stringify(github.violations)}`);
  await github[Symbol.asyncDispose]();
});

interface Options {
  readonly inputs?: Record<string, string>;
  readonly cancelAfter?: RegExp;
}

function act(
  name: 'stack' | 'stage' | 'judge' | 'comment',
  project: Project,
  { inputs = {}, cancelAfter }: Options = {},
): Promise<JavaScriptResult> {
  const { GITHUB_TOKEN: _, ...server } = github.env();
  return runJavaScriptAction({
    action: resolve(ROOT, 'actions', name),
    inputs,
    event: eventOf('pull_request.opened'),
    workspace: project.path,
    env: server,
    nested: true,
    ...(cancelAfter === undefined ? {} : { cancelAfter }),
  });
}

describe('actions/stack', () => {
  it('brings the stack up; its post shows the logs and takes it down', async () => {
    await using project = await sample('good');
    const job = await act('stack', project);
    expect(job.main).toMatchObject({
      exitCode: 0,
      outputs: { run: expect.stringMatching(/^\d{8}t/), directory: expect.stringContaining('.gauntlet/runs/') },
    });
    expect(JSON.parse(job.outputs['targets'] ?? '')).toEqual({ api: expect.stringMatching(/^http:/) });
    expect(job.post?.output).toContain('nothing left behind');
    expect(job.orphans).toEqual([]);
  });

  it('says what is wrong with the configuration, and its post has nothing to do', async () => {
    await using project = await sample('broken');
    const job = await act('stack', project);
    expect(job.main).toMatchObject({ exitCode: 3, outcome: 'failure' });
    expect(job.annotations[0]?.message).toMatch(/gauntlet\.yml:\d+:\d+/);
    expect(job.post).toMatchObject({ exitCode: 0 });
  });

  it('names a bad input', async () => {
    await using project = await sample('good');
    const job = await act('stack', project, { inputs: { stages: 'unit,unitt' } });
    expect(job.annotations[0]?.message).toContain('input stages: "unitt" is not known');
  });

  it('takes a stack down whose start was cancelled', async () => {
    await using project = await sample('good');
    await project.write({ 'server.cjs': 'console.log("::error::not a command"); setInterval(() => {}, 1000);\n' });
    const job = await act('stack', project, { cancelAfter: /coming up/ });
    expect(job.main?.outcome).toBe('cancelled');
    expect(job.post?.outcome).toBe('success');
    expect(job.orphans).toEqual([]);
    expect(job.annotations.map(({ message }) => message)).not.toContain('not a command');
  });
});

describe('actions/stage, judge and comment', () => {
  it('run, judge and comment on what a run directory holds', async () => {
    await using project = await sample('bad');
    await project.gauntlet(['up']);
    try {
      expect((await act('stage', project)).main).toMatchObject({ exitCode: 0 });
      expect((await act('stage', project, { inputs: { stages: 'chaos' } })).annotations[0]?.message).toContain('not in the plan');
    } finally {
      await project.gauntlet(['down']);
    }
    const judged = await act('judge', project);
    expect(judged.main).toMatchObject({ exitCode: 1, outcome: 'failure' });
    expect(judged.outputs).toMatchObject({ verdict: 'blocked', 'exit-code': '1', 'blocked-by': expect.stringMatching(/[A-Z]{3}-\d\d/) });
    expect(judged.summary).toContain(judged.outputs['blocked-by']?.split(' ')[0]);
    expect(judged.annotations).toContainEqual(expect.objectContaining({ file: 'src/a.ts', line: 7 }));
    expect(github.requests).toEqual([]);

    expect((await act('judge', project, { inputs: { fail: 'false' } })).main).toMatchObject({ exitCode: 0 });

    const commented = await act('comment', project, { inputs: { token: github.token } });
    expect(commented.main).toMatchObject({ exitCode: 0 });
    expect(commented.masks).toContain(github.token);
    // Judged on a laptop's run: its head is the local commit.
    expect(github.state.comments).toMatchObject([{ issue: 7, user: { login: 'github-actions[bot]' } }]);
  });

  it('comment without a token changes nothing and says where the report is', async () => {
    await using project = await sample('good');
    await project.gauntlet(['run']);
    const job = await act('comment', project, { inputs: { token: '' } });
    expect(job.main).toMatchObject({ exitCode: 0, output: expect.stringContaining('the token may only read') });
  });

  it('judge refuses a run that is not there', async () => {
    await using project = await sample('good');
    const job = await act('judge', project);
    expect(job.main).toMatchObject({ exitCode: 2, outcome: 'failure' });
    expect(job.annotations[0]?.message).toContain('there is no run here yet');
  });
});
