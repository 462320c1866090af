import type { EffectWalks } from '../../model/effects.ts';
import type { Journey } from '../../model/journey.ts';
import { walkAlone, type JourneyContext } from '../journey.ts';

/** Kinds of outcomes that are told apart. */
const KINDS = 12;
const BESIDE_MS = 50;

type Walked = Awaited<ReturnType<typeof walkAlone>>;
type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** Counts what became of walks. */
export class WalkCounts {
  readonly #counts: Mutable<EffectWalks> = { kept: 0, refused: 0, missed: 0, cut: 0, outcomes: {} };
  #walks = 0;

  add({ run }: Pick<Walked, 'run'>): 'kept' | 'refused' | 'missed' | 'cut' {
    this.#walks += 1;
    const wrong = run.steps.find(({ misses }) => misses.length > 0);
    const refused = wrong?.retryAfter === true;
    const end = run.outcome === 'passed' ? 'kept' : run.outcome === 'interrupted' ? 'cut' : refused ? 'refused' : 'missed';
    this.#counts[end] += 1;
    const last = run.steps.at(-1);
    this.#outcome(end === 'cut' ? 'cut off' : String(wrong?.status ?? wrong?.misses[0]?.what ?? last?.status ?? 'done'));
    if (end === 'refused') this.#counts.firstRefused ??= this.#walks;
    const [miss] = wrong?.misses ?? [];
    if (end === 'missed' && wrong && miss) this.#counts.miss ??= { ...miss, step: wrong.title };
    return end;
  }

  facts(): EffectWalks {
    return { ...this.#counts, outcomes: { ...this.#counts.outcomes } };
  }

  #outcome(name: string): void {
    const { outcomes } = this.#counts;
    const key = Object.hasOwn(outcomes, name) || Object.keys(outcomes).length < KINDS ? name : 'others';
    outcomes[key] = (outcomes[key] ?? 0) + 1;
  }
}

export interface Walking {
  readonly walks: number;
  readonly atOnce: number;
  /** The name of the n-th walk's user. */
  readonly user: (index: number) => string;
  readonly ended: (walked: Walked) => void;
  /** Where what walks open is kept; without it, each walk closes its own. */
  readonly keep?: AsyncDisposableStack | undefined;
}

/** Walks a journey so many times, so many at once, each time with a session of its own. */
export async function walkMany(journey: Journey, context: JourneyContext, { walks, atOnce, user, ended, keep }: Walking): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < walks && !context.signal.aborted) {
      const index = next;
      next += 1;
      await using own = new AsyncDisposableStack();
      ended(await walkAlone(journey, context, { user: user(index), closing: keep ?? own }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(walks, atOnce) }, lane));
}

/** Walks a journey again and again until the signal, and once more: however fast the others were, somebody came after them. */
export async function walkBeside(journey: Journey, context: JourneyContext, over: AbortSignal): Promise<EffectWalks> {
  const counts = new WalkCounts();
  for (let last = false; !context.signal.aborted;) {
    await using own = new AsyncDisposableStack();
    counts.add(await walkAlone(journey, context, { user: 'gauntlet-beside', closing: own }));
    if (last) break;
    await context.ports.clock.sleep(BESIDE_MS, over).catch(() => undefined);
    last = over.aborted;
  }
  return counts.facts();
}
