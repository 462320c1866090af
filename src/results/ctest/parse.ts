import { placeInTrace } from '../../lib/frames.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { secondsToMs, type XmlReport } from '../xml-report.ts';

type Attributes = Readonly<Record<string, string>>;

/** A test while it is read; `measured` by name: exit code, completion status, execution time. */
interface Open {
  readonly status: string;
  name: string;
  output: string;
  readonly measured: Map<string, string>;
}

/** Tests of one run of CTest: a program each. */
export class CtestReport implements XmlReport {
  readonly #emit: (event: ResultEvent) => void;
  #open: Open | undefined;
  #measurement: string | undefined;
  /** The output is packed: nobody reads it. */
  #packed = false;
  #inList = false;
  #listed = 0;
  #tests = 0;

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'TestList') this.#inList = true;
    else if (name === 'Test' && this.#inList) this.#listed += 1;
    else if (name === 'Test') this.#open = { status: attributes['Status'] ?? '', name: '', output: '', measured: new Map() };
    else if (name === 'NamedMeasurement') this.#measurement = attributes['name'] ?? '';
    else if (name === 'Measurement') this.#measurement = undefined;
    else if (name === 'Value') this.#packed = attributes['compression'] !== undefined || attributes['encoding'] !== undefined;
    return this.#open !== undefined && (name === 'Name' || name === 'Value');
  }

  close(name: string, text: string): void {
    const open = this.#open;
    if (name === 'TestList') this.#inList = false;
    else if (name === 'Testing') this.#declare();
    else if (open === undefined) return;
    else if (name === 'Name') open.name ||= text.trim();
    else if (name === 'Value' && this.#measurement === undefined) open.output ||= this.#packed ? '' : text.trim();
    else if (name === 'Value') open.measured.set(this.#measurement ?? '', text.trim());
    else if (name === 'Test') this.#close(open);
  }

  end(): void {}

  #close({ status: said, name, output, measured }: Open): void {
    this.#open = undefined;
    this.#tests += 1;
    const completion = measured.get('Completion Status') ?? '';
    const status = statusOf(said, completion);
    const failing = status === 'failed' || status === 'error';
    const durationMs = secondsToMs(measured.get('Execution Time'));
    const why = said === 'notrun' ? completion : (measured.get('Exit Code') ?? completion);
    const message = status === 'passed' ? '' : why || said || 'no status';
    const place = failing ? placeInTrace(output) : undefined;
    const result: CaseResult = {
      name,
      status,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(message === '' ? {} : { message }),
      ...(failing && output !== '' ? { detail: output } : {}),
      ...(place === undefined ? {} : { location: place }),
    };
    // With --repeat only the last try is written.
    this.#emit({ type: 'case', result, sibling: true });
  }

  #declare(): void {
    this.#emit({ type: 'declared', scope: 'the list of tests', what: 'tests', declared: this.#listed, counted: this.#tests });
  }
}

/** What somebody has switched off, or the test itself has called off; anything else that was not run is missing. */
const CALLED_OFF = /^(?:Disabled|SKIP_|Skipped)/;

function statusOf(said: string, completion: string): CaseStatus {
  switch (said) {
    case 'passed':
      return 'passed';
    case 'failed':
      return 'failed';
    case 'notrun':
      return CALLED_OFF.test(completion) ? 'skipped' : 'error';
    default:
      return 'error';
  }
}
