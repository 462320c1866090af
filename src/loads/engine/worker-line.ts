import type { Delivery } from '../../model/load.ts';
import type { Population, Stray } from '../contract.ts';
import type { Driven } from './drive.ts';
import type { Part } from './part.ts';
import type { Options } from './options.ts';
import type { StoredRecorder } from './recorder.ts';
import type { UnderWay } from './under-way.ts';

/** What a worker is started with. Copied to it, but for the memory of `underWay`, which all have in common. */
export interface Share {
  readonly options: Options;
  readonly part: Part;
  readonly seed: number;
  readonly underWay: UnderWay['cell'];
}

/** What the workers of a load are told. Each of these but `strays` and `stop` is answered by one report. */
export type Order =
  | { readonly type: 'calibrate'; readonly url: string; readonly perSecond: number }
  /** When, on the clock that all threads have in common. */
  | { readonly type: 'begin'; readonly atMs: number }
  /** Messages of its users that turned up elsewhere. */
  | { readonly type: 'strays'; readonly strays: readonly Stray[] }
  /** No more arrivals; `walks`: nor what is under way. */
  | { readonly type: 'stop'; readonly walks: boolean }
  /** Everybody has walked. */
  | { readonly type: 'settle' }
  | { readonly type: 'finish' };

/** What they say. Counts are those since the last report: the sum of all is what was done, and a worker that dies takes half a second with it. */
export type Report =
  | { readonly type: 'ready'; readonly journeys: readonly string[] }
  | { readonly type: 'calibrated'; readonly calibration: Calibration }
  | ({ readonly type: 'so-far' } & SoFar)
  | ({ readonly type: 'walked'; readonly driven: Driven; readonly asked: number } & SoFar)
  | ({ readonly type: 'settled' } & SoFar)
  | ({ readonly type: 'finished'; readonly facts: ReturnType<Population['facts']> } & SoFar);

export interface SoFar {
  readonly counts: StoredRecorder;
  readonly strays: readonly Stray[];
}

export type Calibration = NonNullable<Delivery['calibration']>;

export type Reporting<Type extends Report['type']> = Extract<Report, { readonly type: Type }>;
