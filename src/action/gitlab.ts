import { z } from 'zod';

import { parseJson } from '../lib/json.ts';
import type { ForgeContext } from '../model/forge.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import type { Forge, Http, NoteOutcome } from '../ports/index.ts';
import { nextStep, readNote, withMark, type Draft, type Note } from './notes.ts';

const REQUEST_MS = 15_000;
const ROUNDS = 8;
const PAGES = 50;

const Written = z.object({ id: z.number(), body: z.string(), author: z.object({ id: z.number() }), system: z.boolean().catch(false) });
const User = z.object({ id: z.number() });
const MergeRequest = z.object({ sha: z.string().nullable(), web_url: z.string() });

/**
 * GitLab: the one note of a merge request (https://docs.gitlab.com/api/notes/). A job's own `CI_JOB_TOKEN` may not write notes: it takes
 * a project or personal token with the scope `api` in `GITLAB_TOKEN`.
 */
export function connectGitLab(env: Readonly<Record<string, string>>, context: ForgeContext, http: Http): Forge {
  const [token, api, project] = [env['GITLAB_TOKEN'], env['CI_API_V4_URL'], env['CI_MERGE_REQUEST_PROJECT_ID'] || env['CI_PROJECT_ID']];
  return {
    context,
    upsertNote: async (body, { head }): Promise<NoteOutcome> => {
      if (context.pullRequest === undefined || !api || !project) return { state: 'no-pull-request' };
      if (!token) return { state: 'read-only', message: 'there is no GITLAB_TOKEN; CI_JOB_TOKEN may not write notes' };
      const place = `${api}/projects/${encodeURIComponent(project)}/merge_requests/${String(context.pullRequest)}`;
      try {
        return await new MergeRequestNotes(http, { place, api, token }).upsert({
          mark: { head, run: Number(context.runId ?? 0), attempt: 1 },
          text: body,
        });
      } catch (error) {
        if (error instanceof Refused && [401, 403].includes(error.status)) return { state: 'read-only', message: error.message };
        if (error instanceof Refused && error.status === 404) return { state: 'no-pull-request' };
        throw new GauntletError(`GitLab did not take the note: ${errorMessage(error)}`, {
          kind: 'evidence',
          hint: 'the verdict stands; the report is in the artifacts of the job',
          cause: error,
        });
      }
    },
  };
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Access {
  readonly place: string;
  readonly api: string;
  readonly token: string;
}

class MergeRequestNotes {
  readonly #http: Http;
  readonly #access: Access;

  constructor(http: Http, access: Access) {
    this.#http = http;
    this.#access = access;
  }

  /** One note, the newest result: whoever writes decides by what stands there alone. */
  async upsert(draft: Draft): Promise<NoteOutcome> {
    const { place, api } = this.#access;
    const { sha, web_url: page } = MergeRequest.parse(await this.#ask('GET', place));
    const { id: me } = User.parse(await this.#ask('GET', `${api}/user`));
    let state: 'created' | 'updated' | 'unchanged' = 'unchanged';
    for (let round = 0; round < ROUNDS; round++) {
      const step = nextStep(await this.#notes(me, page), draft, { current: sha ?? '', wrote: state !== 'unchanged' });
      switch (step.do) {
        case 'create':
          await this.#ask('POST', `${place}/notes`, { body: withMark(draft) });
          state = 'created';
          break;
        case 'update':
          await this.#ask('PUT', `${place}/notes/${String(step.note.id)}`, { body: withMark(draft) });
          if (state === 'unchanged') state = 'updated';
          break;
        case 'fold':
          for (const note of step.notes) await this.#ask('DELETE', `${place}/notes/${String(note.id)}`);
          break;
        case 'rest':
          return { state, url: step.note.url };
        case 'yield':
          return { state: 'stale', newerHead: step.note.mark.head };
      }
    }
    throw new Error(`the notes kept changing for ${String(ROUNDS)} rounds`);
  }

  async #notes(me: number, page: string): Promise<Note[]> {
    const found: Note[] = [];
    for (let at = 1; at <= PAGES; at++) {
      const batch = z.array(Written).parse(await this.#ask('GET', `${this.#access.place}/notes?per_page=100&page=${String(at)}`));
      const own = batch.filter(({ author, system }) => author.id === me && !system);
      found.push(...own.flatMap(({ id, body }) => readNote({ id, body, url: `${page}#note_${String(id)}` }) ?? []));
      if (batch.length < 100) return found;
    }
    return found;
  }

  async #ask(method: string, url: string, body?: object): Promise<unknown> {
    const answer = await this.#http.request({
      method,
      url,
      timeoutMs: REQUEST_MS,
      headers: { 'PRIVATE-TOKEN': this.#access.token, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.state === 'failed') throw new Error(answer.message);
    const text = Buffer.from(answer.body).toString('utf8');
    // A note that is gone already is what was asked for.
    if (method === 'DELETE' && answer.status === 404) return undefined;
    if (answer.status >= 300) throw new Refused(answer.status, `${String(answer.status)} ${text.slice(0, 200)}`);
    return parseJson(text);
  }
}
