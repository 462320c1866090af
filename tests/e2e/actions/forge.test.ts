import { afterEach, describe, expect, it } from 'vitest';

import { startGitHub, type FakeGitHub, type GitHubOptions } from '../../fakes/github/server.ts';
import { shaOf } from '../../fakes/github/state.ts';
import { comment, FakeClock, jobOf } from './support.ts';

const OLD = shaOf('old');
const HEAD = shaOf('head');
const FORK_HEAD = '370d0221ec5aaa577de8b95954c260d8fc7684ee';
const BOT = 'github-actions[bot]';

const marked = (head: string, run: number, text: string, attempt = 1): string =>
  `<!-- gauntlet:comment:v1 head=${head} run=${String(run)} attempt=${String(attempt)} -->\n${text}`;

let github: FakeGitHub;
async function start(options: GitHubOptions = {}): Promise<FakeGitHub> {
  github = await startGitHub({ pulls: [{ number: 7, headSha: HEAD }], ...options });
  return github;
}

const bodies = (): string[] => github.state.comments.map(({ body }) => body);
const writes = (): string[] =>
  github.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('graphql')).map(({ method }) => method);

// Whatever happens, the client never does what GitHub's description forbids.
afterEach(async () => {
  if (github.violations.length > 0) throw new Error(`forbidden by GitHub's description: ${JSON.stringify(github.violations)}`);
  await github[Symbol.asyncDispose]();
});

describe('the one comment', () => {
  it('is created, then updated, then left alone', async () => {
    await start();
    const url = `https://github.com/octo/demo/pull/7#issuecomment-${String(github.state.nextId)}`;
    expect(await comment(github, HEAD, { text: 'blocked', run: 1 })).toEqual({
      state: 'created',
      url: expect.stringContaining('#issuecomment-'),
    });
    expect(bodies()).toEqual([marked(HEAD, 1, 'blocked')]);
    expect(await comment(github, HEAD, { text: 'pass', run: 2 })).toMatchObject({
      state: 'updated',
      url: expect.stringContaining(url.slice(-4)),
    });
    expect(bodies()).toEqual([marked(HEAD, 2, 'pass')]);
    expect(await comment(github, HEAD, { text: 'pass', run: 2 })).toMatchObject({ state: 'unchanged' });
    expect(writes()).toEqual(['POST', 'PATCH']);
  });

  it('keeps the result of the current head against a late one of an older head', async () => {
    await start({ comments: [{ issue: 7, user: BOT, body: marked(HEAD, 2, 'newer') }] });
    expect(await comment(github, OLD, { run: 9 })).toEqual({ state: 'stale', newerHead: HEAD });
    expect(writes()).toEqual([]);
  });

  it('shows an older head while the current one has not reported', async () => {
    await start({ comments: [{ issue: 7, user: BOT, body: marked(shaOf('ancient'), 2, 'ancient') }] });
    expect(await comment(github, OLD, { run: 3, text: 'old' })).toMatchObject({ state: 'updated' });
    expect(await comment(github, HEAD, { run: 4, text: 'new' })).toMatchObject({ state: 'updated' });
    expect(bodies()).toEqual([marked(HEAD, 4, 'new')]);
  });

  it('takes the later run and the later attempt of the same head', async () => {
    await start({ comments: [{ issue: 7, user: BOT, body: marked(HEAD, 5, 'five', 2) }] });
    expect(await comment(github, HEAD, { run: 4 })).toMatchObject({ state: 'stale' });
    expect(await comment(github, HEAD, { run: 5, attempt: 1 })).toMatchObject({ state: 'stale' });
    expect(await comment(github, HEAD, { run: 5, attempt: 3, text: 'third' })).toMatchObject({ state: 'updated' });
    expect(bodies()).toEqual([marked(HEAD, 5, 'third', 3)]);
  });

  it("never touches another author's comment, whatever marker it carries", async () => {
    const foreign = { issue: 7, user: 'mallory', body: marked(HEAD, 99, 'all is well') };
    const other = { issue: 7, user: { login: 'github-actions', type: 'User' as const }, body: marked(HEAD, 99, 'me too') };
    const quoted = { issue: 7, user: BOT, body: `> ${marked(HEAD, 99, 'quoted by another workflow')}` };
    await start({ comments: [foreign, other, quoted] });
    expect(await comment(github, HEAD, { text: 'blocked' })).toMatchObject({ state: 'created' });
    expect(bodies()).toEqual([foreign.body, other.body, quoted.body, marked(HEAD, 5007, 'blocked')]);
  });

  it('is found on the third page', async () => {
    const chatter = Array.from({ length: 230 }, (_, index) => ({ issue: 7, body: `comment ${String(index)}` }));
    await start({ comments: [...chatter, { issue: 7, user: BOT, body: marked(OLD, 1, 'old') }] });
    expect(await comment(github, HEAD, { text: 'new' })).toMatchObject({ state: 'updated' });
    expect(github.state.comments).toHaveLength(231);
    expect(bodies().at(-1)).toBe(marked(HEAD, 5007, 'new'));
  });

  it('swallows its own duplicates and keeps the oldest', async () => {
    const duplicate = (run: number) => ({ issue: 7, user: BOT, body: marked(OLD, run, `run ${String(run)}`) });
    await start({ comments: [{ issue: 7, body: 'hello' }, duplicate(1), duplicate(3), duplicate(2)] });
    const [, oldest] = github.state.comments;
    expect(await comment(github, HEAD, { text: 'new' })).toMatchObject({ state: 'updated' });
    expect(bodies()).toEqual(['hello', marked(HEAD, 5007, 'new')]);
    expect(github.state.comments[1]?.id).toBe(oldest?.id);
  });

  it('belongs to the user of a personal token as well', async () => {
    await start({ viewer: 'release-robot', comments: [{ issue: 7, user: BOT, body: marked(OLD, 1, 'of the workflow token') }] });
    expect(await comment(github, HEAD, { text: 'mine' })).toMatchObject({ state: 'created' });
    expect(await comment(github, HEAD, { text: 'mine again', run: 6000 })).toMatchObject({ state: 'updated' });
    expect(github.state.comments.map(({ user }) => user.login)).toEqual([BOT, 'release-robot']);
  });

  it('needs no permission to ask who it is', async () => {
    await start();
    github.failNext(1, {
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      when: ({ path }) => path === '/graphql',
    });
    expect(await comment(github, HEAD)).toMatchObject({ state: 'created' });
    expect(github.state.comments).toHaveLength(1);
  });
});

