import { segmentsOf } from '../../model/load-shape.ts';
import { whyFull } from '../../model/load-levels.ts';
import type { LoadLevel } from '../../model/load.ts';
import { arrivalsOf } from './arrivals.ts';
import { Level } from './level.ts';
import type { Ended, Schedule } from './schedule.ts';

/** Equal parts of the time: as many levels at most, and what is kept for the time after the climb. */
const PARTS = 14;
const RECOVERY = 4;
/** Arrivals under way at which a system is full, whatever it answers in the end: each holds a socket. */
const MOST_UNDER_WAY = 3_000;
/** A part of the arrivals of a level that nothing has come back for when it ends: beyond what the first level had under way. */
const PENDING = 0.25;
/** The generator is at its own end when it is so late. Milliseconds. */
const LATE = { once: 250, p90: 20 } as const;

export interface Climbing {
  readonly users: number;
  readonly perUserPerMinute: number;
  readonly durationMs: number;
  readonly random: () => number;
  readonly underWay: () => number;
}

/**
 * Step load to the knee: twice as many users from level to level until the system does not keep up, then twice as many again (what
 * does it tell those whom it cannot serve?), then as few as in the beginning (is it itself again?). A level at which the generator
 * itself is at its end is nobody's, and ends the climb.
 */
export class Climb implements Schedule {
  readonly arrivals: Iterable<number>;
  readonly durationMs: number;
  /** Why it ended before the system was full. */
  summit: string | undefined;
  readonly #options: Climbing;
  readonly #levels: Level[] = [];
  readonly #levelOf = new Map<number, Level>();
  #startMs = 0;
  #asked = 0;
  /** The level goes no further. */
  #cut = false;
  #exhausted = false;

  constructor(options: Climbing) {
    this.#options = options;
    this.durationMs = options.durationMs;
    this.arrivals = this.#climb();
  }

  /** Levels of which the generator did what it should. */
  get levels(): LoadLevel[] {
    return this.#levels.map((level) => level.store());
  }

  /** Arrivals a second of its highest level. */
  get perSecond(): number {
    return Math.max(...this.#levels.map(({ perSecond }) => perSecond));
  }

  turn(index: number): { user: number; walk: number } {
    const { users } = this.#levelOf.get(index) ?? { users: 1 };
    return { user: index % users, walk: Math.floor(index / users) };
  }

  begin(startMs: number): void {
    this.#startMs = startMs;
  }

  launched({ index, dueMs, nowMs }: { index: number; dueMs: number; nowMs: number }): void {
    this.#levelOf.get(index)?.launched(nowMs - dueMs);
    if (nowMs - dueMs > LATE.once) this.#cut = true;
  }

  ended({ index, dueMs, endMs, walked }: Ended): void {
    this.#levelOf.get(index)?.took(walked, endMs - dueMs);
    this.#levelOf.delete(index);
    this.#exhausted ||= walked.steps.some(({ miss }) => miss?.what === 'exhausted');
    this.#cut ||= this.#exhausted;
    const atMs = endMs - this.#startMs;
    if (walked.end === 'kept') this.#levels.findLast(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.done();
  }

  asked(): number {
    return this.#asked;
  }

  *#climb(): Generator<number, void, undefined> {
    const { users, durationMs } = this.#options;
    const partMs = durationMs / PARTS;
    const climbing = PARTS - RECOVERY - 1;
    let atMs = 0;
    let full = false;
    for (let step = 0; step < climbing && !full; step += 1) {
      const level = this.#open({ part: 'climb', users: users * 2 ** step, fromMs: atMs, toMs: atMs + partMs });
      yield* this.#at(level);
      atMs = level.toMs;
      if (this.#isLate(level)) return this.#end(`the generator is at its own end at ${level.perSecond.toFixed(0)} arrivals a second`);
      full = this.#whyFull(level) !== undefined;
      if (full) level.part = 'full';
    }
    const highest = this.#levels.at(-1);
    if (!full || highest === undefined)
      return this.#end(`it kept up with all of ${highest?.perSecond.toFixed(0) ?? 'no'} arrivals a second, and there was no time for more`);
    const more = this.#options.underWay() >= MOST_UNDER_WAY ? 1 : 2;
    const over = this.#open({ part: 'overload', users: highest.users * more, fromMs: atMs, toMs: atMs + partMs });
    yield* this.#at(over);
    atMs = over.toMs;
    // What a full system says does not depend on some milliseconds; what never left this machine is not its word.
    if (this.#exhausted) this.#drop(over);
    this.#cut = false;
    for (let part = 0; part < RECOVERY; part += 1) {
      const after = this.#open({ part: 'recovery', users, fromMs: atMs, toMs: atMs + partMs });
      yield* this.#at(after);
      atMs = after.toMs;
    }
  }

  /** The arrivals of a level, or of its beginning where that is enough to know that nothing more fits. */
  *#at(level: Level): Generator<number, void, undefined> {
    const { random, perUserPerMinute, underWay } = this.#options;
    const segments = segmentsOf({ users: level.users, perUserPerMinute, durationMs: level.toMs - level.fromMs });
    for (const withinMs of arrivalsOf(segments, { type: 'poisson', random })) {
      const dueMs = level.fromMs + withinMs;
      if (level.part !== 'recovery' && (this.#cut || underWay() >= MOST_UNDER_WAY)) {
        level.toMs = dueMs;
        return;
      }
      this.#levelOf.set(this.#asked, level);
      this.#asked += 1;
      level.arrivals += 1;
      yield dueMs;
    }
  }

  #open(named: Pick<LoadLevel, 'part' | 'users' | 'fromMs' | 'toMs'>): Level {
    const level = new Level({ ...named, perSecond: (named.users * this.#options.perUserPerMinute) / 60 });
    this.#levels.push(level);
    return level;
  }

  #isLate(level: Level): boolean {
    const late = this.#cut || level.lagMs > LATE.p90;
    this.#cut = false;
    return late;
  }

  #whyFull(level: Level): string | undefined {
    const [first] = this.#levels;
    if (this.#options.underWay() >= MOST_UNDER_WAY) return `${MOST_UNDER_WAY} arrivals were under way`;
    const stored = level.store();
    const usual = first === level ? 1 : PENDING + (first?.store().latency?.p90 ?? 0) / (level.toMs - level.fromMs);
    if (level.pending / Math.max(1, level.arrivals) > usual) return 'arrivals wait longer than the level lasts';
    // What has not come back yet is no failure.
    return whyFull({ ...stored, arrivals: Math.max(1, level.ended) }, first?.store());
  }

  #drop(level: Level): void {
    this.#levels.splice(this.#levels.indexOf(level), 1);
  }

  /** The climb ends here, and its last level does not count when it is the generator's. */
  #end(why: string): void {
    this.summit = why;
    const last = this.#levels.at(-1);
    if (last && why.startsWith('the generator')) this.#drop(last);
  }
}
