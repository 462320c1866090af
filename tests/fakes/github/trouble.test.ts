import { getOctokit } from '@actions/github';
import { describe, expect, it } from 'vitest';
import { REPO, call } from './client.ts';
import { startGitHub } from './server.ts';
import { zip } from './zip.ts';

describe('trouble', () => {
  it('comes as often as asked and only where asked', async () => {
    await using github = await startGitHub({ pulls: [{ number: 7 }] });
    github.failNext(2, { status: 502, when: (request) => request.method === 'POST' });
    github.rateLimitNext(1, { status: 429, retryAfter: 3 });
    const limited = await call(github, 'GET', REPO);
    expect(limited).toMatchObject({ status: 429, json: { message: expect.stringContaining('secondary rate limit') } });
    expect(limited.headers.get('retry-after')).toBe('3');
    const post = async (): Promise<number> => (await call(github, 'POST', `${REPO}/issues/7/comments`, { body: 'x' })).status;
    expect([await post(), await post(), await post()]).toEqual([502, 502, 201]);
  });

  it('can lose the answer after the effect, or the connection', async () => {
    await using github = await startGitHub({ pulls: [{ number: 7 }] });
    github.failNext(1, { status: 504, afterEffect: true });
    expect((await call(github, 'POST', `${REPO}/issues/7/comments`, { body: 'x' })).status).toBe(504);
    expect(github.state.comments).toHaveLength(1);
    github.failNext(1, { status: 0 });
    await expect(call(github, 'GET', REPO)).rejects.toThrow();
  });

  it('lets another writer in between', async () => {
    await using github = await startGitHub({
      pulls: [{ number: 7 }],
      onRequest: (request, fake) => {
        if (request.method === 'PATCH') fake.state.comments.length = 0;
      },
    });
    const { json } = await call(github, 'POST', `${REPO}/issues/7/comments`, { body: 'x' });
    expect((await call(github, 'PATCH', `${REPO}/issues/comments/${(json as { id: number }).id}`, { body: 'y' })).status).toBe(404);
  });

  it('waits when told to', async () => {
    await using github = await startGitHub({ latencyMs: 120 });
    const before = performance.now();
    await call(github, 'GET', REPO);
    expect(performance.now() - before).toBeGreaterThan(110);
  });
});

describe('artifacts', () => {
  it('lie behind a redirect to another origin, which refuses the token', async () => {
    await using github = await startGitHub({
      runs: [{ id: 5 }],
      artifacts: [{ runId: 5, name: 'run', data: zip({ 'a/run.json': '{}' }) }],
    });
    const id = github.state.artifacts[0]?.id ?? 0;
    const redirect = await call(github, 'GET', `${REPO}/actions/artifacts/${id}/zip`);
    const location = redirect.headers.get('location') ?? '';
    expect(redirect.status).toBe(302);
    expect(new URL(location).origin).not.toBe(new URL(github.url).origin);
    expect((await fetch(location, { headers: { authorization: 'token x' } })).status).toBe(400);
    const data = new Uint8Array(await (await fetch(location)).arrayBuffer());
    expect(Buffer.from(data).includes('a/run.json')).toBe(true);
    const [artifact] = github.state.artifacts;
    if (artifact !== undefined) artifact.expired = true;
    expect((await call(github, 'GET', `${REPO}/actions/artifacts/${id}/zip`)).status).toBe(410);
  });
});

describe('the client that actions use', () => {
  it('finds an old comment on a later page and updates it', async () => {
    const comments = Array.from({ length: 130 }, (_, index) => ({ issue: 7, body: index === 120 ? '<!-- mine -->' : 'noise' }));
    await using github = await startGitHub({ pulls: [{ number: 7 }], comments, basePath: '/api/v3' });
    const octokit = getOctokit(github.token, { baseUrl: github.url });
    const where = { owner: 'octo', repo: 'demo' };
    const all = await octokit.paginate(octokit.rest.issues.listComments, { ...where, issue_number: 7, per_page: 100 });
    const mine = all.find((comment) => comment.body === '<!-- mine -->');
    await octokit.rest.issues.updateComment({ ...where, comment_id: mine?.id ?? 0, body: 'new' });
    expect(all).toHaveLength(130);
    expect(github.state.comments[120]?.body).toBe('new');
    await expect(octokit.graphql('{ viewer { login } }')).resolves.toEqual({ viewer: { login: 'github-actions[bot]' } });
    expect(github.violations).toEqual([]);
  });
});