describe('trouble', () => {
  it("is read-only for the token of a fork, and says so in GitHub's words", async () => {
    await start({ readOnly: true });
    expect(await comment(github, HEAD)).toEqual({ state: 'read-only', message: 'Resource not accessible by integration' });
  });

  it('is read-only without a token and with a wrong one', async () => {
    await start();
    const none = await jobOf(github, { fixture: 'pull_request.opened', env: { GITHUB_TOKEN: '' } });
    expect(await none.upsertNote('x', { head: HEAD })).toMatchObject({
      state: 'read-only',
      message: expect.stringContaining('GITHUB_TOKEN'),
    });
    const wrong = await jobOf(github, { fixture: 'pull_request.opened', env: { GITHUB_TOKEN: 'expired' } });
    expect(await wrong.upsertNote('x', { head: HEAD })).toEqual({ state: 'read-only', message: 'Bad credentials' });
    const input = await jobOf(github, { fixture: 'pull_request.opened', env: { GITHUB_TOKEN: '', INPUT_TOKEN: github.token } });
    expect(await input.upsertNote('x', { head: HEAD })).toMatchObject({ state: 'created' });
  });

  it('passes: 5xx, cut connections and answers that are lost after the effect', async () => {
    await start();
    const clock = new FakeClock();
    github.failNext(2, { status: 502, when: ({ method }) => method === 'GET' });
    github.failNext(1, { status: 0, when: ({ method, path }) => method === 'POST' && path.endsWith('/comments') });
    github.failNext(1, { status: 504, afterEffect: true, when: ({ method, path }) => method === 'POST' && path.endsWith('/comments') });
    expect(await comment(github, HEAD, { clock })).toMatchObject({ state: 'created' });
    expect(bodies()).toEqual([marked(HEAD, 5007, 'The verdict')]);
    const [first = 0, second = 0, third = 0] = clock.slept;
    expect(first).toBeLessThanOrEqual(500);
    expect(second).toBeLessThanOrEqual(1000);
    expect(third).toBeGreaterThan(500);
  });

  it('waits as long as a secondary rate limit says', async () => {
    await start();
    const clock = new FakeClock();
    github.rateLimitNext(1, { status: 403, retryAfter: 17, when: ({ method }) => method === 'PATCH' || method === 'POST' });
    github.rateLimitNext(1, { status: 429, retryAfter: 23, when: ({ path }) => path.endsWith('/comments') });
    expect(await comment(github, HEAD, { clock })).toMatchObject({ state: 'created' });
    expect(clock.slept).toEqual(expect.arrayContaining([17_000, 23_000]));
  });

  it('gives up after about a minute, and says what to do', async () => {
    await start();
    const clock = new FakeClock();
    github.failNext(1000, { status: 503 });
    await expect(comment(github, HEAD, { clock })).rejects.toMatchObject({
      kind: 'evidence',
      hint: expect.stringContaining('gauntlet comment'),
    });
    expect(clock.monotonicMs()).toBeGreaterThan(30_000);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(75_000);
  });

  it('shortens a text that is too long, and says so', async () => {
    await start();
    const text = `### Verdict\n\n${Array.from({ length: 200 }, (_, index) => `#### Finding ${String(index)}\n\n${'x'.repeat(500)}\n`).join('\n')}`;
    expect(await comment(github, HEAD, { text })).toMatchObject({ state: 'created' });
    const [body = ''] = bodies();
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.length).toBeGreaterThan(50_000);
    expect(body).toMatch(/characters did not fit into a comment/);
    expect(await comment(github, HEAD, { text })).toMatchObject({ state: 'unchanged' });
    expect(writes().filter((method) => method === 'DELETE')).toEqual([]);
  });

  it('throws what it cannot make shorter', async () => {
    await start();
    github.failNext(1, {
      status: 422,
      body: { message: 'Validation Failed' },
      when: ({ method, path }) => method === 'POST' && path !== '/graphql',
    });
    await expect(comment(github, HEAD)).rejects.toThrow(/Validation Failed/);
  });

  it('finds no pull request where there is none any more', async () => {
    await start({ pulls: [] });
    expect(await comment(github, HEAD)).toEqual({ state: 'no-pull-request' });
    await github[Symbol.asyncDispose]();
    await start();
    github.failNext(1, { status: 410, body: { message: 'This issue was deleted' }, when: ({ path }) => path.endsWith('/comments') });
    expect(await comment(github, HEAD)).toEqual({ state: 'no-pull-request' });
  });

  it('writes anew when its comment is deleted between the look and the write', async () => {
    await start({
      comments: [{ issue: 7, user: BOT, body: marked(OLD, 1, 'old') }],
      onRequest: ({ method }, fake) => {
        if (method === 'PATCH') fake.state.comments.length = 0;
      },
    });
    expect(await comment(github, HEAD, { text: 'new' })).toMatchObject({ state: 'created' });
    expect(bodies()).toEqual([marked(HEAD, 5007, 'new')]);
  });

  it('writes once more when an older result comes in just after it', async () => {
    let late = true;
    await start({
      onRequest: ({ method }, fake) => {
        const [standing] = fake.state.comments;
        if (method !== 'GET' || !standing || !late) return;
        late = false;
        standing.body = marked(HEAD, 1, 'late and old');
      },
    });
    expect(await comment(github, HEAD, { text: 'right' })).toMatchObject({ state: 'created' });
    expect(bodies()).toEqual([marked(HEAD, 5007, 'right')]);
  });
});

