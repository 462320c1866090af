/** A service that may be started once more. Values of `env` are for memory only. */
export interface Bootable {
  readonly service: string;
  /** What it is given beside the environment of the gate. */
  readonly env: Readonly<Record<string, string>>;
  /** Paths in it at which it is given files that it only reads. */
  readonly mounts?: readonly string[];
}

export interface BootRequest {
  readonly service: string;
  /** Variables in place of its own; `null` takes one away. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Paths of `mounts` that are not there this time. */
  readonly without?: readonly string[] | undefined;
  /** Milliseconds until it must be ready or have ended. */
  readonly withinMs: number;
  /** Called while it is ready, with its address. */
  readonly visit?: (url: string) => Promise<void>;
}

/** What became of it: `silent` lives and does not get ready; `impossible` says nothing about the service. */
export interface Booting {
  readonly ended: 'ready' | 'exited' | 'silent' | 'impossible';
  readonly code?: number | undefined;
  readonly afterMs: number;
  /** Last lines that it printed, or why it could not be started; redacted. */
  readonly tail: readonly string[];
}

/** Starts a service once more beside the stack, with other variables, for as long as somebody looks at it. */
export interface Boots {
  /** Services for which that does no harm. */
  readonly services: () => Promise<readonly Bootable[]>;
  readonly start: (request: BootRequest) => Promise<Booting>;
}
