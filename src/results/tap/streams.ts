import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { Level, type OpenPoint } from './level.ts';
import type { TapLine } from './line.ts';
import { proveLine } from './prove.ts';
import { failsByItself, pointResult, statusOf } from './result.ts';
import { Tally } from './tally.ts';

type Emit = (event: ResultEvent) => void;

/** Test::More, of itself. */
const DIED = /^Looks like your test (?:exited|died)\b/;

/** The TAP streams of one file. Subtests are told as they come; what they belong to is only known behind them. */
export class Streams {
  readonly #emit: Emit;
  readonly #tally = new Tally();
  #levels: Level[] = [new Level()];
  #script: string | undefined;
  /** The runner has said by itself that this stream did not end well. */
  #dubious: string | undefined;
  #bailed = false;
  #version = 0;
  #subtests = false;
  /** tape's `# name` before assertions. */
  #title: string | undefined;
  #result: string | undefined;
  /** prove names the scripts that it runs. */
  #prove = false;
  #failuresBefore = 0;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Whether a YAML block may stand here. */
  explains(): boolean {
    return this.#deepest.open !== undefined;
  }

  /** Whether a plan of so many is what the outermost level holds. */
  fits(count: number): boolean {
    return count > 0 && this.#levels[0]?.points === count;
  }

  yaml(text: string): void {
    const open = this.#deepest.open;
    if (open === undefined) return;
    open.explained = true;
    open.diagnostics.yaml(text);
  }

  /** A line that is no TAP: diagnostics, the output of the test, or what prove adds. */
  other(text: string): void {
    const line = proveLine(text);
    if (line === undefined) {
      if (this.#deepest.open?.point.ok === false) this.#deepest.open.diagnostics.text(text);
    } else if (line.kind === 'script') {
      this.#begin(line.name);
      if (line.skipped !== undefined) this.#skipped(line.skipped);
    } else if (line.kind === 'dubious') this.#dubious = text;
    else if (line.kind === 'result') this.#result = line.result;
    else {
      this.#close(true);
      this.#tally.tellProve(this.#emit, line.count);
    }
  }

  take(line: TapLine, depth: number): void {
    if (depth === 0 && this.#isNext(line)) this.#begin(undefined);
    switch (line.kind) {
      case 'comment':
        return this.#comment(line.text, depth);
      case 'subtest':
        return this.#subtest(line.name, depth);
      case 'point':
        return this.#point(line, depth);
      case 'plan': {
        const level = this.#reach(depth);
        this.#settle(level);
        level.plan = line;
        if (depth === 0 && line.skip !== undefined) this.#skipped(line.skip);
        return;
      }
      case 'version':
        if (depth === 0) this.#version = line.version;
        return;
      case 'bail-out':
        return this.#bailOut(line.reason);
      case 'open':
        if (this.#levels[depth]?.open !== undefined) this.#levels[depth].open.braces = true;
        return;
      case 'close':
        if (this.#levels[depth]?.open?.braces === true) this.#closeBraces(depth);
        return;
      case 'pragma':
        return;
      default:
        return line satisfies never;
    }
  }

  /** `unfinished`: the last line of the file has no end. */
  end(unfinished: string | undefined): void {
    this.#close(this.#result !== undefined);
    if (this.#result === 'FAIL' && this.#tally.bad === 0) this.#error('prove', 'prove calls the run a failure, and no test says why');
    this.#tally.tell(this.#emit);
    if (unfinished !== undefined) this.#gap(unfinished);
    else if (this.#prove && this.#result === undefined) this.#gap('the result of prove is missing');
    else if (this.#tally.unfinished) this.#gap('the summary breaks off');
  }

  get #deepest(): Level {
    return this.#levels.at(-1) as Level;
  }

  /** Whether the line begins another stream. */
  #isNext(line: TapLine): boolean {
    const level = this.#levels[0] as Level;
    if (level.empty) return false;
    if (line.kind === 'version') return true;
    if (line.kind === 'plan') return level.plan !== undefined;
    return line.kind === 'point' && line.point.number === 1 && level.points > 0 && level.satisfied;
  }

  #begin(script: string | undefined): void {
    this.#close(true);
    if (script !== undefined) this.#prove = true;
    this.#script = script;
  }

  /** The level at this depth; levels between are made up, those below it are its subtests. */
  #reach(depth: number): Level {
    for (let at = this.#levels.length; at <= depth; at += 1) {
      const around = this.#levels[at - 1] as Level;
      if (around.open !== undefined && !around.open.braces) this.#settle(around);
      const name = around.open === undefined ? around.subtest : around.open.point.description;
      this.#levels.push(new Level(name));
    }
    return this.#levels[depth] as Level;
  }

  /** Ends the levels below this depth and hands over the outermost of them. */
  #fold(depth: number): Level | undefined {
    let folded: Level | undefined;
    while (this.#levels.length > depth + 1) {
      const level = this.#levels.pop() as Level;
      if (folded !== undefined) level.add(folded);
      this.#settle(level);
      folded = level;
      const open = this.#deepest.open;
      if (open?.braces !== true) continue;
      this.#deepest.open = { ...open, children: level };
      folded = undefined;
    }
    return folded;
  }

  #subtest(name: string, depth: number): void {
    this.#subtests = true;
    this.#title = undefined;
    // Test::More once indented the comment as deep as the subtests that it names.
    const around = this.#levels[depth - 1];
    const inside = depth > 0 && this.#levels.length === depth && around?.subtest === undefined && around?.open?.braces !== true;
    if (inside) this.#levels.push(new Level(name));
    else {
      const level = this.#reach(depth);
      this.#settle(level);
      level.subtest = name;
    }
  }

  #point({ point }: TapLine & { readonly kind: 'point' }, depth: number): void {
    const level = this.#reach(depth);
    // prove closes each script with a bare `ok`.
    if (depth === 0 && point.number === undefined && point.description === '' && level.satisfied) return;
    const children = this.#fold(depth);
    this.#settle(level);
    level.begin(point, children);
    if (depth === 0) this.#tally.top += 1;
  }

