import { LIMITS } from '../../model/limits.ts';

/** Packages whose builds are remembered. */
const MOST = 10_000;

/**
 * Builds that fail, as Go before 1.24 tells of them between its events: what the compiler says below `# package`, and
 * a line `FAIL package [build failed]`, which the oldest write in place of an event.
 */
export class PlainBuilds {
  readonly #said = new Map<string, string>();
  readonly #failed = new Set<string>();
  #current: string | undefined;

  /** Whether the line is about a build. */
  take(line: string): boolean {
    const header = /^# (\S+)(?: \[\S+\])?$/.exec(line)?.[1];
    const failed = /^FAIL\s+(\S+) \[(?:build|setup) failed\]/.exec(line)?.[1];
    if (failed !== undefined && this.#failed.size < MOST) this.#failed.add(failed);
    if (header !== undefined) this.#current = this.#said.has(header) || this.#said.size < MOST ? header : undefined;
    else if (failed !== undefined || /^(?:FAIL|ok\s|\?\s|---|===|PASS)/.test(line)) this.#current = undefined;
    else if (this.#current !== undefined) this.#add(this.#current, line);
    return header !== undefined || failed !== undefined || this.#current !== undefined;
  }

  /** What was said of a package that an event tells of. */
  claim(name: string): string {
    const said = this.#said.get(name) ?? '';
    this.#failed.delete(name);
    return said;
  }

  /** Packages that no event tells of. */
  failed(): (readonly [name: string, said: string])[] {
    return [...this.#failed].map((name) => [name, this.#said.get(name) ?? ''] as const);
  }

  #add(name: string, line: string): void {
    this.#said.set(name, `${this.#said.get(name) ?? ''}${line}\n`.slice(0, LIMITS.caseText));
  }
}
