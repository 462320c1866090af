import { eachLine, type Line } from '../../lib/lines.ts';
import { LIMITS } from '../../model/limits.ts';
import type { ResultEvent } from '../contract.ts';
import { PackageRun } from './package.ts';

type Emit = (event: ResultEvent) => void;

/** Characters of one event; test2json splits output far below this. */
const LINE = 1_000_000;

interface GoEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly ImportPath?: string;
  readonly Test?: string;
  readonly Output?: string;
  readonly Elapsed?: number;
  readonly FailedBuild?: string;
}

/** Reads the event stream of `go test -json`: one result per test and subtest, errors for what never ended or never built. */
export async function parseGoJson(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const stream = new GoStream(emit);
  await eachLine(text, LINE, (line) => stream.line(line));
  stream.end();
}

class GoStream {
  readonly #emit: Emit;
  readonly #packages = new Map<string, PackageRun>();
  /** Compiler output by build, until the package that failed with it ends. */
  readonly #builds = new Map<string, string>();
  #other = 0;
  #broken: string | undefined;
  #truncated: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  line({ text, number, cut, unfinished }: Line): undefined {
    if (text.trim() === '') return;
    if (!text.startsWith('{')) {
      this.#other += 1;
      return;
    }
    const event = cut ? undefined : parseEvent(text);
    if (event !== undefined) this.#take(event);
    else if (unfinished) this.#truncated = `line ${number} ends in the middle of an event`;
    else this.#broken ??= cut ? `line ${number} is longer than ${LINE} characters` : `line ${number} is not an event`;
  }

  end(): void {
    if (this.#other > 0)
      this.#emit({ type: 'note', message: `${this.#other} lines are not events: output of something else in the same file` });
    if (this.#broken !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#broken });
    const open = [...this.#packages.keys()];
    for (const run of this.#packages.values()) run.abandon();
    for (const build of this.#builds) this.#unclaimedBuild(build);
    if (open.length > 0) this.#truncated ??= `package ${open[0]} has no end${open.length > 1 ? ` (and ${open.length - 1} more)` : ''}`;
    if (this.#truncated !== undefined) this.#emit({ type: 'gap', reason: 'truncated', message: this.#truncated });
  }

  #take(event: GoEvent): void {
    const { Action: action, Test: test } = event;
    if (action === 'build-output' || action === 'build-fail') {
      const key = event.ImportPath ?? '';
      this.#builds.set(key, ((this.#builds.get(key) ?? '') + (event.Output ?? '')).slice(0, LIMITS.caseText));
      return;
    }
    if (event.Package === undefined) return;
    const run = this.#run(event.Package);
    if (action === 'output') run.output(test, event.Output ?? '');
    else if (action === 'run' && test !== undefined) run.begin(test);
    else if (action === 'pass' || action === 'fail' || action === 'skip' || action === 'bench') this.#ended(run, event);
  }

  #ended(run: PackageRun, { Action: action, Test: test, Elapsed, FailedBuild, Package = '' }: GoEvent): void {
    if (test !== undefined) {
      run.finish(test, action === 'fail' ? 'failed' : action === 'skip' ? 'skipped' : 'passed', Elapsed);
      return;
    }
    if (action === 'bench') return;
    const key = FailedBuild ?? Package;
    run.end(action === 'fail' ? 'fail' : action === 'skip' ? 'skip' : 'pass', this.#builds.get(key) ?? '');
    this.#packages.delete(Package);
    if (action === 'fail') this.#builds.delete(key);
  }

  /** `go vet` and `go build` fail without a package event of their own. */
  #unclaimedBuild([key, output]: readonly [string, string]): void {
    const name = key.split(' ', 1)[0] ?? key;
    this.#emit({ type: 'case', result: { suite: name, name, status: 'error', message: 'the package does not build', detail: output } });
  }

  #run(name: string): PackageRun {
    let run = this.#packages.get(name);
    if (run === undefined) {
      run = new PackageRun(name, this.#emit);
      this.#packages.set(name, run);
    }
    return run;
  }
}

function parseEvent(text: string): GoEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('Action' in value) || typeof value.Action !== 'string') return undefined;
    const fields = value as Record<string, unknown>;
    return {
      Action: value.Action,
      ...pick(fields, 'Package'),
      ...pick(fields, 'ImportPath'),
      ...pick(fields, 'Test'),
      ...pick(fields, 'Output'),
      ...pick(fields, 'FailedBuild'),
      ...(typeof fields['Elapsed'] === 'number' ? { Elapsed: fields['Elapsed'] } : {}),
    };
  } catch {
    return undefined;
  }
}

function pick<K extends string>(fields: Record<string, unknown>, key: K): Partial<Record<K, string>> {
  const value = fields[key];
  return typeof value === 'string' ? ({ [key]: value } as Record<K, string>) : {};
}