describe('after a write', () => {
  it('waits and looks again, and repairs what an overtaken writer did meanwhile', async () => {
    await start();
    class Overtaken extends FakeClock {
      override async sleep(ms: number): Promise<void> {
        await super.sleep(ms);
        const [standing] = github.state.comments;
        if (standing && this.slept.length === 1) standing.body = marked(HEAD, 1, 'late and old');
      }
    }
    const clock = new Overtaken();
    expect(await comment(github, HEAD, { text: 'right', clock })).toMatchObject({ state: 'created' });
    expect(bodies()).toEqual([marked(HEAD, 5007, 'right')]);
    expect(clock.slept).toEqual([1500, 1500]);
  });
});

describe('where the pull request comes from', () => {
  const withFork: GitHubOptions = {
    pulls: [
      { number: 7, headSha: HEAD },
      { number: 8, headSha: FORK_HEAD, headRepo: 'mallory/demo', headRef: 'topic-8', user: 'mallory' },
    ],
  };

  it('is found for the workflow_run of a fork, by its head', async () => {
    await start(withFork);
    const forge = await jobOf(github, { fixture: 'workflow_run.completed.fork' });
    expect(forge.context).toMatchObject({ pullRequest: 8, headSha: FORK_HEAD, fork: true, baseRef: 'main' });
    expect(await forge.upsertNote('judged again', { head: FORK_HEAD })).toMatchObject({ state: 'created' });
    expect(github.state.comments.map(({ issue }) => issue)).toEqual([8]);
  });

  it('refuses a report about another commit in a privileged job', async () => {
    await start(withFork);
    const forge = await jobOf(github, { fixture: 'workflow_run.completed.fork' });
    await expect(forge.upsertNote('all green', { head: HEAD })).rejects.toThrow(/judges .* but this workflow run is about/);
    expect(writes()).toEqual([]);
  });

  it('is none when the branch of the fork has no open pull request', async () => {
    await start({ pulls: [{ number: 8, headSha: FORK_HEAD, headRepo: 'mallory/demo', headRef: 'topic-8', state: 'closed' }] });
    const forge = await jobOf(github, { fixture: 'workflow_run.completed.fork' });
    expect(await forge.upsertNote('x', { head: FORK_HEAD })).toEqual({ state: 'no-pull-request' });
  });

  it('is the open one of a pushed commit, never a merged one', async () => {
    const pushed = '8b0fcf6b669711350c527e8fcac52131d2e0fa2a';
    await start({
      pulls: [
        { number: 12, headSha: pushed },
        { number: 11, state: 'closed', merged: true, mergeCommitSha: pushed },
      ],
    });
    const push = { fixture: 'push', env: { GITHUB_SHA: pushed } } as const;
    expect((await jobOf(github, push)).context.pullRequest).toBe(12);
    github.state.pulls.shift();
    expect(await (await jobOf(github, push)).upsertNote('x', { head: pushed })).toEqual({ state: 'no-pull-request' });
  });

  it('is none for a schedule, a dispatch and a laptop, without a question', async () => {
    await start();
    for (const fixture of ['schedule', 'workflow_dispatch'] as const) {
      expect(await (await jobOf(github, { fixture })).upsertNote('x', { head: HEAD })).toEqual({ state: 'no-pull-request' });
    }
    const laptop = await jobOf(github, { fixture: 'push', env: { GITHUB_ACTIONS: '' } });
    expect(await laptop.upsertNote('x', { head: HEAD })).toEqual({ state: 'no-pull-request' });
    expect(github.requests).toEqual([]);
  });

  it('is the queued one of a merge group, whose own result stays', async () => {
    await start({ comments: [{ issue: 7, user: BOT, body: marked(HEAD, 1, 'of the pull request') }] });
    const forge = await jobOf(github, { fixture: 'merge_group.checks_requested' });
    expect(forge.context.pullRequest).toBe(7);
    expect(await forge.upsertNote('of the queue', { head: forge.context.headSha ?? '' })).toEqual({ state: 'stale', newerHead: HEAD });
  });

  it('is on GitHub Enterprise Server under its base path', async () => {
    await start({ basePath: '/api/v3' });
    expect(await comment(github, HEAD)).toMatchObject({ state: 'created' });
    expect(github.requests.some(({ path, status }) => path === '/api/graphql' && status === 200)).toBe(true);
  });
});

