import { placeInTrace } from '../../lib/frames.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { countOf, readXmlReport, secondsToMs, type XmlReport } from '../xml-report.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads xUnit.net XML. */
export async function parseXunit(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  await readXmlReport(text, new Report(emit), emit);
}

/** What can hold a failure: a test, an entry of `<errors>`, or with v1 a class. */
interface Open {
  readonly element: string;
  readonly attributes: Attributes;
  message: string;
  trace: string;
  reason: string;
  failure: string | undefined;
}

interface Scope {
  readonly scope: string;
  readonly attributes: Attributes;
  tests: number;
  failed: number;
  /** Tests whose result nobody knows. */
  odd: number;
  skipped: number;
  notRun: number;
  errors: number;
}

const OPEN: ReadonlySet<string> = new Set(['test', 'error', 'class']);
const SCOPES: ReadonlySet<string> = new Set(['assembly', 'collection', 'class']);

class Report implements XmlReport {
  readonly #emit: Emit;
  readonly #elements: string[] = [];
  readonly #open: Open[] = [];
  readonly #scopes: Scope[] = [];

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    const around = this.#elements.at(-1);
    this.#elements.push(name);
    if (SCOPES.has(name)) this.#scopes.push(newScope(name, attributes));
    if (OPEN.has(name)) this.#open.push({ element: name, attributes, message: '', trace: '', reason: '', failure: undefined });
    const open = this.#open.at(-1);
    if (name === 'failure' && open !== undefined && around === open.element) open.failure ??= attributes['exception-type'] ?? '';
    return name === 'message' || name === 'stack-trace' || name === 'reason';
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const open = this.#open.at(-1);
    const around = this.#elements.at(-1);
    if (open !== undefined && name === 'message' && around === 'failure') open.message ||= text.trim();
    // v1 has the reason in a message, later versions as text.
    else if (open !== undefined && ((name === 'message' && around === 'reason') || name === 'reason')) open.reason ||= text.trim();
    else if (open !== undefined && name === 'stack-trace') open.trace ||= text.trim();
    if (OPEN.has(name)) this.#close();
    if (SCOPES.has(name)) this.#closeScope();
  }

  end(): void {}

  #close(): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    if (open.element === 'test') this.#test(open);
    else if (open.element === 'error' || open.failure !== undefined) this.#error(open);
  }

  #test(open: Open): void {
    const { attributes, message, trace, reason } = open;
    const status = statusOf(attributes['result'], open);
    const scope = this.#scopes.at(-1);
    if (scope !== undefined) {
      scope.tests += 1;
      if (status === 'failed') scope.failed += 1;
      if (status === 'error') scope.odd += 1;
      if (status === 'skipped') scope.skipped += 1;
      if (/^NotRun$/i.test(attributes['result'] ?? '')) scope.notRun += 1;
    }
    const className = attributes['type'];
    const full = attributes['name'] ?? '';
    const name = className !== undefined && full.startsWith(`${className}.`) ? full.slice(className.length + 1) : full;
    const durationMs = secondsToMs(attributes['time']);
    const failing = status === 'failed' || status === 'error';
    const said = failing ? message || `the result is "${attributes['result'] ?? ''}"` : status === 'skipped' ? reason || message : '';
    const line = countOf(attributes['source-line']);
    const source = attributes['source-file'];
    const place = failing ? placeInTrace(trace) : undefined;
    const location = place ?? (source === undefined || source === '' ? undefined : { path: source, ...(line ? { line } : {}) });
    const detail = failing ? [message, trace].filter((text) => text !== '').join('\n') : '';
    const result: CaseResult = {
      ...this.#suite(),
      ...(className === undefined || className === '' ? {} : { class: className }),
      name,
      status,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(said === '' ? {} : { message: firstLine(said) }),
      ...(detail === '' ? {} : { detail }),
      ...(location === undefined ? {} : { location }),
    };
    // Rows of a theory may be shown alike: each is a test, and xUnit.net knows no retries.
    this.#emit({ type: 'case', result, sibling: true });
  }

  #error({ element, attributes, message, trace, failure }: Open): void {
    const scope = this.#scopes.at(-1);
    if (scope !== undefined) scope.errors += 1;
    const kind = element === 'class' ? 'class' : (attributes['type'] ?? 'error');
    const name = attributes['name'] === undefined || attributes['name'] === '' ? kind : `${kind} (${attributes['name']})`;
    const detail = [message, trace].filter((text) => text !== '').join('\n');
    const place = placeInTrace(trace);
    const said = message === '' ? failure || `${kind} failed` : firstLine(message);
    const result: CaseResult = {
      ...this.#suite(),
      name,
      status: 'error',
      message: said,
      ...(detail === '' ? {} : { detail }),
      ...(place === undefined ? {} : { location: place }),
    };
    this.#emit({ type: 'case', result, sibling: true });
  }

  #closeScope(): void {
    const scope = this.#scopes.pop();
    if (scope === undefined) return;
    this.#declare(scope);
    const around = this.#scopes.at(-1);
    if (around === undefined) return;
    for (const key of ['tests', 'failed', 'odd', 'skipped', 'notRun', 'errors'] as const) around[key] += scope[key];
  }

  #declare({ scope, attributes, tests, failed, odd, skipped, notRun, errors }: Scope): void {
    const declare = (what: 'tests' | 'failed' | 'errors' | 'skipped', stated: number | undefined, views: readonly number[]): void => {
      if (stated === undefined) return;
      this.#emit({ type: 'declared', scope, what, declared: stated, counted: views.includes(stated) ? stated : (views[0] ?? 0) });
    };
    declare('tests', countOf(attributes['total']), [tests, tests - notRun]);
    declare('failed', countOf(attributes['failed']), [failed, failed + odd]);
    declare('errors', countOf(attributes['errors']), [errors, errors + odd]);
    const [stated, unrun] = [countOf(attributes['skipped']), countOf(attributes['not-run'])];
    declare('skipped', stated === undefined ? undefined : stated + (unrun ?? 0), [skipped, skipped - notRun]);
  }

  /** File name of the assembly around. */
  #suite(): { suite?: string } {
    const name = this.#scopes[0]?.attributes['name']?.split(/[\\/]/).at(-1);
    return name === undefined || name === '' ? {} : { suite: name };
  }
}

function newScope(element: string, attributes: Attributes): Scope {
  const name = attributes['name'] ?? '';
  const shown = element === 'assembly' ? (name.split(/[\\/]/).at(-1) ?? name) : name;
  return { scope: `${element} "${shown}"`, attributes, tests: 0, failed: 0, odd: 0, skipped: 0, notRun: 0, errors: 0 };
}

function statusOf(result: string | undefined, { failure }: Open): CaseStatus {
  if (failure !== undefined) return 'failed';
  switch (result?.toLowerCase()) {
    case 'pass':
      return 'passed';
    case 'fail':
      return 'failed';
    case 'skip':
    case 'notrun':
      return 'skipped';
    default:
      return 'error';
  }
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
