import { paginate } from '../page.ts';
import { notFound } from '../replies.ts';
import { fileShape, pullShape } from '../shapes.ts';
import type { Call, Handler, Pull } from '../types.ts';

function find(call: Call): Pull | undefined {
  return call.state.pulls.find((pull) => pull.number === Number(call.params['pull_number']));
}

function headLabel(pull: Pull): string {
  return `${pull.headRepo?.split('/')[0] ?? ''}:${pull.headRef}`;
}

const get: Handler = (call) => {
  const pull = find(call);
  return pull === undefined ? notFound(call) : { status: 200, body: pullShape(call, pull) };
};

const list: Handler = (call) => {
  const { state = 'open', head, base } = call.query;
  const rows = call.state.pulls
    .filter((pull) => state === 'all' || pull.state === state)
    // GitHub ignores a head without "owner:", and then lists everything.
    .filter((pull) => typeof head !== 'string' || !head.includes(':') || headLabel(pull) === head)
    .filter((pull) => base === undefined || pull.baseRef === base)
    .sort((a, b) => b.number - a.number);
  return paginate(
    call,
    rows.map((pull) => pullShape(call, pull)),
  );
};

const files: Handler = (call) => {
  const pull = find(call);
  return pull === undefined ? notFound(call) : paginate(call, pull.files.map(fileShape));
};

/**
 * Only the repository that holds the commit knows its pull requests: asked of the base, a fork's head gives [].
 * https://github.com/TooTallNate/nx.js/pull/410
 */
const byCommit: Handler = (call) => {
  const asked = `${call.params['owner']}/${call.params['repo']}`;
  const sha = call.params['commit_sha'];
  const rows = call.state.pulls.filter(
    (pull) =>
      (pull.headSha === sha && pull.headRepo === asked) || (pull.merged && pull.mergeCommitSha === sha && asked === call.state.repo),
  );
  return paginate(
    call,
    rows.map((pull) => pullShape(call, pull)),
  );
};

/** Pull requests. */
export const pulls: Record<string, Handler> = {
  'pulls/get': get,
  'pulls/list': list,
  'pulls/list-files': files,
  'repos/list-pull-requests-associated-with-commit': byCommit,
};