  #closeBraces(depth: number): void {
    this.#fold(depth);
    this.#settle(this.#levels[depth] as Level);
  }

  #comment(text: string, depth: number): void {
    const open = this.#deepest.open;
    const top = this.#levels[0] as Level;
    // Below prove, errors are printed before the output that they belong to: there prove itself tells.
    if (DIED.test(text) && this.#script === undefined && !top.empty) this.#dubious = text;
    if (depth === 0 && top.satisfied && this.#tally.state(text)) return;
    if (open !== undefined && !open.point.ok && !open.explained) open.diagnostics.text(text);
    else if (depth === 0 && this.#version === 13 && !this.#subtests && text !== '') {
      this.#settle(top);
      this.#title = text;
    }
  }

  #bailOut(reason: string): void {
    this.#bailed = true;
    this.#fold(0);
    this.#settle(this.#levels[0] as Level);
    this.#error('Bail out!', reason === '' ? 'the run was given up' : reason);
  }

  #skipped(reason: string): void {
    this.#tally.leaves.skipped += 1;
    const said = reason === '' ? {} : { message: reason };
    const result: CaseResult = { ...inScript(this.#script), name: this.#script ?? 'all tests', status: 'skipped', ...said };
    this.#emit({ type: 'case', result, sibling: true });
  }

  /** The open point of a level is known whole. */
  #settle(level: Level): void {
    const { open } = level;
    if (open === undefined) return;
    level.open = undefined;
    const { children, diagnostics } = open;
    const suite = diagnostics.value('type') === 'suite';
    const status = statusOf(open);
    const failing = status === 'failed' || status === 'error';
    if (children !== undefined) {
      level.add(children);
      if (children.plan !== undefined && children.missing !== undefined && !failing)
        this.#emit({
          type: 'declared',
          scope: `plan of "${open.point.description}"`,
          what: 'tests',
          declared: children.plan.count,
          counted: children.points,
        });
    }
    if (children !== undefined && children.leaves > 0) {
      const own = failing && (children.bad === 0 || failsByItself(open));
      if (!own && !suite) this.#tally.countAround(failing);
      if (!own) return;
    } else if (suite && !failing) return;
    level.count(status);
    // Producers do not count suites.
    if (suite) this.#tally.own += 1;
    else this.#tally.leaves[status] += 1;
    this.#tell(open, status, level);
  }

  #tell(open: OpenPoint, status: CaseStatus, level: Level): void {
    if (open.point.directive === 'todo') this.#tally.todo += 1;
    const at = this.#levels.indexOf(level);
    const around = at === -1 ? [...this.#levels, level] : this.#levels.slice(0, at + 1);
    const path = [this.#title, ...around.map(({ name }) => name)].filter((name) => name !== undefined && name !== '');
    const suite = path.length === 0 ? undefined : path.join(' › ');
    const result = pointResult(open, status, { suite, script: this.#script, nth: level.points });
    // Assertions and tests may share a name; no producer writes a retry as a further point.
    this.#emit({ type: 'case', result, sibling: true });
  }

  /** Ends a stream. `followed`: something comes behind it, so that what is missing never ran. */
  #close(followed: boolean): void {
    const braces = this.#levels.some(({ open }) => open?.braces === true);
    const left = this.#fold(0);
    const level = this.#levels[0] as Level;
    this.#settle(level);
    if (left !== undefined) level.add(left);
    const died = this.#dubious !== undefined || followed;
    const missing =
      level.empty && left === undefined
        ? undefined
        : (level.missing ?? (left === undefined && !braces ? undefined : 'a test around subtests has no end'));
    const silent = this.#bailed || (missing === undefined && this.#dubious === undefined);
    if (!silent && missing !== undefined && !died) this.#gap(missing);
    else if (!silent && (missing !== undefined || this.#tally.bad === this.#failuresBefore))
      this.#error(this.#script ?? 'the test script', missing ?? this.#dubious ?? '');
    if (level.plan !== undefined && level.points > level.plan.count)
      this.#emit({ type: 'declared', scope: this.#script ?? 'plan', what: 'tests', declared: level.plan.count, counted: level.points });
    this.#reset();
  }

  #reset(): void {
    this.#levels = [new Level()];
    this.#failuresBefore = this.#tally.bad;
    this.#script = undefined;
    this.#dubious = undefined;
    this.#bailed = false;
    this.#title = undefined;
  }

  #error(name: string, message: string): void {
    this.#tally.own += 1;
    this.#emit({ type: 'case', result: { ...inScript(this.#script), name, status: 'error', message }, sibling: true });
  }

  #gap(message: string): void {
    this.#emit({ type: 'gap', reason: 'truncated', message });
  }
}

function inScript(script: string | undefined): { file?: string } {
  return script === undefined ? {} : { file: script };
}
