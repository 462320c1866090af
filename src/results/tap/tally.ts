import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';

type Emit = (event: ResultEvent) => void;

/** What a producer says at the end of its output, in comments. */
const STATED = /^(tests|pass|fail|failed|cancelled|skip|skipped|todo|suites|duration_ms|ok)(?:[ \t]+(\d+)(?:\.\d+)?)?$/;

/** Points as they were counted, beside what `# tests 5` and `# fail 1` say. */
export class Tally {
  /** Leaves by how they ended. */
  readonly leaves: Record<CaseStatus, number> = { passed: 0, failed: 0, error: 0, skipped: 0 };
  /** Of the leaves, those marked as to do; and those of them that did not pass. */
  todo = 0;
  /** Tests around subtests. Producers count them, all but those that are called suites. */
  readonly around = { all: 0, failing: 0 };
  /** Points that are no subtests, as prove counts. */
  top = 0;
  /** Errors that no point tells of. */
  own = 0;
  readonly #stated = new Map<string, number>();

  get bad(): number {
    return this.leaves.failed + this.leaves.error + this.own;
  }

  countAround(failing: boolean): void {
    this.around.all += 1;
    if (failing) this.around.failing += 1;
  }

  /** Takes a comment of the outermost level behind its plan; false when it states nothing. */
  state(comment: string): boolean {
    const match = STATED.exec(comment);
    if (match === null) return false;
    this.#stated.set(match[1] ?? '', Number(match[2] ?? 0));
    return true;
  }

  /** Whether the comments break off: every producer that states its tests ends with its failures, node with the time. */
  get unfinished(): boolean {
    const has = (name: string): boolean => this.#stated.has(name);
    if (has('cancelled')) return !has('duration_ms');
    return (has('tests') || has('pass')) && !has('fail') && !has('failed') && !has('ok');
  }

  tell(emit: Emit): void {
    const { leaves, around, top, todo } = this;
    const all = leaves.passed + leaves.failed + leaves.error + leaves.skipped;
    const failing = leaves.failed + leaves.error;
    const stated = (name: string): number => this.#stated.get(name) ?? 0;
    const declare = (what: 'tests' | 'failed' | 'skipped', names: readonly string[], views: readonly number[]): void => {
      const name = names.find((candidate) => this.#stated.has(candidate));
      if (name === undefined) return;
      const declared = stated(name) + (what === 'failed' ? stated('cancelled') : 0);
      emit({ type: 'declared', scope: 'summary', what, declared, counted: views.includes(declared) ? declared : (views[0] ?? 0) });
    };
    declare('tests', ['tests'], [all, all + around.all, top, all - leaves.skipped, all - leaves.skipped + todo]);
    declare('failed', ['fail', 'failed'], [failing, failing + around.failing, failing + todo]);
    declare('skipped', ['skipped', 'skip'], [leaves.skipped, leaves.skipped - todo]);
  }

  /** prove's `Files=2, Tests=9`. */
  tellProve(emit: Emit, declared: number): void {
    emit({ type: 'declared', scope: 'prove', what: 'tests', declared, counted: this.top });
  }
}
