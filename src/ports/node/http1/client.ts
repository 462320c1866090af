import { Connection, type Exchange, type Origin, type Wire } from './connection.ts';

/**
 * Requests to one origin over as many connections as there are requests under way: what is slow is the system's, never a
 * queue of the client's. Idle connections are used again, the latest first.
 */
export class Client {
  readonly #origin: Origin;
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  #opened = 0;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Connections that were opened so far. */
  get opened(): number {
    return this.#opened;
  }

  /** Sends at once; `done` is called exactly once, at the latest after `timeoutMs`. Returns how to give it up. */
  send(
    wire: Wire,
    { timeoutMs, once = false, done }: { timeoutMs: number; once?: boolean | undefined; done: (exchange: Exchange) => void },
  ): () => void {
    let connection = this.#take();
    const startedMs = performance.now();
    const timer = setTimeout(() => connection.abandon('timeout', `no complete answer within ${timeoutMs} ms`), timeoutMs);
    const settle = (exchange: Exchange): void => {
      this.#busy.delete(connection);
      // The peer hung up while nothing was under way: most likely the request never reached it and is sent anew, as browsers do.
      if (exchange.state === 'failed' && exchange.stale && !once && performance.now() - startedMs < timeoutMs) {
        connection = this.#open();
        connection.send(wire, settle);
        return;
      }
      clearTimeout(timer);
      done(exchange);
    };
    connection.send(wire, settle);
    return () => connection.abandon('aborted', 'interrupted');
  }

  close(): void {
    for (const connection of [...this.#idle, ...this.#busy]) connection.abandon('aborted', 'interrupted');
    this.#idle.length = 0;
    this.#busy.clear();
  }

  #take(): Connection {
    const nowMs = performance.now();
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (connection.usable(nowMs)) {
        this.#busy.add(connection);
        return connection;
      }
      connection.close();
    }
    return this.#open();
  }

  #open(): Connection {
    this.#opened += 1;
    const connection = new Connection(this.#origin, (idle) => this.#idle.push(idle));
    this.#busy.add(connection);
    return connection;
  }
}
