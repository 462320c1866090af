import { errorMessage } from '../../model/errors.ts';
import type { Ports } from '../../ports/index.ts';
import type { Incident } from '../contract.ts';
import type { Identity, ServiceState, SupervisorSpec, SupervisorState } from './spec.ts';

/** A crash loop must not fill the state file. */
const INCIDENTS = 200;

/** What the supervisor knows, written to the state file with every change; the only thing that others see of it. */
export class Board {
  readonly #spec: SupervisorSpec;
  readonly #ports: Ports;
  #state: SupervisorState;
  #writing: Promise<void> | undefined;
  #dirty = false;
  #waiters: (() => void)[] = [];

  constructor(spec: SupervisorSpec, ports: Ports, supervisor: Identity) {
    this.#spec = spec;
    this.#ports = ports;
    const services = spec.services.map(({ name }): ServiceState => ({ name, state: 'created', health: 'none', restarts: 0, logs: [] }));
    this.#state = { schema: 'gauntlet.process-state/1', supervisor, phase: 'starting', since: ports.clock.now(), services, incidents: [] };
    this.#save();
  }

  get(name: string): ServiceState | undefined {
    return this.#state.services.find((service) => service.name === name);
  }

  update(name: string, change: Partial<ServiceState>): void {
    const services = this.#state.services.map((service) => (service.name === name ? { ...service, ...change } : service));
    const started = services.every(({ startedAt, error }) => startedAt !== undefined || error !== undefined);
    const phase = this.#state.phase === 'starting' && started ? 'running' : this.#state.phase;
    this.#state = { ...this.#state, services, phase };
    this.#save();
  }

  phase(phase: SupervisorState['phase'], reason?: string): void {
    this.#state = { ...this.#state, phase, since: this.#ports.clock.now(), ...(reason === undefined ? {} : { reason }) };
    this.#save();
  }

  incident(service: string, what: Incident['what'], message: string): void {
    if (this.#state.incidents.length >= INCIDENTS) return;
    this.#state = { ...this.#state, incidents: [...this.#state.incidents, { at: this.#ports.clock.now(), service, what, message }] };
    this.#save();
  }

  /** Waits until the board shows something; `false` when the signal came first. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (condition()) return true;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.push(resolve);
      const wake = (): void => resolve();
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      signal.removeEventListener('abort', wake);
    }
    return false;
  }

  /** Resolves when all that is known is on disk. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  #save(): void {
    for (const wake of this.#waiters.splice(0)) wake();
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      // A full disk must not end the supervisor: then nobody would end its children.
      await this.#ports.files
        .write(this.#spec.stateFile, JSON.stringify(this.#state))
        .catch((error: unknown) => this.#ports.progress.warn(`state file: ${errorMessage(error)}`));
    }
  }
}
