import type { Allocation, ServiceAtRest } from '../../model/leaks.ts';
import type { ResolvedTarget } from '../../model/manifest.ts';
import type { Inside } from '../../stacks/contract.ts';
import type { RunContext } from '../context.ts';

/** What is left on the heaps of a service after garbage was collected. */
export interface Collected {
  readonly heapBytes: number;
  readonly goroutines?: number | undefined;
}

/** Where what is held was taken. */
export interface HeapProfile {
  /** In the form that the tools of the runtime read, and how such a file is called at its end. */
  readonly data: string | Uint8Array;
  readonly ending: string;
  /** Largest first. */
  readonly top: readonly Allocation[];
}

/** Forces collections in one service. @throws Error where that did not work this time. */
export interface Collector {
  readonly how: Extract<ServiceAtRest['collected'], { state: 'forced' }>;
  readonly collect: () => Promise<Collected>;
  /** What is taken while it lasts, and still held at its end. */
  readonly profile: (durationMs: number) => Promise<HeapProfile>;
}

export interface CollectorScene {
  readonly ports: Pick<RunContext['ports'], 'http' | 'clock'>;
  readonly signal: AbortSignal;
  /** Containers and process trees of the service. */
  readonly insides: readonly Inside[];
  /** Its places. */
  readonly targets: readonly ResolvedTarget[];
}
