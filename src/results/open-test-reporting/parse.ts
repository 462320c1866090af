import type { ResultEvent } from '../contract.ts';
import { readXmlReport, type XmlReport } from '../xml-report.ts';
import { isoDurationMs, newNode, resultOf, type OpenNode } from './node.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Tests and containers that run at one time. */
const RUNNING = 100_000;
/** Characters kept of a name. */
const NAME = 2_000;
const TEXTS: ReadonlySet<string> = new Set(['reason', 'throwable', 'type']);

/** Reads Open Test Reporting XML, events as well as hierarchies. */
export async function parseOpenTestReporting(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  await readXmlReport(text, new Report(emit), emit);
}

class Report implements XmlReport {
  readonly #emit: Emit;
  readonly #elements: string[] = [];
  /** What runs, by its id: events. */
  readonly #running = new Map<string, OpenNode>();
  /** What is open, from the outermost: the hierarchy. */
  readonly #nested: OpenNode[] = [];
  /** What the elements that are open now tell about. */
  #told: OpenNode | undefined;
  #id = '';
  #whole = false;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    const around = this.#elements.at(-1);
    this.#elements.push(name);
    if (name === 'started') this.#start(attributes);
    else if (name === 'reported' || name === 'finished') this.#continue(name, attributes);
    else if ((name === 'root' || name === 'child') && (around === 'execution' || around === 'root' || around === 'child'))
      this.#enter(attributes);
    else if (name === 'result' && this.#told !== undefined) this.#told.status = attributes['status'];
    else if (name === 'fileSource' && this.#told !== undefined) this.#told.file = attributes['path']?.slice(0, NAME);
    return this.#told !== undefined && TEXTS.has(name);
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const node = this.#told;
    if (name === 'reason' && node !== undefined) node.reason = text.trim();
    else if (name === 'throwable' && node !== undefined) node.trace = text.trim();
    else if (name === 'type' && node !== undefined) node.type = text.trim();
    else if (name === 'started' || name === 'reported') this.#told = undefined;
    else if (name === 'finished') this.#finish();
    else if (name === 'root' || name === 'child') this.#leave();
    if (this.#elements.length === 0) this.#whole = true;
  }

  end(): void {
    if (!this.#whole) return;
    // What began last ends first.
    for (const node of [...this.#running.values()].reverse()) {
      node.reason = 'it began and never ended';
      if (node.children === 0) this.#tell(node);
      else if (node.parent !== undefined) node.parent.bad += node.bad;
    }
    if (this.#wrong !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#wrong });
  }

  #start({ id = '', name = '', parentId, time = '' }: Attributes): void {
    const parent = parentId === undefined ? undefined : this.#running.get(parentId);
    if (parentId !== undefined && parent === undefined) this.#wrong ??= `"${name.slice(0, 100)}" is in something that does not run`;
    if (this.#running.size >= RUNNING) {
      this.#wrong ??= `more than ${RUNNING} tests run at one time`;
      return;
    }
    const node = newNode(copied(name), parent, Date.parse(time));
    if (parent !== undefined) parent.children += 1;
    this.#running.set(copied(id), node);
    this.#told = node;
  }

  #continue(name: string, { id = '', time = '' }: Attributes): void {
    const node = this.#running.get(id);
    this.#told = node;
    this.#id = id;
    if (node === undefined) this.#wrong ??= `${name} "${id.slice(0, 100)}" never started`;
    else if (name === 'finished') {
      const durationMs = Date.parse(time) - node.startedAt;
      node.durationMs = durationMs >= 0 ? durationMs : undefined;
    }
  }

  #finish(): void {
    const node = this.#told;
    this.#told = undefined;
    if (node === undefined) return;
    this.#running.delete(this.#id);
    this.#tell(node);
  }

  #enter({ name = '', duration }: Attributes): void {
    const parent = this.#nested.at(-1);
    const node = newNode(copied(name), parent, Number.NaN);
    node.durationMs = isoDurationMs(duration);
    if (parent !== undefined) parent.children += 1;
    this.#nested.push(node);
    this.#told = node;
  }

  #leave(): void {
    const node = this.#nested.pop();
    this.#told = this.#nested.at(-1);
    if (node !== undefined) this.#tell(node);
  }

  #tell(node: OpenNode): void {
    const result = resultOf(node);
    const failing = result?.status === 'failed' || result?.status === 'error';
    if (node.parent !== undefined) node.parent.bad += node.bad + (failing ? 1 : 0);
    // Invocations of a parameterised test may be shown alike: each is a test of its own.
    if (result !== undefined) this.#emit({ type: 'case', result, sibling: true });
  }
}

/** A slice would keep its whole piece of the report in memory. */
function copied(text: string): string {
  return Buffer.from(text.slice(0, NAME)).toString();
}
