import { describe, expect, it } from 'vitest';

import { eventPayload, type EventFixture } from '../../tests/fakes/github/events.ts';
import { forgeContext, forgeEvent } from './forge-context.ts';

const HEAD = 'fc0e04ceacd1c2734e68c87427b5bd179e786832';
const FORK_HEAD = '370d0221ec5aaa577de8b95954c260d8fc7684ee';
const BASE = '8b0fcf6b669711350c527e8fcac52131d2e0fa2a';
const MERGE = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

const env = (event: string, more: Record<string, string> = {}): Record<string, string> => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_EVENT_NAME: event,
  GITHUB_EVENT_PATH: '/event.json',
  GITHUB_REPOSITORY: 'octo/demo',
  GITHUB_SERVER_URL: 'https://ghe.example',
  GITHUB_RUN_ID: '5007',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_SHA: MERGE,
  ...more,
});

const file = (payload: unknown) => ({ readText: () => Promise.resolve(typeof payload === 'string' ? payload : JSON.stringify(payload)) });

async function parts(fixture: EventFixture, overrides?: object): Promise<object> {
  const context = await forgeContext(env(fixture.split('.')[0] ?? ''), file(eventPayload(fixture, overrides)));
  const { headSha, baseSha, baseRef, pullRequest, fork } = context;
  return { headSha, baseSha, baseRef, pullRequest, fork };
}

describe('what an event says', () => {
  it('names the pull request by its own head, not by the merge commit that is checked out', async () => {
    const expected = { headSha: HEAD, baseSha: BASE, baseRef: 'main', pullRequest: 7, fork: false };
    expect(await parts('pull_request.opened')).toEqual(expected);
    expect(await parts('pull_request.synchronize')).toMatchObject({ pullRequest: 7, fork: false });
  });

  it('knows forks, also those that were deleted since, and pull_request_target', async () => {
    expect(await parts('pull_request.opened.fork')).toMatchObject({ headSha: FORK_HEAD, pullRequest: 8, fork: true });
    expect(await parts('pull_request.opened.fork', { pull_request: { head: { repo: null } } })).toMatchObject({
      pullRequest: 8,
      fork: true,
    });
    expect(await parts('pull_request_target.opened.fork')).toMatchObject({ headSha: FORK_HEAD, pullRequest: 8, fork: true });
    expect(await parts('pull_request.opened.dependabot')).toMatchObject({ pullRequest: 9, fork: false });
  });

  it('reads the pull request of a merge group from its branch', async () => {
    const expected = { headSha: '1ac801f86ac7d8126559b71909f65d78c06dd067', baseSha: BASE, baseRef: 'main', pullRequest: 7, fork: false };
    expect(await parts('merge_group.checks_requested')).toEqual(expected);
    const odd = await parts('merge_group.checks_requested', { merge_group: { head_ref: 'refs/heads/queue/main' } });
    expect(odd).toMatchObject({ headSha: expected.headSha, pullRequest: undefined });
  });

  it('takes the pull request that a workflow_run names, but never for a fork', async () => {
    expect(await parts('workflow_run.completed')).toEqual({ headSha: HEAD, baseSha: BASE, baseRef: 'main', pullRequest: 7, fork: false });
    expect(await parts('workflow_run.completed.fork')).toMatchObject({ headSha: FORK_HEAD, pullRequest: undefined, fork: true });
    const planted = [{ number: 7, head: { sha: HEAD }, base: { sha: BASE, ref: 'main' } }];
    expect(await parts('workflow_run.completed.fork', { workflow_run: { pull_requests: planted } })).toMatchObject({
      pullRequest: undefined,
    });
    const { runHead } = await forgeEvent(env('workflow_run'), file(eventPayload('workflow_run.completed.fork')));
    expect(runHead).toEqual({ sha: FORK_HEAD, branch: 'topic-8', repository: 'mallory/demo' });
  });

  it('prefers the pull request whose head is the commit of the run', async () => {
    const pull = (number: number, sha: string) => ({ number, head: { sha }, base: { sha: BASE, ref: 'main' } });
    const several = { workflow_run: { pull_requests: [pull(3, MERGE), pull(7, HEAD)] } };
    expect(await parts('workflow_run.completed', several)).toMatchObject({ pullRequest: 7 });
  });

  it('takes the commit from the environment where no pull request is', async () => {
    const before = '6b1d8b144bba9a0620748c256b4610eac99ff381';
    expect(await parts('push')).toEqual({ headSha: MERGE, baseSha: before, baseRef: undefined, pullRequest: undefined, fork: false });
    expect(await parts('push', { before: '0'.repeat(40) })).toMatchObject({ baseSha: undefined });
    expect(await parts('workflow_dispatch')).toMatchObject({ headSha: MERGE, pullRequest: undefined, fork: false });
    expect(await parts('schedule')).toMatchObject({ headSha: MERGE, pullRequest: undefined, fork: false });
  });
});

describe('what surrounds the event', () => {
  it('is the run, on this server', async () => {
    expect(await forgeContext(env('push'), file(eventPayload('push')))).toMatchObject({
      forge: 'github',
      event: 'push',
      repository: 'octo/demo',
      runId: '5007',
      runAttempt: 2,
      runUrl: 'https://ghe.example/octo/demo/actions/runs/5007',
    });
  });

  it('is no forge on a laptop', async () => {
    expect(await forgeContext({}, file('{'))).toEqual({ forge: 'none', event: 'local', fork: false, runAttempt: 1 });
  });

  it('survives a payload that is missing, broken or odd, and keeps the parts that are right', async () => {
    const bare = { forge: 'github', headSha: MERGE, fork: false };
    expect(await forgeContext(env('push', { GITHUB_EVENT_PATH: '' }), file('{}'))).toMatchObject(bare);
    expect(await forgeContext(env('push'), file('{'))).toMatchObject(bare);
    expect(await forgeContext(env('push'), file('[]'))).toMatchObject(bare);
    expect(await forgeContext(env('push'), { readText: () => Promise.reject(new Error('ENOENT')) })).toMatchObject(bare);
    const odd = { ...eventPayload('pull_request.opened'), before: 7, merge_group: 'none', repository: [] };
    expect(await forgeContext(env('pull_request', { GITHUB_RUN_ATTEMPT: 'x' }), file(odd))).toMatchObject({
      pullRequest: 7,
      runAttempt: 1,
    });
  });

  it('leaves out what the environment does not say', async () => {
    const context = await forgeContext({ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '' }, file('{}'));
    expect(context).toEqual({ forge: 'github', event: 'unknown', fork: false, runAttempt: 1 });
  });
});
