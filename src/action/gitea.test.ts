import { describe, expect, test } from 'vitest';

import type { Http } from '../ports/index.ts';
import { connectForge } from './forge.ts';

// A stand-in for the comments of one pull request, after the operations issueGetComments, issueCreateComment, issueEditComment and
// issueDeleteComment of Gitea's API v1: unverified against a real Gitea or Forgejo.

const HEAD = 'a'.repeat(40);
const API = 'https://gitea.example/api/v1';
const ENV = {
  GITHUB_ACTIONS: 'true',
  GITEA_ACTIONS: 'true',
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_EVENT_PATH: '/event.json',
  GITHUB_REPOSITORY: 'team/app',
  GITHUB_SERVER_URL: 'https://gitea.example',
  GITHUB_API_URL: API,
  GITHUB_RUN_ID: '500',
  GITHUB_TOKEN: 'job-token',
};

interface Stored {
  id: number;
  body: string;
  html_url: string;
  user: { id: number; login: string };
}

function gitea({ head = HEAD, refuse, anonymous = false }: { head?: string; refuse?: number; anonymous?: boolean } = {}) {
  const url = (id: number) => `https://gitea.example/team/app/pulls/3#issuecomment-${String(id)}`;
  const somebody: Stored = {
    id: 1,
    body: '<!-- gauntlet:comment:v1 head= run=9999 attempt=1 -->\nnot ours',
    html_url: url(1),
    user: { id: 9, login: 'ann' },
  };
  const comments: Stored[] = [somebody];
  const asked: string[] = [];
  const answer = (method: string, path: string, body: string): [number, unknown] => {
    if (refuse !== undefined) return [refuse, { message: 'refused' }];
    if (path === '/user')
      return anonymous ? [403, { message: 'token does not have the scope read:user' }] : [200, { id: -2, login: 'gitea-actions' }];
    if (path === '/repos/team/app/pulls/3') return [200, { head: { sha: head } }];
    const text = body === '' ? '' : (JSON.parse(body) as { body: string }).body;
    if (path === '/repos/team/app/issues/3/comments') {
      if (method === 'GET') return [200, comments];
      const id = 10 + comments.length;
      comments.push({ id, body: text, html_url: url(id), user: { id: -2, login: 'gitea-actions' } });
      return [201, comments.at(-1)];
    }
    const at = comments.findIndex(({ id }) => path === `/repos/team/app/issues/comments/${String(id)}`);
    const found = comments[at];
    if (found === undefined) return [404, { message: 'not found' }];
    if (method === 'DELETE') return [204, comments.splice(at, 1)];
    found.body = text;
    return [200, found];
  };
  const http: Http = {
    request: ({ method, url: whole, body, headers }) => {
      asked.push(`${method} ${whole.replace(API, '')}`);
      if (headers?.['authorization'] !== 'token job-token') return Promise.reject(new Error('without a token'));
      const [status, value] = answer(method, whole.replace(API, ''), typeof body === 'string' ? body : '');
      const bytes = Buffer.from(JSON.stringify(value));
      return Promise.resolve({
        state: 'answered',
        status,
        headers: {},
        body: bytes,
        totalBytes: bytes.length,
        firstByteMs: 0,
        durationMs: 0,
      });
    },
  };
  return { comments, http, asked };
}

async function noted(
  { http }: Pick<ReturnType<typeof gitea>, 'http'>,
  text: string,
  { head = HEAD, env = {} }: { head?: string; env?: object } = {},
) {
  const side = (sha: string) => ({ sha, ref: 'topic', repo: { full_name: 'team/app' } });
  const payload = { pull_request: { number: 3, head: side(HEAD), base: side('b'.repeat(40)) }, repository: { full_name: 'team/app' } };
  const files = { readText: () => Promise.resolve(JSON.stringify(payload)) };
  const forge = await connectForge({ ...ENV, ...env }, { files, http, clock: undefined } as never);
  return forge.upsertNote(text, { head });
}

describe('the comment on a pull request of Gitea', () => {
  test('is made once, kept up to date, and another author’s is left alone', async () => {
    const there = gitea();
    expect(await noted(there, 'red')).toMatchObject({ state: 'created' });
    expect(await noted(there, 'green', { env: { GITHUB_RUN_ID: '501' } })).toMatchObject({ state: 'updated' });
    expect(await noted(there, 'green', { env: { GITHUB_RUN_ID: '501' } })).toMatchObject({ state: 'unchanged' });
    expect(there.comments.map(({ body }) => body.split('\n').at(-1))).toEqual(['not ours', 'green']);
  });

  test('is found again by its author where the token of a job may not ask who it is', async () => {
    const there = gitea({ anonymous: true });
    await noted(there, 'red');
    expect(await noted(there, 'green', { env: { GITHUB_RUN_ID: '501' } })).toMatchObject({ state: 'updated' });
    expect(there.comments).toHaveLength(2);
  });

  test('of an older head gives way to that of the newer one', async () => {
    const there = gitea();
    await noted(there, 'new');
    expect(await noted(there, 'old', { head: 'c'.repeat(40) })).toEqual({ state: 'stale', newerHead: HEAD });
  });

  test('a token that may only read, none at all, and a pull request that is gone change nothing', async () => {
    expect(await noted(gitea({ refuse: 403 }), 'x')).toMatchObject({ state: 'read-only' });
    expect(await noted(gitea({ refuse: 404 }), 'x')).toEqual({ state: 'no-pull-request' });
    expect(await noted(gitea(), 'x', { env: { GITHUB_TOKEN: '' } })).toMatchObject({ state: 'read-only' });
    await expect(noted(gitea({ refuse: 500 }), 'x')).rejects.toThrow('Gitea did not take the note');
  });
});
