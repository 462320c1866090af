import { eachLine, type Line } from '../../lib/lines.ts';
import { LIMITS } from '../../model/limits.ts';
import type { ResultEvent } from '../contract.ts';
import { brokenBuild, PackageRun } from './package.ts';
import { PlainBuilds } from './plain.ts';

type Emit = (event: ResultEvent) => void;

/** Characters of one event; test2json splits output far below this. */
const LINE = 1_000_000;

/** Builds whose output is kept. */
const BUILDS = 10_000;
/** Where an event begins in a line that begins with something else. */
const EVENT = /\{"(?:Time|Action|ImportPath)":"/;

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
  /** Compiler output by build: several packages may fail with one. */
  readonly #builds = new Map<string, string>();
  readonly #claimed = new Set<string>();
  readonly #plainBuilds = new PlainBuilds();
  #other = 0;
  #cached = 0;
  #broken: string | undefined;
  #truncated: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  line({ text, number, cut, unfinished }: Line): undefined {
    if (text.trim() === '') return;
    const at = text.startsWith('{') ? 0 : text.search(EVENT);
    if (at === -1) return this.#plain(text);
    // A program that writes past go test leaves half a line before an event.
    if (at > 0) this.#plain(text.slice(0, at));
    const event = cut ? undefined : parseEvent(text.slice(at));
    if (event !== undefined) this.#take(event);
    else if (unfinished) this.#truncated = `line ${number} ends in the middle of an event`;
    else this.#broken ??= cut ? `line ${number} is longer than ${LINE} characters` : `line ${number} is not an event`;
  }

  end(): void {
    for (const [name, said] of this.#plainBuilds.failed()) this.#emit(brokenBuild(name, said));
    if (this.#other > 0)
      this.#emit({ type: 'note', message: `${this.#other} lines are not events: output of something else in the same file` });
    if (this.#cached > 0)
      this.#emit({
        type: 'note',
        message: `the results of ${this.#cached} packages come from go's cache: they did not run now (-count=1 runs them)`,
      });
    if (this.#broken !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#broken });
    const open = [...this.#packages.keys()];
    for (const run of this.#packages.values()) run.abandon();
    for (const build of this.#builds) if (!this.#claimed.has(build[0])) this.#unclaimedBuild(build);
    if (open.length > 0) this.#truncated ??= `package ${open[0]} has no end${open.length > 1 ? ` (and ${open.length - 1} more)` : ''}`;
    if (this.#truncated !== undefined) this.#emit({ type: 'gap', reason: 'truncated', message: this.#truncated });
  }

  /** Before Go 1.24, what the compiler says stands between the events. */
  #plain(text: string): undefined {
    if (!this.#plainBuilds.take(text)) this.#other += 1;
  }

  #take(event: GoEvent): void {
    const { Action: action, Test: test } = event;
    if (action === 'build-output' || action === 'build-fail') {
      const key = event.ImportPath ?? '';
      if (this.#builds.has(key) || this.#builds.size < BUILDS)
        this.#builds.set(key, ((this.#builds.get(key) ?? '') + (event.Output ?? '')).slice(0, LIMITS.caseText));
      return;
    }
    if (event.Package === undefined) return;
    if (action === 'start') this.#began(event.Package);
    const run = this.#run(event.Package);
    if (action === 'output') {
      run.output(test, event.Output ?? '');
      if (test === undefined && /^ok\s.*\(cached\)/.test(event.Output ?? '')) this.#cached += 1;
    } else if (action === 'run' && test !== undefined) run.begin(test);
    else if (action === 'pass' || action === 'fail' || action === 'skip' || action === 'bench') this.#ended(run, event);
  }

  #ended(run: PackageRun, { Action: action, Test: test, Elapsed, FailedBuild, Package = '' }: GoEvent): void {
    if (test !== undefined) {
      run.finish(test, action === 'fail' ? 'failed' : action === 'skip' ? 'skipped' : 'passed', Elapsed);
      return;
    }
    if (action === 'bench') return;
    const key = FailedBuild ?? Package;
    const build = this.#builds.get(key) ?? this.#plainBuilds.claim(Package);
    run.end(action === 'fail' ? 'fail' : action === 'skip' ? 'skip' : 'pass', action === 'fail' ? build : '');
    this.#packages.delete(Package);
    if (action === 'fail') this.#claimed.add(key);
  }

  /** `go vet` and `go build` fail without a package event of their own. */
  #unclaimedBuild([key, output]: readonly [string, string]): void {
    const name = key.split(' ', 1)[0] ?? key;
    this.#emit(brokenBuild(name, output));
  }

  /** The same package begins again while it is open: several runs in one file, of which an earlier one broke off. */
  #began(name: string): void {
    const open = this.#packages.get(name);
    if (open === undefined) return;
    open.abandon();
    this.#packages.delete(name);
    this.#truncated ??= `package ${name} begins anew before it ended`;
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
