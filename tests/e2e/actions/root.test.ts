import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { eventOf, type EventFixture } from '../../fakes/github/events.ts';
import { startGitHub, type FakeGitHub, type GitHubOptions } from '../../fakes/github/server.ts';
import { runComposite } from '../../fakes/runner/index.ts';
import type { JobResult } from '../../fakes/runner/types.ts';
import type { ReportV1 } from '../../../src/model/report-v1.ts';
import type { Project } from '../support/project.ts';
import { describeWithDocker } from '../support/docker.ts';
import { composeLeftovers } from './leftovers.ts';
import { junit, PASSED } from '../support/reports.ts';
import { composeSample, sample } from './samples.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const HEAD = 'fc0e04ceacd1c2734e68c87427b5bd179e786832';
const FORK_HEAD = '370d0221ec5aaa577de8b95954c260d8fc7684ee';

let github: FakeGitHub;
afterEach(async () => {
  if (github.violations.length > 0) throw new Error(`forbidden by GitHub's description: ${JSON.stringify(github.violations)}`);
  await github[Symbol.asyncDispose]();
});

interface Options {
  readonly inputs?: Record<string, string>;
  readonly fixture?: EventFixture;
  readonly env?: Record<string, string>;
  readonly hub?: GitHubOptions;
  readonly cancelAfter?: RegExp;
}

/** The root action in a job of the project's repository. */
async function gate(
  project: Project,
  { inputs = {}, fixture = 'pull_request.opened', hub = {}, env = {}, cancelAfter }: Options = {},
): Promise<JobResult> {
  const pulls = [
    { number: 7, headSha: HEAD },
    { number: 8, headSha: FORK_HEAD, headRepo: 'mallory/demo' },
  ];
  github = await startGitHub({ pulls, ...hub });
  const { GITHUB_TOKEN: token = '', ...server } = github.env();
  return runComposite({
    actionDir: ROOT,
    inputs: { token, ...inputs },
    event: eventOf(fixture),
    workspace: project.path,
    env: { ...server, ...env },
    timeoutMs: 280_000,
    ...(cancelAfter === undefined ? {} : { cancelAfter }),
  });
}

const outcomes = ({ steps }: JobResult): string =>
  steps.map(({ name, outcome }) => `${name.replace('Gauntlet: ', '')}: ${outcome}`).join('\n');
const verdictStep = ({ steps }: JobResult) => steps.find(({ name }) => name === 'Gauntlet: the verdict');

