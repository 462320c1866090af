import { inSmallYoungHeap } from '../../lib/young-heap.ts';
import { mergedCompletion, mergedMessages } from '../../model/merged-facts.ts';
import type { LoadContext, Population, Stray } from '../contract.ts';
import { serve } from './calibrate.ts';
import type { Driven } from './drive.ts';
import { Hand } from './hand.ts';
import { partsOf, recorderOf, type Measured } from './measure.ts';
import { partOf } from './part.ts';
import { Recorder } from './recorder.ts';
import type { UnderWay } from './under-way.ts';
import { watched } from './watch.ts';
import type { Calibration, Share, SoFar } from './worker-line.ts';

/** From the word to begin to the beginning: all have heard it by then. Milliseconds. */
const LEAD_MS = 50;
/** Within so much all are done when somebody stops the run; whoever is not is left behind. */
const STOP_MS = 600;

/** They close what they hold open, unless that takes longer. */
const LEAVE_MS = 700;
const HASTY_MS = 200;

export interface Sharing extends Omit<Share, 'part' | 'underWay'> {
  /** How many threads. */
  readonly of: number;
  readonly under: UnderWay;
  readonly durationMs: number;
}

/** The threads that share a load. Each has every so many-eth user; what they count is merged here as it comes. */
export class Crew implements AsyncDisposable {
  readonly #context: LoadContext;
  readonly #sharing: Sharing;
  readonly #hands: readonly Hand[];
  /** Ends the load for all. */
  readonly #stop = new AbortController();
  readonly #deaf: () => void;
  #hurry: NodeJS.Timeout | undefined;
  #recorder = new Recorder({ durationMs: 1, journeys: [] }, 1);

