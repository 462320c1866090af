import type { ResultEvent } from '../contract.ts';

const FAILED: ReadonlySet<string> = new Set(['errors', 'failures']);

/**
 * Failsafe's own summary, `failsafe-summary.xml`: its tests stand in the reports beside it. Of its own it only says that
 * the whole run broke: https://maven.apache.org/surefire/maven-failsafe-plugin/xsd/failsafe-summary.xsd
 */
export class FailsafeSummary {
  readonly #timedOut: boolean;
  #message = '';
  #failed = false;

  constructor(attributes: Readonly<Record<string, string>>) {
    this.#timedOut = attributes['timeout'] === 'true';
  }

  /** Whether the text of this element is wanted. */
  wants(name: string): boolean {
    return name === 'failureMessage' || FAILED.has(name);
  }

  text(name: string, text: string): void {
    if (name === 'failureMessage') this.#message = text.trim();
    if (FAILED.has(name) && Number(text) > 0) this.#failed = true;
  }

  events(): ResultEvent[] {
    const expected: ResultEvent = { type: 'may-be-empty', beside: { failed: this.#failed } };
    if (this.#message === '' && !this.#timedOut) return [expected];
    const message = this.#message === '' ? 'the tests ran into their time limit' : (this.#message.split('\n', 1)[0] ?? '');
    const detail = this.#message === '' ? {} : { detail: this.#message };
    return [{ type: 'case', result: { name: 'failsafe', status: 'error', message, ...detail } }];
  }
}
