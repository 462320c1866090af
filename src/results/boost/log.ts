import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';

type Attributes = Readonly<Record<string, string>>;

/** What was said against a test, or against a suite outside of its tests. */
interface Fault {
  readonly status: Extract<CaseStatus, 'failed' | 'error'>;
  readonly attributes: Attributes;
  text: string;
}

interface Open {
  readonly attributes: Attributes;
  readonly faults: Fault[];
  micros: number | undefined;
}

const FAULTS: Readonly<Record<string, Fault['status']>> = { Error: 'failed', FatalError: 'failed', Exception: 'error' };

/** `<TestLog>`: suites, tests in them, and what each said. A test that says nothing against itself passed. */
export class BoostLog {
  readonly #emit: (event: ResultEvent) => void;
  readonly #suites: string[] = [];
  #open: Open | undefined;
  #fault: Fault | undefined;

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    const kind = FAULTS[name];
    if (name === 'TestSuite') {
      this.#suites.push(attributes['name'] ?? '');
      if (attributes['skipped'] === 'yes') this.#tell({ ...this.#suite(), name: this.#suites.at(-1) ?? '', ...skipped(attributes) });
    } else if (name === 'TestCase') this.#open = { attributes, faults: [], micros: undefined };
    else if (kind !== undefined) {
      this.#fault = { status: kind, attributes, text: '' };
      return true;
    }
    return name === 'TestingTime';
  }

  close(name: string, text: string): void {
    if (name === 'TestSuite') this.#suites.pop();
    else if (name === 'TestCase') this.#closeCase();
    else if (name === 'TestingTime' && this.#open !== undefined) this.#open.micros = Number(text);
    else if (FAULTS[name] !== undefined) this.#closeFault(text);
  }

  #closeFault(text: string): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault === undefined) return;
    fault.text = text.trim();
    if (this.#open !== undefined) this.#open.faults.push(fault);
    // A fixture of a suite, or a log that names no tests.
    else this.#tell({ ...this.#suite(), name: this.#suites.at(-1) ?? 'the test run', ...told([{ ...fault, status: 'error' }]) });
  }

  #closeCase(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const { attributes, faults, micros } = open;
    const file = attributes['file'];
    this.#tell({
      ...this.#suite(),
      name: attributes['name'] ?? '',
      ...(file === undefined ? {} : { file, location: { path: file, ...lineOf(attributes) } }),
      ...(micros !== undefined && micros >= 0 ? { durationMs: micros / 1000 } : {}),
      ...(attributes['skipped'] === 'yes' ? skipped(attributes) : told(faults)),
    });
  }

  #tell(result: CaseResult): void {
    this.#emit({ type: 'case', result, sibling: true });
  }

  #suite(): { suite?: string } {
    return this.#suites.length === 0 ? {} : { suite: this.#suites.join(' › ') };
  }
}

function skipped({ reason }: Attributes): Pick<CaseResult, 'status' | 'message'> {
  return { status: 'skipped', ...(reason === undefined ? {} : { message: reason }) };
}

function told(faults: readonly Fault[]): Pick<CaseResult, 'status' | 'message' | 'detail' | 'location'> {
  const [first] = faults;
  if (first === undefined) return { status: 'passed' };
  const status = faults.some((fault) => fault.status === 'failed') ? 'failed' : 'error';
  const path = first.attributes['file'];
  const line = lineOf(first.attributes);
  return {
    status,
    message: first.text.split('\n', 1)[0] ?? '',
    detail: faults.map(({ attributes, text }) => `${attributes['file'] ?? ''}:${attributes['line'] ?? ''}: ${text}`).join('\n'),
    // Of an exception nobody knows the place: `unknown location`, line 0.
    ...(path !== undefined && 'line' in line ? { location: { path, ...line } } : {}),
  };
}

function lineOf({ line }: Attributes): { line?: number } {
  return Number(line) > 0 ? { line: Number(line) } : {};
}
