import { placeInTrace } from '../../lib/frames.ts';
import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { countOf, readXmlReport, secondsToMs, type XmlReport } from '../xml-report.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads NUnit 3 XML. */
export async function parseNunit(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  await readXmlReport(text, new Report(emit), emit);
}

/** An element with a result: the run, a suite or a test. */
interface Node {
  readonly element: string;
  readonly attributes: Attributes;
  message: string;
  trace: string;
  reason: string;
  tests: number;
  failed: number;
  errors: number;
  skipped: number;
  /** Tests that were skipped because nobody asked for them. */
  explicit: number;
  /** Suites in it that broke by themselves. */
  own: number;
}

const NODES: ReadonlySet<string> = new Set(['test-run', 'test-suite', 'test-case']);

class Report implements XmlReport {
  readonly #emit: Emit;
  readonly #elements: string[] = [];
  readonly #nodes: Node[] = [];

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    const around = this.#elements.at(-1) ?? '';
    this.#elements.push(name);
    if (NODES.has(name)) this.#nodes.push(newNode(name, attributes));
    return (name === 'message' || name === 'stack-trace') && (around === 'failure' || around === 'reason');
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const node = this.#nodes.at(-1);
    if (node === undefined) return;
    const around = this.#elements.at(-1);
    if (NODES.has(name)) this.#close();
    // Of several assertions in one test, NUnit has put the text together in its own failure.
    else if (name === 'message' && around === 'failure') node.message ||= text.trim();
    else if (name === 'message' && around === 'reason') node.reason ||= text.trim();
    else if (name === 'stack-trace') node.trace ||= text.trim();
  }

  end(): void {}

  #close(): void {
    const node = this.#nodes.pop();
    if (node === undefined) return;
    if (node.element === 'test-case') this.#case(node);
    else this.#suite(node);
    const around = this.#nodes.at(-1);
    if (around === undefined) return;
    for (const key of ['tests', 'failed', 'errors', 'skipped', 'explicit', 'own'] as const) around[key] += node[key];
  }

  #case(node: Node): void {
    const status = caseStatus(node.attributes);
    node.tests = 1;
    if (status === 'failed') node.failed = 1;
    if (status === 'error') node.errors = 1;
    if (status === 'skipped') node.skipped = 1;
    if (verdict(node.attributes).label === 'Explicit') node.explicit = 1;
    const { attributes } = node;
    const durationMs = secondsToMs(attributes['duration'] ?? attributes['time']);
    // Two rows may have one name: each is a test, and a retry is never written as a case of its own.
    this.#emit({
      type: 'case',
      result: {
        ...identity(attributes, this.#assembly()),
        status,
        ...(durationMs === undefined ? {} : { durationMs }),
        ...texts(node, status),
      },
      sibling: true,
    });
  }

  /** A suite that failed while none of its tests tells so: a tear-down, an assembly that cannot be loaded, a theory without a case. */
  #suite(node: Node): void {
    const { attributes, element } = node;
    const { result, site, label } = verdict(attributes);
    const broken = result === 'Failed' || result === 'Error' || (attributes['runstate'] === 'NotRunnable' && node.tests === 0);
    const silent = node.failed + node.errors + node.own === 0;
    if (broken && (silent || (site === 'TearDown' && element === 'test-suite'))) {
      node.own += 1;
      const name = attributes['fullname'] ?? attributes['name'] ?? element;
      const said = texts(node, 'error');
      const message =
        said.message ??
        `${element === 'test-run' ? 'the run' : 'the suite'} failed${label === '' ? '' : ` (${label})`}, and no test says why`;
      this.#emit({ type: 'case', result: { ...suiteOf(this.#assembly()), name, status: 'error', ...said, message }, sibling: true });
    }
    if (element === 'test-run' || attributes['type'] === 'Assembly') this.#declare(node);
  }

  #declare(node: Node): void {
    const { attributes, element, tests, failed, errors, skipped, explicit, own } = node;
    const scope = element === 'test-run' ? 'test-run' : `assembly "${attributes['name'] ?? ''}"`;
    const declare = (what: 'tests' | 'failed' | 'skipped', stated: number | undefined, views: readonly number[]): void => {
      if (stated === undefined) return;
      this.#emit({ type: 'declared', scope, what, declared: stated, counted: views.includes(stated) ? stated : (views[0] ?? 0) });
    };
    // `total` leaves out explicit tests, and with some writers all that did not run.
    declare('tests', countOf(attributes['total']), [tests, tests - explicit, tests - skipped]);
    declare('failed', countOf(attributes['failed']), [failed + errors, failed, failed + errors + own]);
    const inconclusive = countOf(attributes['inconclusive']) ?? 0;
    const stated = countOf(attributes['skipped']);
    declare('skipped', stated === undefined ? undefined : stated + inconclusive, [skipped, skipped - explicit]);
  }

  /** File name of the assembly around the test. */
  #assembly(): string | undefined {
    return this.#nodes
      .find(({ attributes }) => attributes['type'] === 'Assembly')
      ?.attributes['name']?.split(/[\\/]/)
      .at(-1);
  }
}

function newNode(element: string, attributes: Attributes): Node {
  return { element, attributes, message: '', trace: '', reason: '', tests: 0, failed: 0, errors: 0, skipped: 0, explicit: 0, own: 0 };
}

/** `Failed`, `Error`, `SetUp`: from three attributes, or from Unity's one: `Failed:Error(SetUp)`. */
function verdict({ result = '', label, site }: Attributes): { readonly result: string; readonly label: string; readonly site: string } {
  const match = /^(\w*)(?::(\w+))?(?:\((\w+)\))?/.exec(result);
  return { result: match?.[1] ?? result, label: label ?? match?.[2] ?? '', site: site ?? match?.[3] ?? '' };
}

const BEYOND_THE_TEST = /^(?:SetUp|TearDown|Parent)$/;
const NO_ASSERTION = /^(?:Error|Invalid|Cancelled)$/;

function caseStatus(attributes: Attributes): CaseStatus {
  const { result, label, site } = verdict(attributes);
  switch (result) {
    case 'Passed':
    case 'Warning':
      return 'passed';
    case 'Skipped':
    case 'Ignored':
    case 'Inconclusive':
      return 'skipped';
    case 'Failed':
    case 'Failure':
      return BEYOND_THE_TEST.test(site) || NO_ASSERTION.test(label) ? 'error' : 'failed';
    default:
      return 'error';
  }
}

function suiteOf(assembly: string | undefined): { suite?: string } {
  return assembly === undefined || assembly === '' ? {} : { suite: assembly };
}

/** The class with the arguments of its fixture, which stand in the full name alone. */
function identity({ name = '', fullname, classname }: Attributes, assembly: string | undefined) {
  const before = fullname !== undefined && fullname.endsWith(`.${name}`) ? fullname.slice(0, -name.length - 1) : classname;
  return { ...suiteOf(assembly), ...(before === undefined || before === '' ? {} : { class: before }), name };
}

function texts({ message, trace, reason }: Node, status: CaseStatus) {
  const told = message || reason;
  const first = told.split('\n').find((line) => line.trim() !== '');
  const failing = status === 'failed' || status === 'error';
  const detail = failing ? [told, trace].filter((text) => text !== '').join('\n') : '';
  const place = failing ? placeInTrace(trace) : undefined;
  return {
    ...(first === undefined ? {} : { message: first.trim() }),
    ...(detail === '' ? {} : { detail }),
    ...(place === undefined ? {} : { location: place }),
  };
}
