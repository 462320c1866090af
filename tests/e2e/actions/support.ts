import { connectForge } from '../../../src/action/forge.ts';
import type { Forge, NoteOutcome } from '../../../src/ports/index.ts';
import { eventOf, type EventFixture, type Overrides, type PayloadOf } from '../../fakes/github/events.ts';
import type { FakeGitHub } from '../../fakes/github/server.ts';

/** Time that passes when somebody sleeps, and is written down; `scale` makes it pass a little for real. */
export class FakeClock {
  readonly slept: number[] = [];
  #ms = 0;
  readonly #scale: number;

  constructor(scale = 0) {
    this.#scale = scale;
  }

  now(): string {
    return new Date(Date.parse('2026-01-01T00:00:00Z') + this.#ms).toISOString();
  }

  monotonicMs(): number {
    return this.#ms;
  }

  sharedOffsetMs(): number {
    return 0;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.#ms += ms;
    await new Promise((resolve) => void setTimeout(resolve, ms * this.#scale));
  }

  pace(): Promise<never> {
    return Promise.reject(new Error('nothing is paced here'));
  }
}

export interface Job<F extends EventFixture> {
  readonly fixture: F;
  readonly overrides?: Overrides<PayloadOf<F>>;
  readonly run?: number;
  readonly attempt?: number;
  readonly env?: Record<string, string>;
  readonly clock?: FakeClock;
}

/** A forge as one job of a workflow gets it. */
export function jobOf<F extends EventFixture>(github: FakeGitHub, job: Job<F>): Promise<Forge> {
  const { name, payload } = eventOf(job.fixture, job.overrides);
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: '/event.json',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: String(job.run ?? 5007),
    GITHUB_RUN_ATTEMPT: String(job.attempt ?? 1),
    ...github.env(),
    ...job.env,
  };
  const files = { readText: () => Promise.resolve(JSON.stringify(payload)) };
  return connectForge(env, { files: files as never, clock: job.clock ?? new FakeClock() });
}

/** Writes a note from the job of a pull request whose head is `head`. */
export async function comment(
  github: FakeGitHub,
  head: string,
  more: { text?: string; run?: number; attempt?: number; clock?: FakeClock } = {},
): Promise<NoteOutcome> {
  const overrides = { pull_request: { head: { sha: head } } };
  const forge = await jobOf(github, { fixture: 'pull_request.synchronize', overrides, ...more });
  return forge.upsertNote(more.text ?? 'The verdict', { head });
}
