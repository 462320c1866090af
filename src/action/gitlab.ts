import { z } from 'zod';

import type { ForgeContext } from '../model/forge.ts';
import type { Forge, Http, NoteOutcome } from '../ports/index.ts';
import { readNote, type Note } from './notes.ts';
import { askBoard, keepOneNote, outcomeOf } from './one-note.ts';

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
      const ask = (method: string, url: string, more?: object): Promise<unknown> =>
        askBoard(http, { 'PRIVATE-TOKEN': token }, { method, url, ...(more === undefined ? {} : { body: more }) });
      try {
        const { sha, web_url: page } = MergeRequest.parse(await ask('GET', place));
        const { id: me } = User.parse(await ask('GET', `${api}/user`));
        const board = {
          list: () => ownNotes((url) => ask('GET', url), { place, me, page }),
          create: (text: string) => ask('POST', `${place}/notes`, { body: text }),
          update: (id: number, text: string) => ask('PUT', `${place}/notes/${String(id)}`, { body: text }),
          remove: (id: number) => ask('DELETE', `${place}/notes/${String(id)}`),
        };
        return await keepOneNote(board, { mark: { head, run: Number(context.runId ?? 0), attempt: 1 }, text: body }, sha ?? '');
      } catch (error) {
        return outcomeOf(error, 'GitLab');
      }
    },
  };
}

async function ownNotes(
  get: (url: string) => Promise<unknown>,
  { place, me, page }: { readonly place: string; readonly me: number; readonly page: string },
): Promise<Note[]> {
  const found: Note[] = [];
  for (let at = 1; at <= PAGES; at++) {
    const batch = z.array(Written).parse(await get(`${place}/notes?per_page=100&page=${String(at)}`));
    const own = batch.filter(({ author, system }) => author.id === me && !system);
    found.push(...own.flatMap(({ id, body }) => readNote({ id, body, url: `${page}#note_${String(id)}` }) ?? []));
    if (batch.length < 100) return found;
  }
  return found;
}
