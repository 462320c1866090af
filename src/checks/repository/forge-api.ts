import type { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { oneLine } from '../../lib/text.ts';
import type { CheckContext } from '../contract.ts';

const ANSWER_MS = 10_000;
const BODY_BYTES = 4_000_000;

/** The forge that the environment of a job names, with the token that it may be asked with. Secret: for memory only. */
export interface ForgeAccess {
  readonly kind: 'github' | 'gitea' | 'gitlab';
  /** `owner/name`, or the id of a GitLab project. */
  readonly repository: string;
  /** URL that paths of the repository are put behind. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
}

type ForgeAnswer<Answer> =
  | { readonly state: 'told'; readonly answer: Answer }
  | { readonly state: 'silent'; readonly status: number | undefined; readonly because: string };

/** Nobody is asked without a token: a laptop without one has not asked for the network. */
export function forgeAccess(env: Readonly<Record<string, string>>): ForgeAccess | { readonly because: string } {
  if (env['CI_API_V4_URL'] && env['CI_PROJECT_ID']) {
    const token = env['GITLAB_TOKEN'];
    if (!token) return { because: 'there is no GITLAB_TOKEN to ask GitLab with' };
    const repository = env['CI_PROJECT_ID'];
    const base = `${env['CI_API_V4_URL']}/projects/${encodeURIComponent(repository)}`;
    return { kind: 'gitlab', repository, base, headers: { 'private-token': token } };
  }
  const repository = env['GITHUB_REPOSITORY'];
  const token = env['GITHUB_TOKEN'] || env['GH_TOKEN'];
  if (!repository || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return { because: 'this is no job of a forge (GITHUB_REPOSITORY is not set)' };
  if (!token) return { because: 'there is no GITHUB_TOKEN to ask the forge with' };
  const kind = env['GITEA_ACTIONS'] === 'true' || env['FORGEJO_ACTIONS'] === 'true' ? 'gitea' : 'github';
  const api = (env['GITHUB_API_URL'] || 'https://api.github.com').replace(/\/$/, '');
  const accept =
    kind === 'github' ? { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' } : { accept: 'application/json' };
  return {
    kind,
    repository,
    base: `${api}/repos/${repository}`,
    headers: { ...accept, authorization: `Bearer ${token}`, 'user-agent': 'gauntlet' },
  };
}

/** One question about the repository, with a deadline and a bound; the answer is held against its schema. */
export async function askForge<Answer>(
  { ports, signal }: Pick<CheckContext, 'ports' | 'signal'>,
  { base, headers, kind }: ForgeAccess,
  { path, shape }: { readonly path: string; readonly shape: z.ZodType<Answer> },
): Promise<ForgeAnswer<Answer>> {
  const answer = await ports.http.request({
    method: 'GET',
    url: `${base}${path}`,
    headers,
    timeoutMs: ANSWER_MS,
    maxBytes: BODY_BYTES,
    signal,
  });
  const asked = `GET ${path.split('?')[0] || '/'} of ${kind}`;
  if (answer.state === 'failed') return { state: 'silent', status: undefined, because: `${asked} failed: ${answer.message}` };
  const text = Buffer.from(answer.body).toString('utf8');
  const parsed = shape.safeParse(parseJson(text));
  if (answer.status !== 200 || !parsed.success)
    return { state: 'silent', status: answer.status, because: `${asked} answered ${String(answer.status)} ${oneLine(text).slice(0, 120)}` };
  return { state: 'told', answer: parsed.data };
}