describe('the root action', () => {
  it('is green for a good change: comment, summary, artifact, outputs, nothing left', async () => {
    await using project = await sample('good');
    const job = await gate(project);
    expect(outcomes(job)).not.toMatch(/failure|cancelled|skipped/);
    expect(job.conclusion).toBe('success');
    expect(job.outputs).toMatchObject({ verdict: 'pass', 'blocked-by': '', run: expect.stringMatching(/^\d{8}t/) });
    expect(job.outputs['directory']).toBe(resolve(project.path, '.gauntlet/runs', job.outputs['run'] ?? ''));
    expect(readFileSync(job.outputs['report-html'] ?? '', 'utf8')).toContain('<html');
    expect(job.annotations).toEqual([]);
    expect(job.summary).toMatch(/pass/i);
    expect(github.state.comments).toMatchObject([
      { issue: 7, body: expect.stringContaining(`<!-- gauntlet:comment:v1 head=${HEAD} run=5007 attempt=1 -->`) },
    ]);
    expect(job.calls).toMatchObject([
      {
        uses: expect.stringMatching(/^actions\/upload-artifact@[0-9a-f]{40}$/),
        with: { name: 'gauntlet-report', path: job.outputs['directory'] },
      },
    ]);
    expect(job.orphans).toEqual([]);
  });

  it('is red for a bad change, and says what blocks, where and how to see it', async () => {
    await using project = await sample('bad');
    const job = await gate(project);
    expect(job.conclusion).toBe('failure');
    expect(verdictStep(job)).toMatchObject({ exitCode: 1, outcome: 'failure' });
    expect(job.outputs).toMatchObject({ verdict: 'blocked', 'blocked-by': expect.stringMatching(/[A-Z]{3}-\d\d/) });
    const [code = ''] = (job.outputs['blocked-by'] ?? '').split(' ');
    expect(job.annotations).toContainEqual(
      expect.objectContaining({ level: 'error', title: 'Gauntlet: blocked', message: expect.stringContaining(code) }),
    );
    expect(job.annotations).toContainEqual(expect.objectContaining({ level: 'error', file: 'src/a.ts', line: 7 }));
    expect(job.droppedAnnotations).toBe(0);
    for (const text of [job.summary, github.state.comments[0]?.body]) expect(text).toContain(code);
    expect(github.state.comments[0]?.body).toContain('../gauntlet/bin/gauntlet');
    expect(job.orphans).toEqual([]);
  });

  it('says in the summary how to get what its repro lines need', async () => {
    await using project = await sample('bad');
    github = await startGitHub();
    const job = await runComposite({
      actionDir: ROOT,
      inputs: { comment: 'false', artifact: 'false' },
      workspace: project.path,
      env: { GITHUB_ACTION_REPOSITORY: 'acme/gauntlet', GITHUB_ACTION_REF: 'v1' },
    });
    expect(job.summary).toContain(
      'git clone https://github.com/acme/gauntlet ../gauntlet && git -C ../gauntlet checkout v1 && npm ci --prefix ../gauntlet',
    );
    expect(job.calls).toEqual([]);
    expect(github.requests).toEqual([]);
  });

  it('is red with the mistake in its place when the configuration is wrong', async () => {
    await using project = await sample('broken');
    const job = await gate(project);
    expect(job.conclusion).toBe('failure');
    expect(verdictStep(job)).toMatchObject({ exitCode: 2 });
    expect(job.outputs).toMatchObject({ verdict: 'unknown', run: '' });
    expect(job.log).toMatch(/gauntlet\.yml:\d+:\d+: .*stagess/);
    expect(job.annotations.map(({ message }) => message)).toContainEqual(expect.stringContaining('Nothing was judged, which blocks'));
    expect(github.state.comments).toEqual([]);
  });

  it('never takes the run of an earlier job for its own', async () => {
    await using project = await sample('good');
    expect((await gate(project)).conclusion).toBe('success');
    await github[Symbol.asyncDispose]();
    await project.write({ 'gauntlet.yml': 'version: 1\nstagess: []\n' });
    expect((await gate(project)).outputs).toMatchObject({ verdict: 'unknown', run: '' });
  });

  it('is the same gate with the read-only token of a fork', async () => {
    await using project = await sample('bad');
    const job = await gate(project, { fixture: 'pull_request.opened.fork', hub: { readOnly: true } });
    expect(verdictStep(job)).toMatchObject({ exitCode: 1 });
    expect(job.log).toContain('the token may only read');
    expect(job.summary).not.toBe('');
    expect(github.state.comments).toEqual([]);
  });

  it('stays green when only the comment cannot be written', async () => {
    await using project = await sample('good');
    const job = await gate(project, {
      hub: { onRequest: (_, fake) => fake.failNext(1, { status: 422, body: { message: 'Validation Failed' } }) },
    });
    expect(job.steps.find(({ name }) => name.includes('write the comment'))).toMatchObject({ outcome: 'failure', conclusion: 'success' });
    expect(job.conclusion).toBe('success');
  });

  // Whatever starts the job, it concludes with a verdict of its own: a required check that stays pending blocks for ever.
  it.each<[EventFixture, number]>([
    ['merge_group.checks_requested', 1],
    ['workflow_dispatch', 0],
    ['schedule', 0],
  ])('concludes for %s, and writes %i comments', async (fixture, comments) => {
    await using project = await sample('good');
    const job = await gate(project, { fixture });
    expect([job.conclusion, job.outputs['verdict']]).toEqual(['success', 'pass']);
    expect(github.state.comments).toHaveLength(comments);
  });

  it('is the same gate for Dependabot, whose token is that of a fork', async () => {
    await using project = await sample('bad');
    const { number, head } = eventOf('pull_request.opened.dependabot').payload.pull_request;
    const hub = { readOnly: true, pulls: [{ number, headSha: head.sha }] };
    const job = await gate(project, { fixture: 'pull_request.opened.dependabot', hub });
    expect([job.conclusion, job.outputs['verdict']]).toEqual(['failure', 'blocked']);
    expect(job.log).toContain('the token may only read');
  });

  // GitHub counts a skipped job as passed, and waits for ever for one that `paths` kept from starting: the gate itself has to conclude.
  it.each([
    ['good', 'success', 'pass'],
    ['bad', 'failure', 'blocked'],
  ] as const)('concludes for a change of documents alone, whose head is %s: %s', async (kind, conclusion, verdict) => {
    await using project = await sample(kind);
    await onlyDocuments(project);
    const job = await gate(project);
    expect([job.conclusion, job.outputs['verdict']]).toEqual([conclusion, verdict]);
    const stages = (JSON.parse(readFileSync(job.outputs['report-json'] ?? '', 'utf8')) as ReportV1).stages;
    expect(stages.map(({ run }) => [run?.stage, run?.status])).toEqual([
      ['unit', 'completed'],
      ['e2e', 'completed'],
    ]);
    expect(github.state.comments).toHaveLength(1);
  });

  it('judges a re-run anew, in the same comment, with its attempt', async () => {
    await using project = await sample('bad');
    expect((await gate(project)).conclusion).toBe('failure');
    const [first] = github.state.comments;
    await github[Symbol.asyncDispose]();
    await project.write({ 'unit.sh': 'mkdir -p reports && cp good.xml reports/unit.xml\n', 'good.xml': junit(PASSED) });
    const again = await gate(project, {
      env: { GITHUB_RUN_ATTEMPT: '2' },
      hub: { comments: first === undefined ? [] : [{ issue: 7, body: first.body, user: first.user }] },
    });
    expect(again.conclusion).toBe('success');
    expect(github.state.comments).toMatchObject([
      { issue: 7, body: expect.stringMatching(/^<!-- gauntlet:comment:v1 head=\w+ run=5007 attempt=2 -->\n### ✅/) },
    ]);
  });

  it('takes hostile inputs as text', async () => {
    await using project = await sample('good');
    const job = await gate(project, { inputs: { leg: 'x"; touch pwned; "$(touch pwned)', 'artifact-name': 'report' } });
    expect(job.conclusion).toBe('success');
    await expect(project.read('pwned')).rejects.toThrow(/ENOENT/);
  });

  it('works in a folder of the repository, and its repro lines say so', async () => {
    await using project = await sample('bad');
    await project.write(
      Object.fromEntries(
        await Promise.all(
          ['server.cjs', 'unit.sh', 'report.xml', 'gauntlet.yml'].map(async (file) => [`app/${file}`, await project.read(file)]),
        ),
      ),
    );
    const job = await gate(project, { inputs: { 'working-directory': 'app', comment: 'false' } });
    expect(job.outputs).toMatchObject({ verdict: 'blocked', directory: expect.stringContaining('/app/.gauntlet/runs/') });
    expect(job.summary).toContain('../gauntlet/bin/gauntlet -C app ');
    expect(job.annotations).toContainEqual(expect.objectContaining({ level: 'error', file: 'app/src/a.ts', line: 7 }));
    await expect(project.read('.gauntlet/latest')).rejects.toThrow(/ENOENT/);
  });

  it('runs only the stages that are asked for', async () => {
    await using project = await sample('good');
    const job = await gate(project, { inputs: { stages: 'unit', comment: 'false' }, fixture: 'push' });
    expect(job.outputs['verdict']).toBe('pass');
    expect(github.requests).toEqual([]);
    const report = JSON.parse(readFileSync(job.outputs['report-json'] ?? '', 'utf8')) as { stages: { name: string }[] };
    expect(report.stages.map(({ name }) => name)).toEqual(['unit']);
  });

  it('leaves nothing behind when the job is cancelled, and still says what it knows', async () => {
    await using project = await sample('slow');
    const started = performance.now();
    const job = await gate(project, { cancelAfter: /unit tests begin|│ unit|unit │/ });
    expect(job.conclusion).toBe('cancelled');
    expect(job.steps.find(({ name }) => name === 'Gauntlet: run the stages')).toMatchObject({ outcome: 'cancelled', signalled: 'SIGINT' });
    expect(outcomes(job)).toContain('take the stack down: success');
    expect(job.log).toContain('nothing left behind');
    expect(job.outputs['verdict']).toBe('unknown');
    expect(verdictStep(job)?.exitCode).not.toBe(0);
    expect(github.state.comments).toHaveLength(1);
    expect(job.orphans).toEqual([]);
    expect(performance.now() - started).toBeLessThan(40_000);
  });

  it('leaves nothing behind when the job is cancelled while the stack comes up', async () => {
    await using project = await sample('good');
    await project.write({ 'server.cjs': 'setInterval(() => {}, 1000);\n' });
    const job = await gate(project, { cancelAfter: /coming up/ });
    expect(job.steps.find(({ name }) => name === 'Gauntlet: bring the stack up')?.outcome).toBe('cancelled');
    expect(outcomes(job)).toContain('run the stages: skipped');
    expect(job.orphans).toEqual([]);
    expect(verdictStep(job)?.exitCode).not.toBe(0);
  });

  it('passes no input into a script, ends long steps with exec, and pins what it uses', () => {
    interface Step {
      name: string;
      run?: string;
      uses?: string;
      shell?: string;
    }
    const { runs } = parse(readFileSync(resolve(ROOT, 'action.yml'), 'utf8')) as { runs: { steps: Step[] } };
    const scripts = runs.steps.filter(({ run }) => run !== undefined);
    expect(scripts.filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
    expect(scripts.filter(({ shell }) => shell !== 'bash')).toEqual([]);
    const long = scripts.filter(({ run = '' }) => /bin\/gauntlet" (?:up|stage|down)/.test(run));
    expect(long.map(({ run = '' }) => run.startsWith('exec '))).toEqual([true, true, true]);
    expect(runs.steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !/@[0-9a-f]{40}$/.test(uses))).toEqual([]);
  });
});

describeWithDocker('the root action on real containers', () => {
  it('is green for a good change and leaves no container, network or process', async () => {
    await using project = await composeSample('good');
    const job = await gate(project);
    expect([job.outputs['verdict'], job.outputs['blocked-by']]).toEqual(['pass', '']);
    expect(job.log).toContain('nothing left behind');
    expect(composeLeftovers(job.outputs['run'] ?? '')).toEqual([]);
    expect(job.orphans).toEqual([]);
  });

  it('leaves nothing behind when the job is cancelled', async () => {
    await using project = await composeSample('slow');
    const job = await gate(project, { cancelAfter: /unit tests begin|│ unit|unit │/ });
    expect(job.conclusion).toBe('cancelled');
    expect(composeLeftovers(job.outputs['run'] ?? '')).toEqual([]);
    expect(job.orphans).toEqual([]);
  });
});

/** A topic branch on which nothing but a document is new. */
async function onlyDocuments(project: Project): Promise<void> {
  git(project, 'checkout', '-qb', 'topic');
  await project.write({ 'docs/notes.md': '# Notes\n' });
  git(project, 'add', '-A');
  git(project, 'commit', '-qm', 'notes');
}

function git({ path }: Project, ...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { cwd: path });
}
