import { defect } from './defects.js';
import { log } from './service.js';

/** After `threshold` failures in a row nothing is tried for `resetMs`; then one trial decides. */
export class CircuitBreaker {
  state = 'closed';
  #failures = 0;
  #openedAt = 0;

  constructor(name, { threshold = 5, resetMs = 2000 } = {}) {
    Object.assign(this, { name, threshold, resetMs });
  }

  async run(action) {
    if (this.state === 'open' && Date.now() - this.#openedAt >= this.resetMs) this.#become('half-open');
    else if (this.state !== 'closed') throw new Error(`circuit breaker ${this.name} is ${this.state}`);
    const trial = this.state === 'half-open';
    try {
      const result = await action();
      // Only a trial closes it: a call that began before it opened says nothing about now.
      if (this.state === 'closed' || trial) this.#recovered();
      return result;
    } catch (error) {
      this.#failed(trial);
      throw error;
    }
  }

  #recovered() {
    this.#failures = 0;
    this.#become('closed');
  }

  #failed(trial) {
    this.#failures += 1;
    if (defect('no-breaker') || (!trial && this.#failures < this.threshold)) return;
    this.#openedAt = Date.now();
    this.#become('open');
  }

  #become(state) {
    if (state !== this.state) log('warn', 'breaker', { name: this.name, from: this.state, to: state });
    this.state = state;
  }
}
