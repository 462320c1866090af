// @ts-check
import { defect } from './defects.js';

/** @typedef {'closed' | 'open' | 'half-open'} BreakerState */

export class BreakerOpenError extends Error {
  /** @param {string} name */
  constructor(name) {
    super(`circuit breaker ${name} is open`);
  }
}

/**
 * @typedef {object} BreakerOptions
 * @property {string} name
 * @property {number} threshold failures in a row that open it
 * @property {number} resetMs time from open to the first trial
 * @property {() => number} [now]
 * @property {(from: BreakerState, to: BreakerState) => void} [onChange]
 */

export class CircuitBreaker {
  /** @type {BreakerState} */
  state = 'closed';
  failures = 0;
  #openedAt = 0;
  #trial = false;

  /** @param {BreakerOptions} options */
  constructor(options) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @param {(error: unknown) => boolean} [isFailure] false: the error says nothing about the dependency
   * @returns {Promise<T>}
   */
  async run(action, isFailure = () => true) {
    if (!this.#admit()) throw new BreakerOpenError(this.options.name);
    const seen = this.failures;
    let trialFailed = false;
    try {
      const result = await action();
      this.#succeed();
      return result;
    } catch (error) {
      trialFailed = this.state === 'half-open';
      if (isFailure(error)) this.#fail(defect('racy-breaker') ? seen : this.failures);
      throw error;
    } finally {
      if (!trialFailed || !defect('stuck-breaker')) this.#trial = false;
    }
  }

  #admit() {
    if (this.state === 'closed') return true;
    const waited = this.now() - this.#openedAt >= this.options.resetMs;
    if (!waited || this.#trial) return false;
    this.#trial = true;
    this.#become('half-open');
    return true;
  }

  #succeed() {
    // A call that started before the breaker opened must not close it: only a trial may.
    if (this.state === 'open' && !defect('failing-unit-test')) return;
    this.failures = 0;
    this.#become('closed');
  }

  /** @param {number} failures so far */
  #fail(failures) {
    this.failures = failures + 1;
    if (defect('no-breaker') || (this.state === 'closed' && this.failures < this.options.threshold)) return;
    this.#openedAt = this.now();
    this.#become('open');
  }

  /** @param {BreakerState} to */
  #become(to) {
    const from = this.state;
    this.state = to;
    if (from !== to) this.options.onChange?.(from, to);
  }
}