describe('writers that race', () => {
  const race = async (count: number): Promise<void> => {
    const order = Array.from({ length: count }, (_, index) => index + 1).sort(() => Math.random() - 0.5);
    const outcomes = await Promise.all(
      order.map((run) => comment(github, HEAD, { run, text: `result ${String(run)}`, clock: new FakeClock(count > 2 ? 0.2 : 0.05) })),
    );
    expect(bodies()).toEqual([marked(HEAD, count, `result ${String(count)}`)]);
    expect(outcomes[order.indexOf(count)]?.state).toMatch(/^(?:created|updated)$/);
  };

  it('leave exactly one right comment: two on a fresh pull request', async () => {
    await start({ latencyMs: 5 });
    await race(2);
  });

  it('leave exactly one right comment: two over a standing one', async () => {
    await start({ latencyMs: 5, comments: [{ issue: 7, user: BOT, body: marked(OLD, 0, 'old') }] });
    await race(2);
  });

  it('leave exactly one right comment: twenty on a fresh pull request', async () => {
    await start({ latencyMs: 5 });
    await race(20);
  });

  it('leave exactly one right comment: twenty over a standing one', async () => {
    await start({ latencyMs: 5, comments: [{ issue: 7, user: BOT, body: marked(OLD, 0, 'old') }] });
    await race(20);
  });

  it('leave one comment when they are legs of the same run', async () => {
    await start({ latencyMs: 5 });
    const clock = () => new FakeClock(0.05);
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => comment(github, HEAD, { run: 5, text, clock: clock() })));
    expect(github.state.comments).toHaveLength(1);
  });
});
