import { z } from 'zod';

import type { ForgeContext } from '../model/forge.ts';
import type { Forge, Http, NoteOutcome } from '../ports/index.ts';
import { readNote, type Note } from './notes.ts';
import { askBoard, keepOneNote, outcomeOf, Refused } from './one-note.ts';

const Comment = z.object({
  id: z.number(),
  body: z.string(),
  html_url: z.string(),
  user: z.object({ id: z.number(), login: z.string() }).nullish(),
});
const User = z.object({ id: z.number() });
const Pull = z.object({ head: z.object({ sha: z.string() }) });

/** Who writes with the token of a job, which may not ask for itself. */
const ACTORS = new Set(['gitea-actions', 'forgejo-actions']);

/** Gitea and Forgejo run the actions of GitHub with its variables, and say so with one of their own. */
export function isGitea(env: Readonly<Record<string, string>>): boolean {
  return env['GITEA_ACTIONS'] === 'true' || env['FORGEJO_ACTIONS'] === 'true';
}

/** Gitea and Forgejo: the one comment of a pull request, by their API v1 (https://docs.gitea.com/api/, issueCreateComment and its kin). */
export function connectGitea(env: Readonly<Record<string, string>>, context: ForgeContext, http: Http): Forge {
  const token = env['GITHUB_TOKEN'] || env['INPUT_TOKEN'];
  const api = env['GITHUB_API_URL'] || (env['GITHUB_SERVER_URL'] ? `${env['GITHUB_SERVER_URL']}/api/v1` : '');
  return {
    context,
    upsertNote: async (body, { head }): Promise<NoteOutcome> => {
      const { pullRequest, repository } = context;
      if (pullRequest === undefined || repository === undefined || api === '') return { state: 'no-pull-request' };
      if (!token) return { state: 'read-only', message: 'there is no token: give GITHUB_TOKEN or the input `token`' };
      const place = `${api.replace(/\/$/, '')}/repos/${repository}`;
      const comments = `${place}/issues/${String(pullRequest)}/comments`;
      const one = (id: number): string => `${place}/issues/comments/${String(id)}`;
      const ask = (method: string, url: string, more?: object): Promise<unknown> =>
        askBoard(http, { authorization: `token ${token}` }, { method, url, ...(more === undefined ? {} : { body: more }) });
      try {
        const pull = Pull.parse(await ask('GET', `${place}/pulls/${String(pullRequest)}`));
        const me = await whoAmI(() => ask('GET', `${api.replace(/\/$/, '')}/user`));
        const board = {
          list: async (): Promise<Note[]> =>
            z
              .array(Comment)
              .parse(await ask('GET', comments))
              .flatMap(({ id, body: text, html_url: url, user }) =>
                user && (user.id === me || (me === undefined && ACTORS.has(user.login))) ? (readNote({ id, body: text, url }) ?? []) : [],
              ),
          create: (text: string) => ask('POST', comments, { body: text }),
          update: (id: number, text: string) => ask('PATCH', one(id), { body: text }),
          remove: (id: number) => ask('DELETE', one(id)),
        };
        const mark = { head, run: Number(context.runId ?? 0), attempt: context.runAttempt };
        return await keepOneNote(board, { mark, text: body }, pull.head.sha);
      } catch (error) {
        return outcomeOf(error, 'Gitea');
      }
    },
  };
}

async function whoAmI(ask: () => Promise<unknown>): Promise<number | undefined> {
  try {
    return User.parse(await ask()).id;
  } catch (error) {
    if (error instanceof Refused && error.status < 500) return undefined;
    throw error;
  }
}
