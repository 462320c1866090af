import { DistributionCounts } from '../../lib/histogram.ts';
import { medianOf } from '../../lib/statistics/trend.ts';
import type { LoadJourney, Walked } from '../../loads/contract.ts';
import type { Block, BlockPair } from '../../model/comparison.ts';
import type { Sampler } from '../../stacks/contract.ts';
import type { RunContext } from '../context.ts';

/** Walks of one side under way at once, beyond which arrivals are left out: it must not take the other one's turn. */
const MOST_IN_FLIGHT = 256;
/** The sides take turns so often that what disturbs the machine disturbs both. Milliseconds. */
const TURN_MS = 100;

export interface Side {
  readonly name: Block['side'];
  readonly journey: LoadJourney;
  readonly sampler: Sampler | undefined;
}

export interface BlockShape {
  readonly perSecond: number;
  /** Of each side. */
  readonly durationMs: number;
  readonly users: number;
  readonly random: () => number;
}

/** One block of each side: both are cut into turns, which follow one another in random order. Walks begin independently of each other. */
export async function walkPair(context: RunContext, sides: readonly [Side, Side], shape: BlockShape): Promise<BlockPair> {
  const { clock } = context.ports;
  const blocks = [new Walking(sides[0], shape.users, context), new Walking(sides[1], shape.users, context)] as const;
  const turns = turnsOf(shape);
  for (const block of blocks) await block.begin();
  await clock.pace(
    turns.map(({ dueMs }) => dueMs),
    { signal: context.signal, begin: () => undefined, launch: launching(turns, blocks) },
  );
  return [await blocks[0].end(), await blocks[1].end()];
}

interface Turn {
  readonly turn: number;
  readonly dueMs: number;
  readonly side: 0 | 1;
}

function launching(turns: readonly Turn[], blocks: readonly [Walking, Walking]): () => void {
  let next = 0;
  return () => {
    const turn = turns[next];
    next += 1;
    if (turn) blocks[turn.side].launch(turn.turn);
  };
}

/** Arrivals of a Poisson process of which the number is known: equally many in every turn, equally many turns of each side. */
function turnsOf({ perSecond, durationMs, random }: BlockShape): Turn[] {
  // A turn has three walks at least, on average.
  const turnMs = Math.max(TURN_MS, 3_000 / perSecond);
  const each = Math.max(2, Math.round(durationMs / turnMs));
  const order = shuffled([...Array.from({ length: each }, () => 0 as const), ...Array.from({ length: each }, () => 1 as const)], random);
  const walks = Math.max(1, Math.round((perSecond * turnMs) / 1_000));
  return order.flatMap((side, turn) => {
    const places = Array.from({ length: walks }, () => (turn + random()) * turnMs).sort((a, b) => a - b);
    return places.map((dueMs): Turn => ({ turn, dueMs, side }));
  });
}

function shuffled<Item>(items: Item[], random: () => number): Item[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [one, two] = [items[last], items[other]];
    if (one !== undefined && two !== undefined) [items[last], items[other]] = [two, one];
  }
  return items;
}

/** The walks of one side. */
class Walking {
  readonly #side: Side;
  readonly #users: number;
  readonly #clock: RunContext['ports']['clock'];
  readonly #times = new DistributionCounts();
  readonly #turns = new Map<number, number[]>();
  readonly #under = new Set<Promise<void>>();
  #walks = 0;
  #failed = 0;
  #before: Used = new Map();

  constructor(side: Side, users: number, { ports }: RunContext) {
    this.#side = side;
    this.#users = users;
    this.#clock = ports.clock;
  }

  async begin(): Promise<void> {
    this.#before = await cpuOf(this.#side.sampler);
  }

  launch(turn: number): void {
    this.#walks += 1;
    if (this.#under.size >= MOST_IN_FLIGHT) {
      this.#failed += 1;
      return;
    }
    const one = this.#side.journey.walk(this.#walks % this.#users).then((walked) => {
      this.#take(turn, walked);
      this.#under.delete(one);
    });
    this.#under.add(one);
  }

  async end(): Promise<Block> {
    await Promise.all(this.#under);
    const cpuMs = usedSince(this.#before, await cpuOf(this.#side.sampler));
    const part = (quantile: number): number => (this.#times.count === 0 ? 0 : this.#times.quantile(quantile) / 1_000);
    const counts = { walks: this.#walks, failed: this.#failed };
    const turns = [...this.#turns.values()].map((times) => Number(medianOf(times).toFixed(3)));
    return { side: this.#side.name, ...counts, p50: part(0.5), p99: part(0.99), turns, ...(cpuMs === undefined ? {} : { cpuMs }) };
  }

  #take(turn: number, { end, startedMs }: Walked): void {
    if (end !== 'kept') {
      this.#failed += 1;
      return;
    }
    const ms = this.#clock.monotonicMs() - startedMs;
    this.#times.record(ms * 1_000);
    const others = this.#turns.get(turn);
    if (others) others.push(ms);
    else this.#turns.set(turn, [ms]);
  }
}

/** CPU time of each replica since it began. */
type Used = ReadonlyMap<string, { readonly service: string; readonly cpuMs: number }>;

async function cpuOf(sampler: Sampler | undefined): Promise<Used> {
  const usages = (await sampler?.take())?.usages ?? [];
  return new Map(usages.map(({ life, service, cpuMs }) => [life, { service, cpuMs }]));
}

/** `undefined` where it cannot be seen, or a replica came or went. */
function usedSince(before: Used, after: Used): Record<string, number> | undefined {
  if (before.size === 0 || before.size !== after.size) return undefined;
  const used: Record<string, number> = {};
  for (const [life, { service, cpuMs }] of after) {
    const earlier = before.get(life);
    if (earlier === undefined) return undefined;
    used[service] = (used[service] ?? 0) + cpuMs - earlier.cpuMs;
  }
  return used;
}
