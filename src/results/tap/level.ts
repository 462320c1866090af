import type { CaseStatus } from '../../model/tests.ts';
import { Diagnostics } from './diagnostics.ts';
import type { Point } from './line.ts';

/** A point that may still be explained, or hold subtests. */
export interface OpenPoint {
  readonly point: Point;
  readonly diagnostics: Diagnostics;
  /** Its subtests, which stood before it. */
  readonly children: Level | undefined;
  /** Its subtests stand behind it, between braces. */
  braces: boolean;
  explained: boolean;
}

/** One level of a stream: the points of one indentation between two points of the level around it. */
export class Level {
  readonly name: string | undefined;
  /** Points so far. */
  points = 0;
  plan: { readonly count: number; readonly skip: string | undefined } | undefined;
  /** Name that `# Subtest:` gives to the next level below, or the next point. */
  subtest: string | undefined;
  open: OpenPoint | undefined;
  /** Tests in it, on any level, and those of them that did not end well. */
  leaves = 0;
  bad = 0;
  #highest = 0;
  #numbered = true;

  constructor(name?: string) {
    this.name = name;
  }

  begin(point: Point, children: Level | undefined): void {
    this.points += 1;
    if (point.number === undefined) this.#numbered = false;
    else this.#highest = Math.max(this.#highest, point.number);
    this.open = { point, children, diagnostics: new Diagnostics(), braces: point.opens, explained: false };
    this.subtest = undefined;
  }

  add({ leaves, bad }: Pick<Level, 'leaves' | 'bad'>): void {
    this.leaves += leaves;
    this.bad += bad;
  }

  count(status: CaseStatus): void {
    this.leaves += 1;
    if (status === 'failed' || status === 'error') this.bad += 1;
  }

  get empty(): boolean {
    return this.points === 0 && this.plan === undefined;
  }

  get satisfied(): boolean {
    return this.plan !== undefined && this.points >= this.plan.count;
  }

  /** What is wrong with the points as the plan and their numbers have it; `undefined` when nothing is. */
  get missing(): string | undefined {
    if (this.plan === undefined) return `${this.points} tests and no plan`;
    if (this.points < this.plan.count) return `${this.plan.count} tests were planned, and ${this.points} ran`;
    return this.#numbered && this.#highest > this.points
      ? `test ${this.#highest} is the last, and only ${this.points} are there`
      : undefined;
  }
}