  private constructor(context: LoadContext, sharing: Sharing) {
    this.#context = context;
    this.#sharing = sharing;
    const { of, under, options, seed } = sharing;
    const hooks = { counted: (soFar: SoFar) => this.#take(soFar), died: () => this.#stop.abort(new Error('a worker died')) };
    this.#hands = Array.from(
      { length: of },
      (_, index) => new Hand(context.threads, { options, seed, part: { index, of }, underWay: under.cell }, hooks),
    );
    const { signal } = context;
    this.#stop.signal.addEventListener('abort', () => this.#end(this.died !== undefined));
    const cut = (): void => {
      this.#end(true);
      this.#hurry = setTimeout(() => void Promise.all(this.#hands.map((hand) => hand.stop())), STOP_MS);
    };
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut);
    this.#deaf = () => signal.removeEventListener('abort', cut);
  }

  /** Starts them, and waits until all are there. */
  static async start(context: LoadContext, sharing: Sharing): Promise<Crew> {
    const crew = new Crew(context, sharing);
    const ready = await Promise.all(crew.#hands.map((hand) => hand.ready()));
    const journeys = ready.find((report) => report !== undefined)?.journeys ?? [];
    crew.#recorder = recorderOf(journeys, sharing.durationMs);
    return crew;
  }

  /** Why the numbers of all are nobody's: one of them was gone before its end. */
  get died(): string | undefined {
    const index = this.#hands.findIndex(({ died }) => died !== undefined);
    return index === -1 ? undefined : `worker ${index + 1} of ${this.#hands.length} was gone before its end: ${this.#hands[index]?.died}`;
  }

  /** All at the same time, as in the load; the worst of them counts. */
  async calibrate({ perSecond }: { perSecond: number }): Promise<Calibration> {
    await using server = await serve(this.#context.ports);
    const order = { type: 'calibrate' as const, url: server.url, perSecond: perSecond / this.#hands.length };
    const reports = await Promise.all(this.#hands.map((hand) => hand.ask(order)));
    const all = reports.map((report) => report?.calibration ?? { samples: 0, perSecond: 0, p50: 0, p99: 0 });
    const worst = (of: (calibration: Calibration) => number): number => Math.max(...all.map(of));
    return {
      samples: Math.min(...all.map(({ samples }) => samples)),
      perSecond: all.reduce((sum, { perSecond }) => sum + perSecond, 0),
      p50: worst(({ p50 }) => p50),
      p99: worst(({ p99 }) => p99),
    };
  }

  /** Has them walk their parts of the load; resolves when all have ended, or one of them is gone. */
  async measure(): Promise<Measured> {
    const { clock } = this.#context.ports;
    const atMs = clock.monotonicMs() + clock.sharedOffsetMs() + LEAD_MS;
    await using watch = watched(this.#context, { recorder: this.#recorder, under: this.#sharing.under, stop: this.#stop });
    const facts = await inSmallYoungHeap(async () => {
      await Promise.all(this.#hands.map((hand) => hand.ask({ type: 'begin', atMs })));
      // What belongs to users of others is told to them before anybody counts what became of theirs.
      await Promise.all(this.#hands.map((hand) => hand.ask({ type: 'settle' })));
      return Promise.all(this.#hands.map((hand) => hand.ask({ type: 'finish' })));
    });
    const workers = this.#hands.map(({ lag, driven }) => ({
      arrivals: driven?.launched ?? lag.count,
      lag: partsOf(lag),
      busy: driven?.busy ?? 0,
    }));
    return {
      recorder: this.#recorder,
      driven: this.#driven(),
      facts: mergedFacts(facts.flatMap((report) => (report === undefined ? [] : [report.facts]))),
      aborted: watch.aborted(),
      asked: this.#hands.reduce((sum, { asked }) => sum + asked, 0),
      lag: {
        p50: Math.max(...workers.map(({ lag }) => lag.p50)),
        p99: Math.max(...workers.map(({ lag }) => lag.p99)),
        max: Math.max(...workers.map(({ lag }) => lag.max)),
      },
      workers,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#deaf();
    clearTimeout(this.#hurry);
    const withinMs = this.#context.signal.aborted ? HASTY_MS : LEAVE_MS;
    await Promise.all(this.#hands.map((hand) => hand.leave(withinMs)));
  }

  #take({ counts, strays }: SoFar): void {
    this.#recorder.merge(counts);
    const byOwner = Map.groupBy(strays, ({ owner }: Stray) => partOf(owner, this.#hands.length));
    for (const [index, own] of byOwner) this.#hands[index]?.tell({ type: 'strays', strays: own });
  }

  /** As they would be of one: the worst of them counts for all. */
  #driven(): Driven {
    const all = this.#hands.map(({ driven, lag }): Driven => driven ?? { ...GONE, launched: lag.count });
    const add = (of: (driven: Driven) => number): number => all.reduce((sum, driven) => sum + of(driven), 0);
    return {
      launched: add(({ launched }) => launched),
      dropped: add(({ dropped }) => dropped),
      mostInFlight: this.#sharing.under.most,
      durationMs: Math.max(...all.map(({ durationMs }) => durationMs)),
      busy: Math.max(...all.map(({ busy }) => busy)),
      hopeless: all.some(({ hopeless }) => hopeless),
    };
  }

  /** Nothing more begins; `walks`: nor does what is under way go on. */
  #end(walks: boolean): void {
    for (const hand of this.#hands) hand.tell({ type: 'stop', walks });
  }
}

const GONE: Driven = { launched: 0, dropped: 0, mostInFlight: 0, durationMs: 0, busy: 0, hopeless: false };

type Facts = ReturnType<Population['facts']>;

/** Threads have no user in common. */
function mergedFacts(all: readonly Facts[]): Facts {
  const messages = mergedMessages(all.flatMap(({ messages }) => messages ?? []));
  const completion = mergedCompletion(all.flatMap(({ completion }) => completion ?? []));
  return { ...(messages ? { messages } : {}), ...(completion ? { completion } : {}) };
}
