import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { paginate } from '../page.ts';
import { notAccessible, notFound, problem } from '../replies.ts';
import { accountOf, idOf, repoShape, userShape } from '../shapes.ts';
import type { Call, Handler, Reply } from '../types.ts';

const getRepo: Handler = (call) => ({ status: 200, body: repoShape(call, call.state.repo) });

const viewer: Handler = (call) => {
  const account = accountOf(call.state.viewer);
  // An installation token has no user: the way to ask who one is goes through GraphQL.
  if (account.type === 'Bot') return notAccessible(call.docsUrl);
  return { status: 200, body: userShape(call, account) };
};

function entry(call: Call, path: string, text: string | undefined): object {
  const url = `${call.apiUrl}/repos/${call.state.repo}/contents/${path}`;
  const common = { name: path.split('/').at(-1), path, url, _links: { self: url, git: null, html: null }, git_url: null, html_url: null };
  if (text === undefined) return { ...common, type: 'dir', size: 0, download_url: null };
  const sha = createHash('sha1').update(text).digest('hex');
  return { ...common, type: 'file', size: Buffer.byteLength(text), sha, download_url: null };
}

function folder(call: Call, path: string, visible: Map<string, string>): Reply {
  const prefix = path === '' ? '' : `${path}/`;
  const names = new Set(
    [...visible.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split('/')[0] ?? ''),
  );
  if (names.size === 0) return notFound(call);
  return { status: 200, body: [...names].sort().map((name) => entry(call, `${prefix}${name}`, visible.get(`${prefix}${name}`))) };
}

const content: Handler = (call) => {
  const path = decodeURIComponent(call.params['path'] ?? '').replace(/\/$/, '');
  const ref = call.query['ref'];
  const visible = new Map<string, string>();
  for (const [name, text] of Object.entries(call.state.contents)) {
    const at = name.indexOf(':');
    if (at < 0 && !visible.has(name)) visible.set(name, text);
    else if (at >= 0 && name.slice(0, at) === (ref ?? call.state.defaultBranch)) visible.set(name.slice(at + 1), text);
  }
  const text = visible.get(path);
  if (text === undefined) return folder(call, path, visible);
  if (call.headers['accept']?.includes('raw') === true) return { status: 200, raw: text };
  const encoded = Buffer.from(text).toString('base64');
  return { status: 200, body: { ...entry(call, path, text), content: encoded, encoding: 'base64' } };
};

const branchRules: Handler = (call) => paginate(call, call.state.rules[decodeURIComponent(call.params['branch'] ?? '')] ?? []);

const branch: Handler = (call) => {
  const name = decodeURIComponent(call.params['branch'] ?? '');
  const classic = call.state.protections[name];
  const contexts = classic?.contexts ?? [];
  const required = {
    enforcement_level: classic ? 'everyone' : 'off',
    contexts,
    checks: contexts.map((context) => ({ context, app_id: null })),
  };
  return {
    status: 200,
    body: {
      name,
      protected: classic !== undefined || call.state.rules[name] !== undefined,
      protection: { enabled: classic !== undefined, required_status_checks: required },
    },
  };
};

const environments: Handler = (call) =>
  paginate(
    call,
    Object.entries(call.state.environments).map(([name, types]) => ({
      name,
      protection_rules: types.map((type) => ({ id: idOf(type), node_id: '', type })),
    })),
    'environments',
  );

const listIssues: Handler = (call) => {
  const { labels, state = 'open' } = call.query;
  const wanted = typeof labels === 'string' ? labels.split(',') : [];
  const rows = call.state.tickets
    .filter((issue) => (state === 'all' || issue.state === state) && wanted.every((label) => issue.labels.includes(label)))
    .map(({ number, title, labels: own, state: is, pull }) => ({
      number,
      title,
      labels: own,
      state: is,
      html_url: `https://github.com/${call.state.repo}/issues/${number}`,
      ...(pull === true ? { pull_request: { diff_url: null, html_url: null, patch_url: null, url: null } } : {}),
    }));
  return paginate(call, rows);
};

const label: Handler = (call) => {
  const name = decodeURIComponent(call.params['name'] ?? '');
  return call.state.labels.includes(name) ? { status: 200, body: { name, description: null } } : notFound(call);
};

const uploadSarif: Handler = (call) => {
  const body = call.body as { commit_sha: string; ref: string; sarif: string };
  let sarif: unknown;
  try {
    sarif = JSON.parse(gunzipSync(Buffer.from(body.sarif, 'base64')).toString('utf8'));
  } catch {
    return problem(400, 'Invalid SARIF. The file is not gzipped, base64-encoded JSON.', call.docsUrl);
  }
  const id = `47177e22-5596-11eb-80a1-${String(call.state.nextId++).padStart(12, '0')}`;
  call.state.sarifs.push({ id, commitSha: body.commit_sha, ref: body.ref, sarif });
  return { status: 202, body: { id, url: `${call.apiUrl}/repos/${call.state.repo}/code-scanning/sarifs/${id}` } };
};

/** The repository itself, its files and rules, its issues, its SARIF uploads, and who is asking. */
export const repository: Record<string, Handler> = {
  'repos/get': getRepo,
  'repos/get-content': content,
  'repos/get-branch-rules': branchRules,
  'repos/get-branch': branch,
  'repos/get-all-environments': environments,
  'issues/list-for-repo': listIssues,
  'issues/get-label': label,
  'code-scanning/upload-sarif': uploadSarif,
  'users/get-authenticated': viewer,
};
