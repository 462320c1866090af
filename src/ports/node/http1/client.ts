import { Connection, type Ask, type Lender, type Origin } from './connection.ts';

/**
 * Requests to one origin over as many connections as there are requests under way: what is slow is the system's, never a
 * queue of the client's. Idle connections are used again, the latest first.
 */
export class Client implements Lender {
  readonly #origin: Origin;
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Sends at once; the answer comes at the latest after `timeoutMs`. Returns what carries it. */
  send(ask: Ask): Connection {
    const nowMs = performance.now();
    const connection = this.#take(nowMs);
    connection.send(ask, nowMs);
    return connection;
  }

  close(): void {
    for (const connection of this.#open) connection.abandon('aborted', 'interrupted');
    this.#idle.length = 0;
  }

  idle(connection: Connection): void {
    this.#idle.push(connection);
  }

  closed(connection: Connection): void {
    this.#open.delete(connection);
  }

  again(ask: Ask, startedMs: number): void {
    const connection = this.#connect();
    ask.moved?.(connection);
    connection.send(ask, startedMs);
  }

  #take(nowMs: number): Connection {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (connection.usable(nowMs)) return connection;
      connection.close();
    }
    return this.#connect();
  }

  #connect(): Connection {
    const connection = new Connection(this.#origin, this);
    this.#open.add(connection);
    return connection;
  }
}
