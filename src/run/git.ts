import { parseDiff, type ChangedLines } from '../lib/diff.ts';
import type { Ports } from '../ports/index.ts';

const GIT_MS = 20_000;
const CAPTURE_BYTES = 64_000_000;

interface Repository {
  readonly ports: Pick<Ports, 'exec' | 'env'>;
  readonly root: string;
}

/** Files that git tracks below the root, relative to it; empty when the root is not a repository. */
export async function trackedFiles(repository: Repository): Promise<readonly string[]> {
  const output = await git(repository, ['ls-files', '-z']);
  return output === undefined ? [] : output.split('\0').filter((path) => path !== '');
}

/** Head commit, and whether the work tree differs from it. */
export async function gitState(repository: Repository): Promise<{ head?: string; dirty: boolean }> {
  const head = (await git(repository, ['rev-parse', 'HEAD']))?.trim();
  if (head === undefined) return { dirty: false };
  const status = await git(repository, ['status', '--porcelain', '--untracked-files=no']);
  return { head, dirty: (status ?? '').trim() !== '' };
}

/** The text of a file at a commit, `undefined` when it is not there. */
export async function showFile(repository: Repository, { commit, path }: { commit: string; path: string }): Promise<string | undefined> {
  return git(repository, ['show', `${commit}:${path}`]);
}

/** Whether the repository holds a commit; `undefined` where that cannot be known: a shallow clone holds a part of the history. */
export async function knowsCommit(repository: Repository, commit: string): Promise<boolean | undefined> {
  if (!/^[0-9a-f]{7,64}$/.test(commit)) return undefined;
  if ((await git(repository, ['cat-file', '-e', `${commit}^{commit}`])) !== undefined) return true;
  const shallow = (await git(repository, ['rev-parse', '--is-shallow-repository']))?.trim();
  return shallow === 'false' ? false : undefined;
}

/** The commit of a tag, branch or commit; without a name, of the newest tag before this commit. `undefined` where this clone has none. */
export async function versionAt(repository: Repository, name: string | undefined): Promise<{ ref: string; sha: string } | undefined> {
  const ref = name ?? (await git(repository, ['describe', '--tags', '--abbrev=0', 'HEAD^']))?.trim();
  if (ref === undefined || ref === '' || ref.startsWith('-')) return undefined;
  for (const known of [ref, `origin/${ref}`]) {
    const sha = (await git(repository, ['rev-parse', '--verify', '--quiet', `${known}^{commit}`]))?.trim();
    if (sha !== undefined && sha !== '') return { ref, sha };
  }
  return undefined;
}

/** Where the root lies below the top of its repository: empty, or `packages/api/`. */
export async function prefixOf(repository: Repository): Promise<string> {
  return (await git(repository, ['rev-parse', '--show-prefix']))?.trim() ?? '';
}

/** Refs of a default branch, in the order in which they are tried when nobody names the base. */
const DEFAULT_BRANCHES = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];

/** `--text`: the attributes of a change (`*.ts -diff`), or one NUL, must not make source code a file without lines. */
const DIFF = (
  '-c core.quotePath=false -c diff.submodule=short diff --unified=0 --inter-hunk-context=0' +
  ' --no-color --no-ext-diff --no-textconv --no-prefix --relative --text'
).split(' ');

/** Ends of files that are no text and can be large. */
const NO_TEXT = ['png', 'jp*g', 'gif', 'webp', 'ico', 'icns', 'bmp', 'tif*', 'psd', 'pdf', 'woff*', 'ttf', 'otf', 'eot', 'mp[34]', 'mov', 'webm', 'wav', 'zip', 'gz', 'tgz', 'bz2', 'xz', 'zst', '7z', 'jar', 'war', 'class', 'so', 'dll', 'exe', 'dylib', 'wasm', 'parquet', 'sqlite*', 'bin', 'onnx', 'safetensors']; // prettier-ignore

/** In a clone of one branch, `origin/HEAD` is that branch: the change itself, and not what it is compared with. */
async function defaultBranches(repository: Repository): Promise<readonly string[]> {
  const fetched = await git(repository, ['config', '--get-all', 'remote.origin.fetch']);
  return fetched === undefined || fetched.includes('*') ? DEFAULT_BRANCHES : DEFAULT_BRANCHES.slice(1);
}

/** The commit where this branch left the base branch; `undefined` where it is not in this clone, or nobody knows the base. */
export async function forkOf(repository: Repository, base: string | undefined): Promise<string | undefined> {
  for (const candidate of base === undefined ? await defaultBranches(repository) : [base]) {
    const fork = (await git(repository, ['merge-base', candidate, 'HEAD']))?.trim();
    if (fork !== undefined && fork !== '') return fork;
  }
  return undefined;
}

/**
 * The lines by which the work tree differs from where it left the base branch. `undefined` when that commit is not in
 * this clone (a shallow checkout), or when there is no base to compare with.
 */
export async function changedLines(
  repository: Repository,
  base: string | undefined,
): Promise<{ base: string; lines: ChangedLines } | undefined> {
  for (const candidate of base === undefined ? await defaultBranches(repository) : [base]) {
    const fork = (await git(repository, ['merge-base', candidate, 'HEAD']))?.trim();
    if (fork === undefined || fork === '') continue;
    const diff = await git(repository, [...DIFF, fork, '--', '.', ...NO_TEXT.map((end) => `:(exclude,icase)*.${end}`)]);
    if (diff !== undefined) return { base: fork, lines: parseDiff(diff) };
  }
  return undefined;
}

/** Files of the work tree by their name now, with the name that they had at a commit; empty when that commit is not in this clone. */
export async function renamedSince(repository: Repository, commit: string): Promise<ReadonlyMap<string, string>> {
  if (!/^[0-9a-f]{7,64}$/.test(commit)) return new Map();
  const output = await git(repository, [
    'diff',
    '--name-status',
    '-z',
    '-M',
    '--diff-filter=R',
    '--relative',
    '--no-ext-diff',
    commit,
    '--',
    '.',
  ]);
  const parts = (output ?? '').split('\0');
  const names = Array.from({ length: Math.floor(parts.length / 3) }, (_, index) => parts.slice(index * 3, index * 3 + 3));
  return new Map(names.flatMap(([, before = '', now = '']) => (before === '' || now === '' ? [] : [[now, before] as const])));
}

async function git({ ports, root }: Repository, args: readonly string[]): Promise<string | undefined> {
  const { outcome, stdout, droppedBytes } = await ports.exec.run(
    { type: 'argv', argv: ['git', ...args] },
    { cwd: root, env: { ...ports.env, GIT_OPTIONAL_LOCKS: '0' }, timeoutMs: GIT_MS, captureBytes: CAPTURE_BYTES },
  );
  // Of what is too long the middle is missing: no answer is better than half of one.
  return outcome.ended === 'exit' && outcome.code === 0 && droppedBytes === 0 ? stdout : undefined;
}
