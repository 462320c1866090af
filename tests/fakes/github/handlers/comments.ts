import { paginate } from '../page.ts';
import { notFound } from '../replies.ts';
import { accountOf, commentShape } from '../shapes.ts';
import type { Call, Comment, Handler } from '../types.ts';

function find(call: Call): Comment | undefined {
  return call.state.comments.find((comment) => comment.id === Number(call.params['comment_id']));
}

function bodyOf(call: Call): string {
  return (call.body as { body: string }).body;
}

const list: Handler = (call) => {
  const issue = Number(call.params['issue_number']);
  if (!call.state.issues.includes(issue)) return notFound(call);
  const since = call.query['since'];
  const rows = call.state.comments
    .filter((comment) => comment.issue === issue && (typeof since !== 'string' || comment.updatedAt >= since))
    .sort((a, b) => a.id - b.id);
  return paginate(
    call,
    rows.map((comment) => commentShape(call, comment)),
  );
};

const create: Handler = (call) => {
  const issue = Number(call.params['issue_number']);
  if (!call.state.issues.includes(issue)) return notFound(call);
  const comment: Comment = {
    id: call.state.nextId++,
    issue,
    user: accountOf(call.state.viewer),
    body: bodyOf(call),
    createdAt: call.now,
    updatedAt: call.now,
  };
  call.state.comments.push(comment);
  const location = `${call.apiUrl}/repos/${call.state.repo}/issues/comments/${comment.id}`;
  return { status: 201, body: commentShape(call, comment), headers: { location } };
};

const get: Handler = (call) => {
  const comment = find(call);
  return comment === undefined ? notFound(call) : { status: 200, body: commentShape(call, comment) };
};

const update: Handler = (call) => {
  const comment = find(call);
  if (comment === undefined) return notFound(call);
  comment.body = bodyOf(call);
  comment.updatedAt = call.now;
  return { status: 200, body: commentShape(call, comment) };
};

const remove: Handler = (call) => {
  const comment = find(call);
  if (comment === undefined) return notFound(call);
  call.state.comments.splice(call.state.comments.indexOf(comment), 1);
  return { status: 204 };
};

/** Issue comments. */
export const comments: Record<string, Handler> = {
  'issues/list-comments': list,
  'issues/create-comment': create,
  'issues/get-comment': get,
  'issues/update-comment': update,
  'issues/delete-comment': remove,
};
