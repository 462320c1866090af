import { placeInTrace } from '../../lib/frames.ts';
import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { readXmlReport, timeSpanToMs, type XmlReport } from '../xml-report.ts';
import { Pending, type Definition, type TrxResult } from './pending.ts';
import { BROKEN, CUT_SHORT, runInfo, statusOf } from './outcome.ts';
import { Totals } from './totals.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads TRX: results come first, the classes of their tests behind them. */
export async function parseTrx(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  await readXmlReport(text, new Report(emit), emit);
}

/** A result while it is read. */
interface OpenResult {
  readonly attributes: Attributes;
  message: string;
  trace: string;
  stdout: string;
  /** Inner results that were counted, and how many of them did not end well. */
  inner: number;
  bad: number;
}

const RESULT = /^(?:\w*TestResult|TestResultAggregation)$/;
const TEXTS: ReadonlySet<string> = new Set(['Message', 'StackTrace', 'StdOut', 'Text']);

class Report implements XmlReport {
  readonly #emit: Emit;
  readonly #pending: Pending;
  readonly #totals: Totals;
  readonly #elements: string[] = [];
  readonly #results: OpenResult[] = [];
  #definition: { id: string; storage: string | undefined; className: string } | undefined;
  #info: string | undefined;
  readonly #problems: string[] = [];
  #summary: string | undefined;
  #ended = false;

  constructor(emit: Emit) {
    this.#emit = emit;
    this.#pending = new Pending(emit);
    this.#totals = new Totals(emit);
  }

  open(name: string, attributes: Attributes): boolean {
    this.#elements.push(name);
    if (RESULT.test(name)) this.#results.push({ attributes, message: '', trace: '', stdout: '', inner: 0, bad: 0 });
    else if (this.#in(2) === 'TestDefinitions') this.#define(attributes);
    else if (name === 'TestMethod' && this.#definition !== undefined) this.#definition.className ||= attributes['className'] ?? '';
    else if (name === 'ResultSummary') this.#summary = attributes['outcome'];
    else if (name === 'Counters') this.#totals.state(attributes);
    else if (name === 'RunInfo') this.#info = attributes['outcome'];
    return TEXTS.has(name) && (this.#results.length > 0 || this.#in(2) === 'RunInfo');
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const result = this.#results.at(-1);
    if (RESULT.test(name)) this.#closeResult();
    else if (name === 'TestRun') this.#ended = true;
    else if (this.#elements.at(-1) === 'TestDefinitions') this.#defined();
    else if (name === 'Text') this.#said(text.trim());
    else if (result === undefined) return;
    else if (name === 'Message') result.message ||= text.trim();
    else if (name === 'StackTrace') result.trace ||= text.trim();
    else if (name === 'StdOut') result.stdout ||= text.trim();
  }

  end(): void {
    this.#pending.flush();
    if (!this.#ended) return;
    const { bad } = this.#totals;
    const summary = this.#summary ?? '';
    if (this.#problems.length > 0 || CUT_SHORT.has(summary) || (BROKEN.has(summary) && bad === 0)) this.#runError(summary);
    this.#totals.tell();
  }

  /** The element `nth` from the innermost. */
  #in(nth: number): string | undefined {
    return this.#elements.at(-nth);
  }

  #define(attributes: Attributes): void {
    this.#definition = { id: attributes['id'] ?? '', storage: attributes['storage'], className: '' };
  }

  #defined(): void {
    const definition = this.#definition;
    this.#definition = undefined;
    if (definition !== undefined) this.#pending.define(definition.id, definitionOf(definition));
  }

  #closeResult(): void {
    const open = this.#results.pop();
    if (open === undefined) return;
    const { attributes, inner, bad } = open;
    const status = statusOf(attributes['outcome']);
    const failing = status === 'failed' || status === 'error';
    const around = this.#results.at(-1);
    // The test around its data rows is none of its own, unless it failed where they did not.
    const counted = inner === 0 || (failing && bad === 0);
    if (counted) this.#pending.add(toResult(open, status, around?.attributes['testId']));
    this.#totals.add(status, { counted, nested: around !== undefined });
    if (around === undefined) return;
    around.inner += inner + (counted ? 1 : 0);
    around.bad += bad + (counted && failing ? 1 : 0);
  }

  #said(text: string): void {
    if (this.#in(1) !== 'RunInfo' || text === '') return;
    const meaning = runInfo(this.#info, text);
    if (meaning === 'nothing-to-run') this.#emit({ type: 'may-be-empty' });
    else if (meaning === 'error' && this.#problems.length < 20) this.#problems.push(text);
  }

  #runError(summary: string): void {
    const detail = this.#problems.join('\n\n');
    const message = this.#problems[0]?.split('\n', 1)[0] ?? `the run ended as "${summary}", and no test says why`;
    const name = 'the test run';
    this.#emit({ type: 'case', result: { name, status: 'error', message, ...(detail === '' ? {} : { detail }) }, sibling: true });
  }
}

function definitionOf({ storage, className }: { readonly storage: string | undefined; readonly className: string }): Definition {
  // MSTest.exe writes `Namespace.Class, Assembly, Version=…`.
  return { className: className.split(',', 1)[0]?.trim() ?? '', assembly: storage?.split(/[\\/]/).at(-1) };
}

function toResult({ attributes, message, trace, stdout }: OpenResult, status: CaseStatus, outer: string | undefined): TrxResult {
  const failing = status === 'failed' || status === 'error';
  const told = failing || status === 'skipped';
  const said = message || (status === 'skipped' ? stdout : '');
  const row = attributes['dataRowInfo'];
  const durationMs = timeSpanToMs(attributes['duration']);
  const place = failing ? placeInTrace(trace) : undefined;
  const outcome = attributes['outcome'];
  const why = status === 'error' ? `the outcome is ${outcome ?? 'missing'}` : undefined;
  const shown = told
    ? (said
        .split('\n')
        .find((line) => line.trim() !== '')
        ?.trim() ?? why)
    : undefined;
  const detail = failing ? [message, trace].filter((text) => text !== '').join('\n') : '';
  return {
    testId: attributes['testId'] ?? outer ?? '',
    name: attributes['testName'] ?? '',
    // Rows of one name are told apart by their number.
    parameters: row === undefined ? undefined : `data row ${row}`,
    status,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(shown === undefined ? {} : { message: shown }),
    ...(detail === '' ? {} : { detail }),
    ...(place === undefined ? {} : { location: place }),
  };
}
