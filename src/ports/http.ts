export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** A Unix socket to speak to, whatever host the URL names. */
  readonly socketPath?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Whoever serves the certificate is spoken to: for looking at a service whose certificate is judged elsewhere. */
  readonly anyCertificate?: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** It is sent once at most: a peer that hung up may have acted on it. */
  readonly once?: boolean;
  /** Bytes of the body that are kept; the rest is counted and dropped. */
  readonly maxBytes?: number;
}

export type HttpResult =
  | {
      readonly state: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      readonly totalBytes: number;
      readonly firstByteMs: number;
      readonly durationMs: number;
    }
  | {
      readonly state: 'failed';
      /** `exhausted`: this machine has no ports, files or memory left; the peer never heard of it. */
      readonly reason: 'refused' | 'timeout' | 'reset' | 'dns' | 'tls' | 'aborted' | 'exhausted' | 'other';
      readonly message: string;
      readonly durationMs: number;
    };

/** HTTP to the system under test. Redirects are not followed; an unreachable peer is a result, not an exception. */
export interface Http {
  request(request: HttpRequest): Promise<HttpResult>;
  /** For what is asked over and over, just as it is. `undefined`: it cannot be asked so, and `request` says why. Ends with the client. */
  readonly prepare?: ((request: Omit<HttpRequest, 'signal'>) => PreparedRequest | undefined) | undefined;
}

export interface PreparedRequest {
  /** `done` is called exactly once. */
  readonly send: (done: (result: HttpResult) => void) => void;
}

export type SocketEvent =
  | { readonly type: 'message'; readonly text: string; readonly atMs: number }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string };

export interface Socket {
  send(text: string): Promise<void>;
  /** The next event, or `undefined` when none came in time. */
  next(timeoutMs: number, signal?: AbortSignal): Promise<SocketEvent | undefined>;
  close(): Promise<void>;
  /** Whether it is over, whoever ended it. */
  readonly closed: boolean;
}

export type SocketResult =
  | { readonly state: 'open'; readonly socket: Socket; readonly durationMs: number }
  | { readonly state: 'failed'; readonly status?: number; readonly message: string; readonly durationMs: number };

/** WebSocket to the system under test. */
export interface Sockets {
  connect(
    url: string,
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
      readonly signal?: AbortSignal | undefined;
      /** Sees every message as it arrives, also those that nobody asks for. */
      readonly onMessage?: ((text: string, atMs: number) => void) | undefined;
    },
  ): Promise<SocketResult>;
}

/** Can a TCP connection be made? */
export interface Tcp {
  probe(host: string, port: number, timeoutMs: number): Promise<boolean>;
  /**
   * The first bytes of what a server says, after these were sent (none: a server that speaks first). `undefined` when nobody
   * listens; empty when nothing came in time.
   */
  hear(
    host: string,
    port: number,
    options: { readonly send: Uint8Array; readonly bytes: number; readonly timeoutMs: number },
  ): Promise<Uint8Array | undefined>;
  /** A port that is free right now on the loopback interface. */
  freePort(): Promise<number>;
}

/** A server on this machine whose delay is known for each answer: what a load engine holds its own numbers against. */
export interface Reference {
  /** Each answer names the milliseconds that it was held back in the header `x-held-ms`. */
  serve(delayMs: number): Promise<{ readonly url: string } & AsyncDisposable>;
}

/** A place on this machine that somebody else sends to: the webhook of an alert receiver. */
export interface Inbox {
  /** Listens until it is disposed of; port 0 is any free one. Answers everything with 200. @throws Error when the port is taken. */
  open(
    port: number,
    onRequest: (request: { readonly path: string; readonly body: string }) => void,
  ): Promise<{ readonly port: number } & AsyncDisposable>;
}
