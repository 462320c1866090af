import { join, posix } from 'node:path';

import type { Files } from '../../ports/index.ts';

const MAX_BYTES = 1_000_000;
/** How deep below the root a project may begin: `services/api/package.json`. */
const FOLDERS = ['', '*/', '*/*/'];
/** Folders whose projects are not the repository's own work. */
const STRANGERS =
  /(?:^|\/)(?:vendor|third_party|node_modules|fixtures?|testdata|examples?|samples?|templates?|dist|build|target|docs?|e2e|\.[^/]+)\//;
const MOST_PROJECTS = 12;

/** What `init` may look at of a repository: bounded, and never more than read. */
export class Repository {
  readonly #files: Files;
  readonly root: string;

  constructor(files: Files, root: string) {
    this.#files = files;
    this.root = root;
  }

  exists(path: string): Promise<boolean> {
    return this.#files.exists(join(this.root, path));
  }

  /** Text of a file; empty when it is not there, not to be read, or larger than 1 MB. */
  async text(path: string): Promise<string> {
    const whole = join(this.root, path);
    try {
      if (!(await this.#files.exists(whole)) || (await this.#files.size(whole)) > MAX_BYTES) return '';
      return await this.#files.readText(whole);
    } catch {
      return '';
    }
  }

  /** The first of these paths that is there. */
  async first(paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) if (await this.exists(path)) return path;
    return undefined;
  }

  /** Files that match globs from the root. */
  glob(patterns: readonly string[]): Promise<readonly string[]> {
    return this.#files.glob(patterns, this.root);
  }

  /** Folders up to two levels down that hold one of these files: where projects begin. A project within another one is part of it. */
  async projects(manifests: readonly string[]): Promise<readonly string[]> {
    const outer = await this.#folders(manifests);
    return outer.includes('.') ? ['.'] : this.#outermost(outer);
  }

  /** Projects below the root of one that only holds others together (a workspace). */
  async members(manifests: readonly string[]): Promise<readonly string[]> {
    return this.#outermost((await this.#folders(manifests)).filter((folder) => folder !== '.'));
  }

  /** Folders that hold one of these files, shortest paths first. */
  async #folders(manifests: readonly string[]): Promise<readonly string[]> {
    const found = await this.glob(FOLDERS.flatMap((folder) => manifests.map((name) => `${folder}${name}`)));
    const folders = [...new Set(found.filter((path) => !STRANGERS.test(`${path}/`)).map((path) => posix.dirname(path)))];
    return folders.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  }

  #outermost(folders: readonly string[]): string[] {
    return folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`))).slice(0, MOST_PROJECTS);
  }
}

/** A path below a project's folder, from the root of the repository. */
export function below(folder: string, path: string): string {
  return folder === '.' ? path : `${folder}/${path}`;
}
