import { Heap } from '../../lib/heap.ts';
import type { Due } from '../../ports/index.ts';
import { partOf, WHOLE, type Part } from './part.ts';
import type { Schedule, Turn } from './schedule.ts';

interface Waiting {
  readonly dueMs: number;
  readonly user: number;
  readonly walk: number;
}

export interface Closed {
  readonly users: number;
  /** About how long a user thinks: from half of it to one and a half, so that users who were in step do not stay so. */
  readonly thinkMs: number;
  /** The time within which all come. */
  readonly withinMs: number;
  readonly durationMs: number;
  readonly random: () => number;
  readonly monotonicMs: () => number;
  /** Without it, all of it. */
  readonly part?: Part;
}

/**
 * The closed model: so many users, each of whom waits for an answer, thinks, and asks again. A system that is slow is asked less often:
 * what a fixed number of agents does, and never how to find out how many strangers a system bears.
 */
export function closedSchedule({ users, thinkMs, withinMs, durationMs, random, monotonicMs, part = WHOLE }: Closed): Schedule {
  const waiting = new Heap<Waiting>((one, other) => one.dueMs - other.dueMs);
  for (let user = 0; user < users; user += 1)
    if (partOf(user, part.of) === part.index) waiting.push({ dueMs: (withinMs * user) / users, user, walk: 0 });
  const turns = new Map<number, Turn>();
  let [asked, startMs, nextMs] = [0, 0, 0];
  let wake = (): void => undefined;
  let woken = false;
  const next = (): IteratorResult<Due, undefined> => {
    const nowMs = monotonicMs() - startMs;
    if (nowMs >= durationMs && startMs > 0) return { done: true, value: undefined };
    const first = waiting.peek();
    // Who is due only later may be overtaken by somebody who is still waiting for an answer.
    if (first === undefined || first.dueMs > nowMs) {
      nextMs = Math.min(durationMs, first?.dueMs ?? durationMs);
      return { done: false, value: { notBeforeMs: nextMs } };
    }
    waiting.pop();
    turns.set(asked, first);
    asked += 1;
    return { done: false, value: first.dueMs };
  };
  return {
    arrivals: { [Symbol.iterator]: () => ({ next }) },
    turn: (index) => turns.get(index) ?? { user: 0, walk: 0 },
    begin: (atMs, soon) => {
      [startMs, wake] = [atMs, soon];
    },
    launched: () => undefined,
    ended: ({ index, endMs }) => {
      const turn = turns.get(index);
      turns.delete(index);
      if (turn === undefined) return;
      const dueMs = endMs - startMs + thinkMs * (0.5 + random());
      waiting.push({ dueMs, user: turn.user, walk: turn.walk + 1 });
      if (dueMs >= nextMs || woken) return;
      // All whose answers have come in this turn go on together: a system that is woken for each of them does half as much.
      woken = true;
      setImmediate(() => {
        woken = false;
        wake();
      });
    },
    asked: () => asked,
    durationMs,
  };
}
