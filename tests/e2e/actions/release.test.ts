import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventOf } from '../../fakes/github/events.ts';
import { startGitHub } from '../../fakes/github/server.ts';
import { runJavaScriptAction } from '../../fakes/runner/index.ts';
import { inlineProject, type Project } from '../support/project.ts';

// The release gate as it is shipped: dist/, under the runner's Node, with GitHub's word about where the evidence comes from.
const ACTION = resolve(import.meta.dirname, '../../../actions/release');
const JUNIT = '<testsuites><testsuite name="s"><testcase classname="s" name="a"/></testsuite></testsuites>';
const RUN_ID = '42';
const FORGE = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_RUN_ID: RUN_ID, GITHUB_REPOSITORY: 'octo/demo' };

let project: Project;
let sha: string;
let runFile: string;
beforeAll(async () => {
  project = await inlineProject({
    'gauntlet.yml': 'version: 1\nstages:\n  - unit: {run: sh test.sh, results: reports/unit.xml}\n  - integration: {run: "true"}\n',
    'test.sh': `mkdir -p reports && printf '%s' '${JUNIT}' > reports/unit.xml\n`,
  });
  const { exitCode, stdout } = await project.gauntlet(['run', '--budget', 'release'], { env: FORGE });
  if (exitCode !== 0) throw new Error(stdout);
  sha = execFileSync('git', ['-C', project.path, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  runFile = join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim(), 'run.json');
});
afterAll(() => project[Symbol.asyncDispose]());

/** What the job of the deployment is told, where GitHub knows this of the workflow run that the evidence names. */
async function decided(inputs: Record<string, string> = {}, known: { headSha?: string; conclusion?: string } = {}) {
  await using github = await startGitHub({ runs: [{ id: Number(RUN_ID), headSha: sha, ...known }] });
  const job = await runJavaScriptAction({
    action: ACTION,
    inputs: { sha, 'run-id': RUN_ID, token: github.token, ...inputs },
    event: eventOf('push'),
    workspace: project.path,
    env: github.env(),
    nested: true,
  });
  expect(github.violations).toEqual([]);
  const output = job.main?.output ?? '';
  return {
    outcome: job.main?.outcome,
    cleared: job.main?.outputs['cleared'],
    refused: [...output.matchAll(/✗ ((?:REL|RPT|GAT)-\d+.*)/g)].map(([, what = '']) => what),
  };
}

describe('actions/release', () => {
  it('lets the commit go out whose own workflow run made the evidence and ended well', async () => {
    expect(await decided()).toEqual({ outcome: 'success', cleared: 'true', refused: [] });
  });

  it.each([
    [
      'a workflow run about another commit',
      {},
      { headSha: 'b'.repeat(40) },
      /^RPT-11 the forge says that this workflow run was about b{12}$/,
    ],
    ['a workflow run that failed', {}, { conclusion: 'failure' }, /^RPT-11 the forge says that this workflow run ended as failure$/],
    ['a stale verdict', { 'max-age': '0s' }, {}, /^RPT-11 the verdict is .* old/],
  ])('refuses %s', async (_, inputs, known, why) => {
    const { outcome, cleared, refused } = await decided(inputs, known);
    expect({ outcome, cleared }).toEqual({ outcome: 'failure', cleared: 'false' });
    expect(refused).toEqual([expect.stringMatching(why)]);
  });

  it('refuses evidence of another commit that was renamed to this one', async () => {
    const text = await readFile(runFile, 'utf8');
    await writeFile(runFile, text.replaceAll(sha, 'c'.repeat(40)));
    const { cleared, refused } = await decided();
    await writeFile(runFile, text);
    expect(cleared).toBe('false');
    expect(refused).toContainEqual(expect.stringContaining('RPT-11 the verdict is about cccccccccccc'));
  });

  it('refuses a run in which a stage is missing', async () => {
    await project.gauntlet(['run', '--budget', 'release', '--stage', 'unit'], { env: FORGE });
    const { cleared, refused } = await decided();
    expect(cleared).toBe('false');
    expect(refused).toContainEqual('REL-04 the stage integration has no evidence at this commit');
  });
});
