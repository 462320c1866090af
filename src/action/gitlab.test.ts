import { describe, expect, test } from 'vitest';

import { gitlabContext } from '../cli/gitlab-context.ts';
import type { Http } from '../ports/index.ts';
import { connectGitLab } from './gitlab.ts';

// A stand-in for the notes of one merge request, made after the published description of the API (docs.gitlab.com/api/notes):
// unverified against a real GitLab.

const HEAD = 'a'.repeat(40);
const ENV = {
  GITLAB_CI: 'true',
  CI_API_V4_URL: 'https://gitlab.example/api/v4',
  CI_PROJECT_ID: '7',
  CI_MERGE_REQUEST_PROJECT_ID: '7',
  CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '7',
  CI_MERGE_REQUEST_IID: '12',
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
  CI_MERGE_REQUEST_DIFF_BASE_SHA: 'b'.repeat(40),
  CI_PROJECT_PATH: 'group/app',
  CI_COMMIT_SHA: HEAD,
  CI_PIPELINE_ID: '500',
  CI_PIPELINE_SOURCE: 'merge_request_event',
  GITLAB_TOKEN: 'glpat-0',
};

interface Stored {
  id: number;
  body: string;
  author: { id: number };
  system: boolean;
}

function gitlab({ head = HEAD, refuse }: { head?: string; refuse?: number } = {}) {
  const notes: Stored[] = [
    { id: 1, body: '<!-- gauntlet:comment:v1 head= run=9999 attempt=1 -->\nnot ours', author: { id: 99 }, system: false },
  ];
  const place = 'https://gitlab.example/api/v4/projects/7/merge_requests/12';
  let next = 10;
  const answer = (method: string, url: string, body: string): [number, unknown] => {
    if (refuse !== undefined) return [refuse, { message: 'refused' }];
    if (url === 'https://gitlab.example/api/v4/user') return [200, { id: 5 }];
    if (url === place) return [200, { sha: head, web_url: 'https://gitlab.example/group/app/-/merge_requests/12' }];
    if (method === 'GET') {
      const page = Number(new URL(url).searchParams.get('page'));
      return [200, notes.slice((page - 1) * 100, page * 100)];
    }
    const id = Number(url.split('/').at(-1));
    const at = notes.findIndex((note) => note.id === id);
    if (method === 'DELETE') return at < 0 ? [404, {}] : [204, notes.splice(at, 1)];
    const text = (JSON.parse(body) as { body: string }).body;
    if (method === 'POST') notes.push({ id: (next += 1), body: text, author: { id: 5 }, system: false });
    else if (notes[at]) notes[at].body = text;
    return [201, {}];
  };
  const http: Http = {
    request: ({ method, url, body, headers }) => {
      if (headers?.['PRIVATE-TOKEN'] !== 'glpat-0') return Promise.reject(new Error('without a token'));
      const [status, value] = answer(method, url, typeof body === 'string' ? body : '');
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
  return { notes, http };
}

const forgeOf = (http: Http, env: Record<string, string> = {}) =>
  connectGitLab({ ...ENV, ...env }, gitlabContext({ ...ENV, ...env }), http);
const own = (notes: readonly Stored[]) =>
  notes.filter(({ author }) => author.id === 5).map(({ body }) => body.split('\n').slice(1).join('\n'));

describe('the note of a merge request', () => {
  test('is written once and then kept up to date, and other people’s notes stay', async () => {
    const { notes, http } = gitlab();
    const first = await forgeOf(http).upsertNote('first', { head: HEAD });
    expect(first).toEqual({ state: 'created', url: 'https://gitlab.example/group/app/-/merge_requests/12#note_11' });
    expect((await forgeOf(http, { CI_PIPELINE_ID: '501' }).upsertNote('second', { head: HEAD })).state).toBe('updated');
    expect((await forgeOf(http, { CI_PIPELINE_ID: '501' }).upsertNote('second', { head: HEAD })).state).toBe('unchanged');
    expect(own(notes)).toEqual(['second']);
    expect(notes.length).toBe(2);
  });

  test('of an older head never overwrites the newer one', async () => {
    const { notes, http } = gitlab({ head: HEAD });
    await forgeOf(http).upsertNote('newest', { head: HEAD });
    const late = await forgeOf(http, { CI_PIPELINE_ID: '600' }).upsertNote('late', { head: 'c'.repeat(40) });
    expect(late).toEqual({ state: 'stale', newerHead: HEAD });
    expect(own(notes)).toEqual(['newest']);
  });

  test('is found again behind hundreds of others', async () => {
    const { notes, http } = gitlab();
    notes.push(...Array.from({ length: 250 }, (_, index) => ({ id: 1_000 + index, body: 'hello', author: { id: 8 }, system: false })));
    await forgeOf(http).upsertNote('first', { head: HEAD });
    expect((await forgeOf(http, { CI_PIPELINE_ID: '501' }).upsertNote('second', { head: HEAD })).state).toBe('updated');
    expect(own(notes)).toEqual(['second']);
  });

  test.each([
    ['no token', { GITLAB_TOKEN: '' }, undefined, 'read-only'],
    ['a token that may not', {}, 403, 'read-only'],
    ['no merge request', { CI_MERGE_REQUEST_IID: '' }, undefined, 'no-pull-request'],
    ['a merge request that is gone', {}, 404, 'no-pull-request'],
  ])('changes nothing with %s', async (_, env, refuse, state) => {
    const { notes, http } = gitlab(refuse === undefined ? {} : { refuse });
    expect((await forgeOf(http, env).upsertNote('x', { head: HEAD })).state).toBe(state);
    expect(own(notes)).toEqual([]);
  });

  test('that GitLab cannot take is said', async () => {
    const { http } = gitlab({ refuse: 500 });
    await expect(forgeOf(http).upsertNote('x', { head: HEAD })).rejects.toThrow('GitLab did not take the note: 500');
  });
});

describe('who started the run', () => {
  test('a merge request: its own head and base, not the commit that GitLab merged for the pipeline', () => {
    const merged = {
      CI_COMMIT_SHA: 'd'.repeat(40),
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: HEAD,
      CI_MERGE_REQUEST_TARGET_BRANCH_SHA: 'e'.repeat(40),
    };
    expect(gitlabContext({ ...ENV, ...merged })).toMatchObject({
      forge: 'gitlab',
      headSha: HEAD,
      baseSha: 'e'.repeat(40),
      baseRef: 'main',
      pullRequest: 12,
      fork: false,
      repository: 'group/app',
      runId: '500',
    });
    expect(gitlabContext({ ...ENV, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '8' }).fork).toBe(true);
  });

  test('a push: the commit before, except of a new branch', () => {
    const push = { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_SHA: HEAD, CI_COMMIT_BEFORE_SHA: 'b'.repeat(40) };
    expect(gitlabContext(push)).toEqual({
      forge: 'gitlab',
      event: 'push',
      headSha: HEAD,
      baseSha: 'b'.repeat(40),
      fork: false,
      runAttempt: 1,
    });
    expect(gitlabContext({ ...push, CI_COMMIT_BEFORE_SHA: '0'.repeat(40) }).baseSha).toBeUndefined();
  });
});
