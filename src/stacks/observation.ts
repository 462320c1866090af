import type { Replica, ServiceKind } from '../model/manifest.ts';

// What a stack plugin sees, in the words of every kind of stack: what readiness is judged from.

/** A service as the stack's own model describes it. */
export interface ServiceNode {
  readonly name: string;
  /** `undeclared`: nothing in the model says which; behaviour decides (exits 0: it was a one-shot). */
  readonly kind: ServiceKind | 'undeclared';
  /** How many replicas there must be. */
  readonly replicas: number;
  readonly dependsOn: readonly string[];
}

/** A replica as seen once; `error` is what the engine says about a start that it refused. */
export interface ReplicaState extends Replica {
  readonly error?: string | undefined;
  /** The network of its own project that it was taken off. */
  readonly cutOff?: string | undefined;
}

/** What became of the command that starts everything. `service` when the message names one. */
export type Launch =
  | { readonly state: 'starting' }
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly message: string; readonly service?: string | undefined };

/** The health path of a target, asked from here. `impossible`: no amount of waiting makes it answer. */
export interface Probe {
  readonly target: string;
  readonly service: string;
  readonly state: 'ok' | 'failing' | 'impossible';
  readonly message: string;
}

/** Everything that was seen in one look. */
export interface Snapshot {
  /** Milliseconds since the launch, on a clock that never jumps. */
  readonly atMs: number;
  /** The same moment as wall-clock time (ISO 8601), to compare with `startedAt`. */
  readonly at: string;
  readonly launch: Launch;
  readonly services: Readonly<Record<string, readonly ReplicaState[]>>;
  readonly probes: readonly Probe[];
}
