import { placeInTrace } from '../../lib/frames.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import type { XmlReport } from '../xml-report.ts';

type Attributes = Readonly<Record<string, string>>;

/** In order of weight: of several in one case the first one counts. */
const OUTCOMES = { failure: 'failed', error: 'error', skipped: 'skipped' } as const satisfies Record<string, CaseStatus>;

interface Outcome {
  readonly element: keyof typeof OUTCOMES;
  readonly message: string;
  text: string;
}

/** Files, and cases in them; nothing else is stated. */
export class SonarReport implements XmlReport {
  readonly #emit: (event: ResultEvent) => void;
  #file: string | undefined;
  #case: Attributes | undefined;
  #outcomes: Outcome[] = [];

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'file') this.#file = attributes['path'];
    else if (name === 'testCase') {
      this.#case = attributes;
      this.#outcomes = [];
    } else if (isOutcome(name) && this.#case !== undefined) {
      this.#outcomes.push({ element: name, message: attributes['message'] ?? '', text: '' });
      return true;
    }
    return false;
  }

  close(name: string, text: string): void {
    const last = this.#outcomes.at(-1);
    if (isOutcome(name) && last !== undefined) last.text = text.trim();
    else if (name === 'file') this.#file = undefined;
    else if (name === 'testCase') this.#closeCase();
  }

  end(): void {}

  #closeCase(): void {
    const attributes = this.#case;
    this.#case = undefined;
    if (attributes === undefined) return;
    const told = Object.keys(OUTCOMES)
      .map((element) => this.#outcomes.find((outcome) => outcome.element === element))
      .find((outcome) => outcome !== undefined);
    const status = told === undefined ? 'passed' : OUTCOMES[told.element];
    const message = told === undefined ? '' : told.message.trim() || (told.text.split('\n', 1)[0] ?? '');
    const failing = status === 'failed' || status === 'error';
    const path = this.#file;
    const place = failing ? placeInTrace(told?.text) : undefined;
    const duration = Number(attributes['duration'] ?? Number.NaN);
    const result: CaseResult = {
      name: attributes['name'] ?? '',
      ...(path === undefined || path === '' ? {} : { file: path, location: place?.path === path ? place : { path } }),
      status,
      ...(duration >= 0 ? { durationMs: duration } : {}),
      ...(message === '' ? {} : { message }),
      ...(failing && told?.text ? { detail: told.text } : {}),
    };
    // Nothing in the format marks a re-run.
    this.#emit({ type: 'case', result, sibling: true });
  }
}

function isOutcome(name: string): name is Outcome['element'] {
  return Object.hasOwn(OUTCOMES, name);
}
