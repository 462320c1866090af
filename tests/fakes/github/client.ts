import type { FakeGitHub } from './server.ts';

/** Paths below the default repository. */
export const REPO = '/repos/octo/demo';

export interface Answer {
  status: number;
  headers: Headers;
  json: unknown;
}

/** One authenticated request, as plain as a client can make it. */
export async function call(github: FakeGitHub, method: string, path: string, body?: unknown, headers: object = {}): Promise<Answer> {
  const response = await fetch(path.startsWith('http') ? path : `${github.url}${path}`, {
    method,
    headers: { authorization: `token ${github.token}`, 'content-type': 'application/json', ...headers },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) };
}
