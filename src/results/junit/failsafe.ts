import type { ResultEvent } from '../contract.ts';

/**
 * Failsafe's own summary, `failsafe-summary.xml`: its tests stand in the reports beside it. Of its own it only says that
 * the whole run broke: https://maven.apache.org/surefire/maven-failsafe-plugin/xsd/failsafe-summary.xsd
 */
export class FailsafeSummary {
  readonly #timedOut: boolean;
  #message = '';

  constructor(attributes: Readonly<Record<string, string>>) {
    this.#timedOut = attributes['timeout'] === 'true';
  }

  /** Whether the text of this element is wanted. */
  wants(name: string): boolean {
    return name === 'failureMessage';
  }

  text(name: string, text: string): void {
    if (this.wants(name)) this.#message = text.trim();
  }

  events(): ResultEvent[] {
    const expected: ResultEvent = { type: 'may-be-empty' };
    if (this.#message === '' && !this.#timedOut) return [expected];
    const message = this.#message === '' ? 'the tests ran into their time limit' : (this.#message.split('\n', 1)[0] ?? '');
    const detail = this.#message === '' ? {} : { detail: this.#message };
    return [{ type: 'case', result: { name: 'failsafe', status: 'error', message, ...detail } }];
  }
}
