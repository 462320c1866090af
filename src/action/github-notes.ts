import type { NoteOutcome } from '../ports/index.ts';
import type { GitHub } from './github.ts';
import { nextStep, readNote, withMark, type Draft, type Note } from './notes.ts';
import { detailsOf, isPassing, statusOf } from './patience.ts';
import { shrink } from './shrink.ts';

/** Longer than a racing writer needs between its look and its write; where our own took long, so may those of others. */
const SETTLE_MS = { least: 1500, most: 15_000, rounds: 2 } as const;
/** A cut below this would say nothing. */
const SMALLEST = 2000;
/** The author of what GITHUB_TOKEN writes. */
const ACTIONS_BOT = 'github-actions[bot]';
/** More than the marker takes. */
const MARKER_LENGTH = 200;
/** Far more than any race needs. */
const MOST_ROUNDS = 60;

interface Comment {
  readonly id: number;
  readonly html_url: string;
  readonly body?: string | null;
  readonly user: { readonly login: string } | null;
}

/**
 * The one note on a pull request. GitHub has neither locks nor conditional writes, so every round looks anew, takes one
 * step and, after a write, waits and looks again: whoever was overtaken sees it and yields, whoever was overwritten by an
 * older result writes once more. A write whose answer is lost is not repeated blindly: the next round sees what it did.
 */
export class GitHubNotes {
  readonly #hub: GitHub;
  readonly #pull: number;
  #author: string | undefined;
  /** What we sent, whether or not GitHub answered. */
  #sent: 'created' | 'updated' | undefined;
  #wrote = false;
  /** The comment that we made. */
  #mine: number | undefined;
  /** Comments that we may not delete. */
  readonly #immovable = new Set<number>();

  constructor(hub: GitHub, pull: number) {
    this.#hub = hub;
    this.#pull = pull;
  }

  /** @throws the client's error when GitHub refuses for good, GauntletError when it does not answer in time. */
  async upsert(draft: Draft): Promise<NoteOutcome> {
    let ours = draft;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      try {
        const outcome = await this.#hub.patience.until(() => this.#round(ours));
        if (outcome) return outcome;
      } catch (error) {
        ours = { ...ours, text: shorter(error, ours.text) };
        if (!this.#wrote) this.#sent = undefined;
      }
    }
    throw new Error(`the comments on pull request ${String(this.#pull)} do not settle`);
  }

  /** Looks and takes one step; the outcome when there is nothing left to do. */
  async #round(ours: Draft): Promise<NoteOutcome | undefined> {
    const { octokit, owner, repo, clock } = this.#hub;
    const from = clock.monotonicMs();
    const { data: pull } = await octokit.rest.pulls.get({ owner, repo, pull_number: this.#pull });
    const step = nextStep(await this.#notes(), ours, { current: pull.head.sha, wrote: this.#wrote });
    switch (step.do) {
      case 'rest':
        return { state: this.#sent ?? 'unchanged', url: step.note.url };
      case 'yield':
        return { state: 'stale', newerHead: step.note.mark.head };
      case 'fold':
        for (const note of step.notes) await this.#delete(note);
        return undefined;
      case 'create':
        await this.#create(withMark(ours));
        break;
      case 'update':
        await this.#update(step.note, withMark(ours));
    }
    const tookMs = clock.monotonicMs() - from;
    await clock.sleep(Math.min(SETTLE_MS.most, Math.max(SETTLE_MS.least, SETTLE_MS.rounds * tookMs)));
    return undefined;
  }

  /** Every comment of ours on the pull request, of all pages. */
  async #notes(): Promise<Note[]> {
    const { octokit, owner, repo } = this.#hub;
    const author = (this.#author ??= await this.#viewer());
    const asked = { owner, repo, issue_number: this.#pull, per_page: 100 };
    const comments: Comment[] = await octokit.paginate(octokit.rest.issues.listComments, asked);
    const mine = comments.some(({ id }) => id === this.#mine) ? undefined : await this.#unlisted();
    return [...comments, ...(mine ? [mine] : [])]
      .filter(({ id, user }) => user?.login === author && !this.#immovable.has(id))
      .flatMap(({ id, html_url: url, body }) => readNote({ id, url, body: body ?? '' }) ?? []);
  }

  /** A list may lag behind the write that it follows. */
  async #unlisted(): Promise<Comment | undefined> {
    if (this.#mine === undefined) return undefined;
    const { octokit, owner, repo } = this.#hub;
    const { data } = await ignoring([404, 410], () => octokit.rest.issues.getComment({ owner, repo, comment_id: this.#mine ?? 0 }));
    return data;
  }

  async #create(body: string): Promise<void> {
    const { octokit, owner, repo } = this.#hub;
    this.#sent = 'created';
    const { data } = await octokit.rest.issues.createComment({ owner, repo, issue_number: this.#pull, body });
    this.#wrote = true;
    this.#mine = data.id;
    // Now it is certain who we are.
    this.#author = data.user?.login ?? this.#author;
  }

  async #update({ id }: Note, body: string): Promise<void> {
    const { octokit, owner, repo } = this.#hub;
    this.#sent ??= 'updated';
    // Gone in the meantime: the next round sees it.
    const { data } = await ignoring([404, 410], () => octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body }));
    this.#wrote ||= data !== undefined;
  }

  async #delete({ id }: Note): Promise<void> {
    const { octokit, owner, repo } = this.#hub;
    try {
      await octokit.rest.issues.deleteComment({ owner, repo, comment_id: id });
    } catch (error) {
      const status = statusOf(error);
      if (status === 403 && !isPassing(error)) this.#immovable.add(id);
      else if (status !== 404 && status !== 410) throw error;
    }
  }

  /** Who the token writes as. An installation's token may not be allowed to ask. */
  async #viewer(): Promise<string> {
    try {
      const { viewer } = await this.#hub.octokit.graphql<{ viewer: { login: string } }>('query { viewer { login } }');
      return viewer.login;
    } catch (error) {
      if (isPassing(error)) throw error;
      return ACTIONS_BOT;
    }
  }
}

/** A text that GitHub may take after it refused a longer one. @throws the refusal when it is about something else. */
function shorter(refusal: unknown, text: string): string {
  const details = detailsOf(refusal);
  if (statusOf(refusal) !== 422 || !/too long/i.test(details) || text.length < SMALLEST) throw refusal;
  const allowed = Number(/maximum is (\d+)/.exec(details)?.[1] ?? Number.POSITIVE_INFINITY);
  // GitHub counts in more than one way: each try is a good deal shorter than the last.
  return shrink(text, Math.floor(Math.min(allowed - MARKER_LENGTH, text.length * 0.8)));
}

async function ignoring<Value>(statuses: readonly number[], body: () => Promise<{ data: Value }>): Promise<{ data: Value | undefined }> {
  try {
    return await body();
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return { data: undefined };
    throw error;
  }
}
