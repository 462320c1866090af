import { describe, expect, it } from 'vitest';
import { EVENT_FIXTURES, eventOf, eventPayload } from './events.ts';
import { startGitHub } from './server.ts';

describe('events', () => {
  it.each(EVENT_FIXTURES)('%s can be read', (fixture) => {
    expect(eventOf(fixture).name).toBe(fixture.split('.')[0]);
  });

  it('tell forks from branches', () => {
    const own = eventPayload('pull_request.opened').pull_request;
    const fork = eventPayload('pull_request.opened.fork').pull_request;
    expect(own.head.repo?.full_name).toBe(own.base.repo?.full_name);
    expect(fork.head.repo).toMatchObject({ full_name: 'mallory/demo', fork: true });
    expect(eventPayload('workflow_run.completed.fork').workflow_run.pull_requests).toEqual([]);
    expect(eventPayload('pull_request.opened.dependabot').sender).toMatchObject({ login: 'dependabot[bot]', type: 'Bot' });
    expect(eventPayload('merge_group.checks_requested').merge_group.head_ref).toMatch(
      /^refs\/heads\/gh-readonly-queue\/main\/pr-7-[0-9a-f]{40}$/,
    );
  });

  it('merge overrides to any depth, without touching the next copy', () => {
    const changed = eventPayload('pull_request.opened.fork', { pull_request: { head: { repo: null }, draft: true } });
    expect(changed.pull_request).toMatchObject({ draft: true, head: { repo: null, ref: 'topic-8' } });
    expect(eventPayload('pull_request.opened.fork').pull_request.draft).toBe(false);
  });

  it('agree with what the server is seeded with', async () => {
    await using github = await startGitHub({ pulls: [{ number: 7 }, { number: 8, headRepo: 'mallory/demo' }] });
    const events = [eventPayload('pull_request.opened'), eventPayload('pull_request.synchronize.fork')];
    expect(events.map((event) => event.pull_request.head.sha)).toEqual(github.state.pulls.map((pull) => pull.headSha));
    expect(events[0]?.repository.id).toBe(github.state.repoId);
  });
});
