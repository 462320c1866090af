import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ReportV1 } from '../../../src/model/report-v1.ts';
import { eventPayload } from '../../fakes/github/events.ts';
import { startGitHub, type FakeGitHub } from '../../fakes/github/server.ts';
import { shaOf } from '../../fakes/github/state.ts';
import type { RequestMatch } from '../../fakes/github/types.ts';
import type { Project } from '../support/project.ts';
import { sample } from './samples.ts';

// Jobs as GitHub starts them: twenty processes with a run directory of their own, one clock, one pull request.
const HEAD = shaOf('head');
const STALE = shaOf('stale');
const BOT = 'github-actions[bot]';
const JOBS = 20;
const NOT_ACCESSIBLE = { message: 'Resource not accessible by integration' };

interface Judge {
  readonly head: string;
  readonly run: number;
  readonly attempt: number;
}

/** Half of them judged a commit that has been pushed over since, some of these in later runs than all others. */
const JUDGES: readonly Judge[] = Array.from({ length: JOBS }, (_, index) => ({
  head: index % 2 === 0 ? HEAD : STALE,
  run: 100 + ((index * 7) % JOBS),
  attempt: 1 + (index % 3),
}));
const RIGHT = JUDGES.filter(({ head }) => head === HEAD).reduce((best, judge) => (judge.run > best.run ? judge : best));

let project: Project;
beforeAll(async () => {
  project = await sample('good');
  const { exitCode, stdout, stderr } = await project.gauntlet(['run', '--stage', 'unit']);
  if (exitCode !== 0) throw new Error(stdout + stderr);
  const first = join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim());
  const { pull_request: pull } = eventPayload('pull_request.synchronize');
  for (const [index, { head, run }] of JUDGES.entries()) {
    const folder = join(project.path, '.gauntlet/runs', `job-${String(index)}`);
    await cp(first, folder, { recursive: true });
    const report = ReportV1.parse(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')));
    const info = {
      ...report.run,
      id: `judged-by-${String(run)}`,
      git: { ...report.run.git, head },
      forge: { ...report.run.forge, headSha: head },
    };
    await writeFile(join(folder, 'report.json'), JSON.stringify({ ...report, run: info }));
    const event = { pull_request: { ...pull, number: 7, head: { ...pull.head, sha: head } } };
    await writeFile(join(folder, 'event.json'), JSON.stringify(event));
  }
});
afterAll(() => project[Symbol.asyncDispose]());

/** Starts all jobs of a head at once; each says how its command ended. */
function race(github: FakeGitHub, head: string): Promise<{ run: number; exitCode: number | null }[]> {
  const jobs = JUDGES.map((judge, index) => ({ ...judge, index })).filter((judge) => judge.head === head);
  return Promise.all(
    jobs.map(async ({ run, attempt, index }) => {
      const env = {
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: join(project.path, `.gauntlet/runs/job-${String(index)}/event.json`),
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_RUN_ID: String(run),
        GITHUB_RUN_ATTEMPT: String(attempt),
        ...github.env(),
      };
      const { exitCode } = await project.gauntlet(['comment', `job-${String(index)}`], { env });
      return { run, exitCode };
    }),
  );
}

const mark = ({ head, run, attempt }: Judge): string =>
  `<!-- gauntlet:comment:v1 head=${head} run=${String(run)} attempt=${String(attempt)} -->\n`;

describe('twenty judge jobs at once, as processes', () => {
  it('leave exactly one comment, the newest of the current head, whatever GitHub does meanwhile', async () => {
    const old = { head: shaOf('ancient'), run: 99, attempt: 1 };
    const foreign = `${mark({ head: HEAD, run: 999, attempt: 9 })}all is well`;
    const refused = JUDGES.find(({ head }) => head === STALE)?.run ?? 0;
    const pushed = Promise.withResolvers<void>();
    await using github = await startGitHub({
      latencyMs: 3,
      pulls: [{ number: 7, headSha: STALE }],
      comments: [
        { issue: 7, user: 'mallory', body: foreign },
        { issue: 7, user: BOT, body: `${mark(old)}old` },
        { issue: 7, user: BOT, body: `${mark(old)}old, twice` },
      ],
      // Somebody pushes while the results of the old head are being written.
      onRequest: ({ method }, fake) => {
        const [pull] = fake.state.pulls;
        if (method !== 'PATCH' || !pull) return;
        pull.headSha = HEAD;
        pushed.resolve();
      },
    });
    const writing: RequestMatch = ({ method, path }) => method !== 'GET' && !path.endsWith('graphql');
    github.failNext(3, { status: 502 });
    github.rateLimitNext(3, { status: 403, retryAfter: 1, when: writing });
    github.rateLimitNext(2, { status: 429, retryAfter: 2, when: ({ path }) => path.endsWith('/comments') });
    github.failNext(2, { status: 0, afterEffect: true, when: writing });
    github.failNext(2, { status: 504, afterEffect: true, when: writing });
    github.failNext(1, { status: 403, body: NOT_ACCESSIBLE, when: ({ path }) => path.endsWith('graphql') });
    // One of the late ones is refused for good, as often as it tries.
    github.failNext(JOBS, {
      status: 422,
      body: { message: 'Validation Failed' },
      when: (request) => writing(request) && JSON.stringify(request.body ?? '').includes(`run=${String(refused)} `),
    });
    const stale = race(github, STALE);
    await pushed.promise;
    const ended = [...(await race(github, HEAD)), ...(await stale)];
    expect(ended.filter(({ exitCode, run }) => exitCode !== 0 && !(run === refused && exitCode === 2))).toEqual([]);
    const { comments } = github.state;
    expect(comments.filter(({ user }) => user.login !== BOT).map(({ body }) => body)).toEqual([foreign]);
    const own = comments.filter(({ user }) => user.login === BOT).map(({ body }) => body);
    expect(own.map((body) => body.split('\n', 1)[0])).toEqual([mark(RIGHT).trim()]);
    expect(own[0]).toContain(`judged-by-${String(RIGHT.run)}`);
    expect(github.violations).toEqual([]);
  });
});
