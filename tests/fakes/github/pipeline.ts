import { fill } from './fill.ts';
import { actions } from './handlers/actions.ts';
import { checks } from './handlers/checks.ts';
import { comments } from './handlers/comments.ts';
import { pulls } from './handlers/pulls.ts';
import { repository } from './handlers/repo.ts';
import type { Description, Matched, RawRequest } from './openapi.ts';
import { notAccessible, notFound, problem, tooLong } from './replies.ts';
import type { Call, Handler, Reply, State, Violation } from './types.ts';

const HANDLERS: Record<string, Handler> = { ...comments, ...pulls, ...checks, ...actions, ...repository };

/** What a request is judged against. */
export interface Pipeline {
  description: Description;
  state: State;
  violations: Violation[];
  token: string;
  readOnly: boolean;
  apiUrl: string;
  blobUrl: string;
  now: string;
}

function loud(pipeline: Pipeline, request: RawRequest, violation: Omit<Violation, 'method' | 'path'>): Reply {
  const { method, path } = request;
  pipeline.violations.push({ ...violation, method, path });
  const list = violation.errors.map((error) => `${error.path} ${error.message}`.trim()).join('; ');
  return problem(500, `the fake refuses this ${violation.kind}: ${method} ${path}: ${list}`);
}

/** 401 without GitHub's two ways of sending a token, or with the wrong token. */
export function authenticate(headers: Record<string, string>, token: string): Reply | undefined {
  const given = /^(?:token|bearer) (.+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (given === undefined) return problem(401, 'Requires authentication');
  return given === token ? undefined : problem(401, 'Bad credentials');
}

function foreign(call: Call): boolean {
  const { owner, repo } = call.params;
  if (owner === undefined) return false;
  const asked = `${owner}/${repo}`.toLowerCase();
  if (asked === call.state.repo.toLowerCase()) return false;
  const forkRead = call.operationId === 'repos/list-pull-requests-associated-with-commit';
  return !(forkRead && call.state.pulls.some((pull) => pull.headRepo?.toLowerCase() === asked));
}

function complete(pipeline: Pipeline, request: RawRequest, matched: Matched, reply: Reply): Reply {
  if (reply.raw !== undefined) return reply;
  const { operationId } = matched;
  const schema = pipeline.description.responseSchema(operationId, reply.status);
  const body = reply.status < 400 && schema !== undefined ? fill(schema, reply.body) : reply.body;
  const errors = pipeline.description.checkResponse(operationId, reply.status, body);
  if (errors.length > 0) return loud(pipeline, request, { kind: 'response', operationId, errors });
  return { ...reply, body };
}

function handle(pipeline: Pipeline, request: RawRequest, matched: Matched): Reply {
  const { state, apiUrl, blobUrl, now } = pipeline;
  const call: Call = { ...matched, state, apiUrl, blobUrl, now, headers: request.headers, path: request.path };
  const handler = HANDLERS[matched.operationId];
  if (handler === undefined) throw new Error(`no handler for ${matched.operationId}`);
  if (foreign(call)) return notFound(call);
  if (pipeline.readOnly && request.method !== 'GET') return notAccessible(matched.docsUrl);
  const limit = matched.errors.find((error) => error.limit !== undefined)?.limit;
  return limit === undefined ? handler(call) : tooLong(call, limit);
}

/** Judges one authenticated request and answers it. */
export function answer(pipeline: Pipeline, request: RawRequest): { reply: Reply; operationId: string | null } {
  const { repoId, repo } = pipeline.state;
  const path = request.path.replace(new RegExp(`^/repositories/${repoId}(?=/|$)`), `/repos/${repo}`);
  const named = { ...request, path };
  const matched = pipeline.description.match(named);
  if (matched === undefined) {
    const errors = [{ path: '', message: 'no such operation in openapi.json' }];
    return { operationId: null, reply: loud(pipeline, request, { kind: 'route', operationId: null, errors }) };
  }
  const { operationId } = matched;
  const broken = matched.errors.filter((error) => error.limit === undefined);
  if (broken.length > 0) {
    return { operationId, reply: loud(pipeline, request, { kind: 'request', operationId, errors: broken }) };
  }
  return { operationId, reply: complete(pipeline, request, matched, handle(pipeline, named, matched)) };
}

/** The one GraphQL query that Gauntlet asks: who am I. The answer for GITHUB_TOKEN is github-actions[bot]. */
export function answerGraphql(pipeline: Pipeline, request: RawRequest): Reply {
  const query = /"query"\s*:\s*"([^"]*)"/.exec(request.body)?.[1] ?? '';
  if (/^\s*(query[^{]*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(query.replaceAll('\\n', ' '))) {
    return { status: 200, body: { data: { viewer: { login: pipeline.state.viewer } } } };
  }
  const errors = [{ path: '/query', message: `only { viewer { login } } is known here, not ${query}` }];
  return loud(pipeline, request, { kind: 'request', operationId: 'graphql', errors });
}
