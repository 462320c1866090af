import { placeInTrace } from '../../lib/frames.ts';
import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { countOf, readXmlReport, secondsToMs, type XmlReport } from '../xml-report.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads NUnit 2 XML. */
export async function parseNunit2(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  await readXmlReport(text, new Report(emit), emit);
}

/** The whole document, a suite or a test. */
interface Node {
  readonly element: string;
  readonly attributes: Attributes;
  message: string;
  trace: string;
  tests: number;
  failed: number;
  errors: number;
  /** Of the errors: tests that cannot be run. */
  invalid: number;
  skipped: number;
  /** Of the skipped: tests that ran without a verdict. */
  inconclusive: number;
  /** Suites in it that broke by themselves. */
  own: number;
}

const ASSEMBLY = /\.(?:dll|exe)$/i;
const NODES: ReadonlySet<string> = new Set(['test-results', 'test-suite', 'test-case']);
const COUNTS = ['tests', 'failed', 'errors', 'invalid', 'skipped', 'inconclusive', 'own'] as const;

class Report implements XmlReport {
  readonly #emit: Emit;
  readonly #elements: string[] = [];
  readonly #nodes: Node[] = [];

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    this.#elements.push(name);
    if (NODES.has(name))
      this.#nodes.push({
        element: name,
        attributes,
        message: '',
        trace: '',
        tests: 0,
        failed: 0,
        errors: 0,
        invalid: 0,
        skipped: 0,
        inconclusive: 0,
        own: 0,
      });
    return name === 'message' || name === 'stack-trace';
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const node = this.#nodes.at(-1);
    if (node === undefined) return;
    if (name === 'message') node.message ||= text.trim();
    else if (name === 'stack-trace') node.trace ||= text.trim();
    else if (NODES.has(name)) this.#close();
  }

  end(): void {}

  #close(): void {
    const node = this.#nodes.pop();
    if (node === undefined) return;
    if (node.element === 'test-case') this.#case(node);
    else if (node.element === 'test-suite') this.#suite(node);
    else this.#declare(node);
    const around = this.#nodes.at(-1);
    if (around !== undefined) for (const key of COUNTS) around[key] += node[key];
  }

  #case(node: Node): void {
    const { attributes } = node;
    const result = resultOf(attributes);
    const status = statusOf(result);
    node.tests = 1;
    if (status === 'failed') node.failed = 1;
    if (status === 'error') node.errors = 1;
    if (status === 'skipped') node.skipped = 1;
    if (result === 'Inconclusive') node.inconclusive = 1;
    if (result === 'NotRunnable' || result === 'Invalid') node.invalid = 1;
    const durationMs = secondsToMs(attributes['time']);
    this.#emit({
      type: 'case',
      result: {
        ...this.#assembly(),
        ...this.#identity(attributes['name'] ?? ''),
        status,
        ...(durationMs === undefined ? {} : { durationMs }),
        ...texts(node, status),
      },
      sibling: true,
    });
  }

  /** NUnit names a test in full; other producers by its title, below suites that are no namespaces. */
  #identity(full: string): { class?: string; name: string } {
    const dot = lastDot(full);
    if (dot > 0 && !/\s/.test(full.slice(0, dot))) return { class: full.slice(0, dot), name: full.slice(dot + 1) };
    const suites = this.#nodes.filter(({ element }) => element === 'test-suite').map(({ attributes }) => attributes['name'] ?? '');
    const around = suites.filter((name) => name !== '' && !ASSEMBLY.test(name)).join(' › ');
    return { ...(around === '' ? {} : { class: around }), name: full };
  }

  /** A suite that failed while none of its tests tells so, or whose tear-down did. */
  #suite(node: Node): void {
    const { attributes, message, failed, errors, own } = node;
    const status = statusOf(resultOf(attributes));
    const broken = status === 'failed' || status === 'error';
    const tearDown = /TearDown/i.test(message) && !/^Child test failed/i.test(message);
    if (!broken || (failed + errors + own > 0 && !tearDown)) return;
    node.own += 1;
    const name = attributes['name'] ?? 'suite';
    const said = texts(node, 'error');
    this.#emit({
      type: 'case',
      result: { ...this.#assembly(), name, status: 'error', ...said, message: said.message ?? 'the suite failed, and no test says why' },
      sibling: true,
    });
  }

  #declare({ attributes, tests, failed, errors, invalid, skipped, inconclusive, own }: Node): void {
    const declare = (what: 'tests' | 'failed' | 'errors' | 'skipped', stated: number | undefined, views: readonly number[]): void => {
      if (stated === undefined) return;
      this.#emit({
        type: 'declared',
        scope: 'test-results',
        what,
        declared: stated,
        counted: views.includes(stated) ? stated : (views[0] ?? 0),
      });
    };
    const [total, failures, broken, unrun, unsure] = ['total', 'failures', 'errors', 'not-run', 'inconclusive'].map((name) =>
      countOf(attributes[name]),
    );
    const ran = tests - skipped - invalid;
    // `total` is what ran: with what was inconclusive, without what was not run.
    declare('tests', total, [tests, ran, ran + inconclusive]);
    // NUnit 2.4 counts errors among its failures.
    declare('failed', failures, [failed, failed + errors, failed + errors - invalid]);
    declare('errors', broken, [errors, errors - invalid, errors + own, errors - invalid + own]);
    const stated = unrun === undefined ? undefined : unrun + (unsure ?? 0);
    declare('skipped', stated, [skipped, skipped + invalid]);
  }

  /** File name of the assembly: the outermost suite, or the document itself where that is one. */
  #assembly(): { suite?: string } {
    const nodes = this.#nodes.filter(({ attributes }) => ASSEMBLY.test(attributes['name'] ?? ''));
    const name = nodes.at(-1)?.attributes['name']?.split(/[\\/]/).at(-1);
    return name === undefined ? {} : { suite: name };
  }
}

/** Before NUnit 2.5 a test says whether it was executed, and then whether it passed. */
function resultOf({ result, executed, success }: Attributes): string {
  if (result !== undefined) return result;
  // jasmine-reporters writes them in small letters.
  if (/^false$/i.test(executed ?? '')) return 'Ignored';
  return /^true$/i.test(success ?? '') ? 'Success' : 'Failure';
}

function statusOf(result: string): CaseStatus {
  switch (result) {
    case 'Success':
    case 'Passed':
      return 'passed';
    case 'Ignored':
    case 'Skipped':
    case 'Inconclusive':
      return 'skipped';
    case 'Failure':
    case 'Failed':
      return 'failed';
    default:
      return 'error';
  }
}

/** The dot before the method: arguments may hold dots of their own. */
function lastDot(name: string): number {
  const bracket = name.indexOf('(');
  return name.lastIndexOf('.', bracket === -1 ? name.length : bracket);
}

function texts({ message, trace }: Node, status: CaseStatus) {
  const first = message.split('\n').find((line) => line.trim() !== '');
  const failing = status === 'failed' || status === 'error';
  const detail = failing ? [message, trace].filter((text) => text !== '').join('\n') : '';
  const place = failing ? placeInTrace(trace) : undefined;
  return {
    ...(first === undefined ? {} : { message: first.trim() }),
    ...(detail === '' ? {} : { detail }),
    ...(place === undefined ? {} : { location: place }),
  };
}
