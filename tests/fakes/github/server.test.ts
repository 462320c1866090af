import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { REPO, call } from './client.ts';
import { startGitHub } from './server.ts';
import { zip } from './zip.ts';

describe('the description as referee', () => {
  it.each([
    ['a wrong type', 'POST', `${REPO}/issues/7/comments`, { body: 5 }],
    ['a missing field', 'POST', `${REPO}/check-runs`, { head_sha: 'a' }],
    ['a bad enum', 'POST', `${REPO}/statuses/${'a'.repeat(40)}`, { state: 'green' }],
    ['a bad query value', 'GET', `${REPO}/issues/7/comments?per_page=all`, undefined],
    ['an unknown query', 'GET', `${REPO}/issues/7/comments?sort=created`, undefined],
    ['a bad path parameter', 'GET', `${REPO}/pulls/seven`, undefined],
    ['no body at all', 'POST', `${REPO}/issues/7/comments`, undefined],
    ['an unknown endpoint', 'GET', `${REPO}/labels`, undefined],
    [
      '51 annotations',
      'POST',
      `${REPO}/check-runs`,
      {
        name: 'gate',
        head_sha: 'a',
        output: {
          title: 't',
          summary: 's',
          annotations: Array.from({ length: 51 }, () => ({
            path: 'a',
            start_line: 1,
            end_line: 1,
            annotation_level: 'failure',
            message: 'm',
          })),
        },
      },
    ],
    [
      'a check summary of 65,536',
      'POST',
      `${REPO}/check-runs`,
      {
        name: 'gate',
        head_sha: 'a',
        output: { title: 't', summary: 's'.repeat(65_536) },
      },
    ],
  ])('refuses %s loudly', async (_name, method, path, body) => {
    await using github = await startGitHub({ pulls: [{ number: 7 }] });
    expect((await call(github, method, path, body)).status).toBe(500);
    expect(github.violations).toHaveLength(1);
  });

  it('refuses its own answers too', async () => {
    await using github = await startGitHub({ rules: { main: [{ type: 'no-such-rule' }] } });
    expect((await call(github, 'GET', `${REPO}/rules/branches/main`)).status).toBe(500);
    expect(github.violations[0]?.kind).toBe('response');
  });

  it('accepts one full round of every operation', async () => {
    await using github = await startGitHub({
      pulls: [
        { number: 7, files: [{ filename: 'a.ts', status: 'modified', additions: 1, deletions: 0 }] },
        { number: 9, headRepo: null },
      ],
      runs: [{ id: 5, pulls: [7] }],
      jobs: [{ runId: 5, name: 'unit' }],
      artifacts: [{ runId: 5, name: 'run', data: zip({ 'run.json': '{}' }) }],
      contents: { '.github/gauntlet.yml': 'stages: []' },
    });
    const sha = github.state.pulls[0]?.headSha ?? '';
    const reads = [
      '',
      '/pulls',
      '/pulls/7',
      '/pulls/9',
      '/pulls/7/files',
      `/commits/${sha}/pulls`,
      `/commits/${sha}/check-runs`,
      '/actions/runs/5',
      '/actions/runs/5/jobs',
      '/actions/runs/5/attempts/1/jobs',
      '/actions/runs/5/artifacts',
      '/contents/.github/gauntlet.yml',
      '/contents/.github',
      '/rules/branches/main',
      '/issues/7/comments',
    ];
    const statuses = [];
    for (const path of reads) statuses.push((await call(github, 'GET', `${REPO}${path}`)).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const check = await call(github, 'POST', `${REPO}/check-runs`, { name: 'gate', head_sha: sha, status: 'in_progress' });
    const { id } = check.json as { id: number };
    expect((await call(github, 'PATCH', `${REPO}/check-runs/${id}`, { conclusion: 'failure' })).json).toMatchObject({
      status: 'completed',
    });
    expect((await call(github, 'POST', `${REPO}/statuses/${sha}`, { state: 'success', context: 'gate' })).status).toBe(201);
    const sarif = gzipSync('{"runs":[]}').toString('base64');
    expect((await call(github, 'POST', `${REPO}/code-scanning/sarifs`, { commit_sha: sha, ref: 'refs/pull/7/head', sarif })).status).toBe(
      202,
    );
    expect(github.state.sarifs[0]?.sarif).toEqual({ runs: [] });
    expect(github.violations).toEqual([]);
  });
});

describe('comments', () => {
  it('are created, read, updated and deleted under the viewer', async () => {
    await using github = await startGitHub({ pulls: [{ number: 7 }] });
    const made = await call(github, 'POST', `${REPO}/issues/7/comments`, { body: 'red' });
    const { id } = made.json as { id: number };
    expect(made).toMatchObject({ status: 201, json: { user: { login: 'github-actions[bot]', type: 'Bot' } } });
    await call(github, 'PATCH', `${REPO}/issues/comments/${id}`, { body: 'green' });
    expect((await call(github, 'GET', `${REPO}/issues/comments/${id}`)).json).toMatchObject({ body: 'green' });
    expect((await call(github, 'DELETE', `${REPO}/issues/comments/${id}`)).status).toBe(204);
    expect((await call(github, 'GET', `${REPO}/issues/comments/${id}`)).status).toBe(404);
    expect((await call(github, 'POST', `${REPO}/issues/99/comments`, { body: 'x' })).status).toBe(404);
    expect(github.requests.map((request) => `${request.method} ${request.status}`)).toEqual([
      'POST 201',
      'PATCH 200',
      'GET 200',
      'DELETE 204',
      'GET 404',
      'POST 404',
    ]);
    expect(github.violations).toEqual([]);
  });

  it('answers 422 as GitHub does over 65,536 characters, and 201 at the limit', async () => {
    await using github = await startGitHub({ pulls: [{ number: 7 }] });
    const long = await call(github, 'POST', `${REPO}/issues/7/comments`, { body: 'x'.repeat(70_000) });
    expect(long).toMatchObject({
      status: 422,
      json: {
        message: 'Validation Failed',
        errors: [{ resource: 'IssueComment', message: 'Body is too long (maximum is 65536 characters)' }],
      },
    });
    expect((await call(github, 'POST', `${REPO}/issues/7/comments`, { body: 'x'.repeat(65_536) })).status).toBe(201);
    const sha = 'a'.repeat(40);
    expect((await call(github, 'POST', `${REPO}/statuses/${sha}`, { state: 'success', description: 'x'.repeat(141) })).status).toBe(422);
    expect(github.violations).toEqual([]);
  });

  it('pages with Link headers that lead from the first to the last row', async () => {
    const comments = Array.from({ length: 65 }, (_, index) => ({ issue: 7, body: String(index) }));
    await using github = await startGitHub({ pulls: [{ number: 7 }], comments, basePath: '/api/v3' });
    const seen: string[] = [];
    let next: string | undefined = `${REPO}/issues/7/comments?per_page=30`;
    const links: string[] = [];
    while (next !== undefined) {
      const page = await call(github, 'GET', next);
      seen.push(...(page.json as { body: string }[]).map((comment) => comment.body));
      const link = page.headers.get('link') ?? '';
      links.push([...link.matchAll(/rel="(\w+)"/g)].map((match) => match[1]).join());
      next = /<([^>]+)>; rel="next"/.exec(link)?.[1];
    }
    expect(links).toEqual(['next,last', 'prev,next,last,first', 'prev,first']);
    expect(seen).toEqual(comments.map((comment) => comment.body));
    expect((await call(github, 'GET', `${REPO}/issues/7/comments`)).headers.get('link')).toContain('/api/v3/repositories/');
    expect((await call(github, 'GET', `${REPO}/issues/7/comments?per_page=500`)).headers.get('link')).toBeNull();
    expect(github.violations).toEqual([]);
  });
});

describe('tokens', () => {
  it('are demanded', async () => {
    await using github = await startGitHub();
    expect(await call(github, 'GET', REPO, undefined, { authorization: '' })).toMatchObject({
      status: 401,
      json: { message: 'Requires authentication' },
    });
    expect(await call(github, 'GET', REPO, undefined, { authorization: 'Bearer nope' })).toMatchObject({
      status: 401,
      json: { message: 'Bad credentials' },
    });
    expect((await call(github, 'GET', REPO, undefined, { authorization: `Bearer ${github.token}` })).status).toBe(200);
  });

  it('of a fork read and never write', async () => {
    await using github = await startGitHub({ pulls: [{ number: 8, headRepo: 'mallory/demo' }], readOnly: true });
    expect((await call(github, 'GET', `${REPO}/issues/8/comments`)).status).toBe(200);
    const refused = await call(github, 'POST', `${REPO}/issues/8/comments`, { body: 'x' });
    expect(refused).toMatchObject({ status: 403, json: { message: 'Resource not accessible by integration' } });
    expect(github.state.comments).toEqual([]);
    expect(github.violations).toEqual([]);
  });

  it('of an installation have no user, only a viewer', async () => {
    await using github = await startGitHub();
    expect((await call(github, 'GET', '/user')).status).toBe(403);
    const asked = await call(github, 'POST', github.graphqlUrl, { query: 'query { viewer { login } }' });
    expect(asked.json).toEqual({ data: { viewer: { login: 'github-actions[bot]' } } });
    await using person = await startGitHub({ viewer: 'octocat', basePath: '/api/v3' });
    expect((await call(person, 'GET', '/user')).json).toMatchObject({ login: 'octocat', type: 'User' });
    expect(person.graphqlUrl).toMatch(/\/api\/graphql$/);
    expect(github.violations).toEqual([]);
  });
});

describe('forks', () => {
  it('are found by head label or in their own repository, not by commit in the base', async () => {
    await using github = await startGitHub({ pulls: [{ number: 7 }, { number: 8, headRepo: 'mallory/demo' }] });
    const [own, fork] = github.state.pulls.map((pull) => pull.headSha);
    const count = async (path: string): Promise<number> => ((await call(github, 'GET', path)).json as unknown[]).length;
    expect(await count(`${REPO}/commits/${own}/pulls`)).toBe(1);
    expect(await count(`${REPO}/commits/${fork}/pulls`)).toBe(0);
    expect(await count(`/repos/mallory/demo/commits/${fork}/pulls`)).toBe(1);
    expect(await count(`${REPO}/pulls?head=mallory:topic-8`)).toBe(1);
    expect((await call(github, 'GET', '/repos/mallory/demo')).status).toBe(404);
    expect(github.violations).toEqual([]);
  });
});
