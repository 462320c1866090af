import { DistributionCounts } from '../../lib/histogram.ts';
import type { LoadThread, LoadThreads } from '../contract.ts';
import type { Driven } from './drive.ts';
import type { Order, Report, Reporting, Share, SoFar } from './worker-line.ts';

/** Which report answers an order. */
const ANSWERS = { calibrate: 'calibrated', begin: 'walked', settle: 'settled', finish: 'finished' } as const;
type Asking = Extract<Order, { readonly type: keyof typeof ANSWERS }>;

export interface Hooks {
  readonly counted: (soFar: SoFar) => void;
  /** It is over before it was done. */
  readonly died: () => void;
}

/** One worker of a load, as the thread that started it sees it. */
export class Hand {
  /** How late it was with its own arrivals. */
  readonly lag = new DistributionCounts();
  /** What it said at the end of its walks. */
  driven: Driven | undefined;
  asked = 0;
  /** Why it was over before it was done. */
  died: string | undefined;
  readonly #thread: LoadThread;
  readonly #hooks: Hooks;
  readonly #gone = Promise.withResolvers<void>();
  #finished = false;
  #awaited: { readonly type: Report['type']; readonly resolve: (report: Report | undefined) => void } | undefined;

  constructor(threads: LoadThreads, share: Share, hooks: Hooks) {
    this.#hooks = hooks;
    this.#thread = threads.start(share, { said: (report) => this.#hear(report as Report), ended: (why) => this.#end(why) });
  }

  /** When it is there; `undefined` if it never is. */
  ready(): Promise<Reporting<'ready'> | undefined> {
    return this.#await('ready');
  }

  /** What it answers; `undefined` when it died instead. One question at a time. */
  ask<Kind extends Asking['type']>(
    order: Extract<Asking, { readonly type: Kind }>,
  ): Promise<Reporting<(typeof ANSWERS)[Kind]> | undefined> {
    this.#thread.tell(order);
    return this.#await(ANSWERS[order.type]);
  }

  tell(order: Order): void {
    if (this.died === undefined) this.#thread.tell(order);
  }

  /** Ends it where it stands, unless it is done. */
  async stop(): Promise<void> {
    if (!this.#finished) await this.#thread.end();
  }

  /** Who is done closes what it holds open within this time; who is not is ended. */
  async leave(withinMs: number): Promise<void> {
    const impatience = Promise.withResolvers<void>();
    const timer = setTimeout(impatience.resolve, this.#finished ? withinMs : 0);
    await Promise.race([this.#gone.promise, impatience.promise]);
    clearTimeout(timer);
    await this.#thread.end();
  }

  #await<Type extends Report['type']>(type: Type): Promise<Reporting<Type> | undefined> {
    if (this.died !== undefined) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<Report | undefined>();
    this.#awaited = { type, resolve };
    return promise as Promise<Reporting<Type> | undefined>;
  }

  #hear(report: Report): void {
    if ('counts' in report) {
      this.lag.merge(report.counts.lag);
      this.#hooks.counted(report);
    }
    if (report.type === 'walked') {
      this.driven = report.driven;
      this.asked = report.asked;
    }
    if (report.type === 'finished') this.#finished = true;
    if (this.#awaited?.type === report.type) this.#awaited.resolve(report);
  }

  #end(why: string): void {
    this.#gone.resolve();
    if (this.#finished) return;
    this.died = why;
    this.#awaited?.resolve(undefined);
    this.#hooks.died();
  }
}
