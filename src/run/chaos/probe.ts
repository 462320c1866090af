import type { JourneySession, MessageLog, StepReply } from '../../journeys/contract.ts';
import type { DuringLimits } from '../../model/experiment.ts';
import { errorMessage } from '../../model/errors.ts';
import type { Journey } from '../../model/journey.ts';
import type { HttpRequest } from '../../ports/http.ts';
import { walkOn, type JourneyContext } from '../journey.ts';
import { answerOf, unlessHeldUp, worstOf } from './answers.ts';
import { startLag } from './lag.ts';
import type { Sample } from './measure.ts';

/** Walks under way at once; a system that hangs for minutes must not make us keep thousands of them. */
const MOST_UNDER_WAY = 200;
/** An attempt without any answer for so long hangs. Milliseconds. */
const DEADLINE_MS = 5_000;

export interface Probing {
  readonly journey: Journey;
  readonly intervalMs: number;
  readonly during: DuringLimits;
  /** Asked for each walk: a service that was started anew may have other ports. */
  readonly context: () => JourneyContext;
  readonly user: string;
  /** So many walks at once, every so often, in place of the pace; `undefined` while the pace holds. */
  readonly burst?: (() => Burst | undefined) | undefined;
  /** Milliseconds after which whoever walks goes away without an answer; such a walk says nothing of itself. */
  readonly leaveAfterMs?: (() => number | undefined) | undefined;
  /** The id of one walk, where its writes are counted; told before anything is sent. */
  readonly nonce?: (() => Promise<string>) | undefined;
  /** Told of each walk whose id was given. */
  readonly wrote?: ((nonce: string, sample: Sample, status: number | undefined) => void) | undefined;
}

export interface Burst {
  readonly size: number;
  readonly everyMs: number;
}

/** A journey that is walked again and again at its own pace, whatever becomes of it: an open model, which no fault slows down. */
export interface Probe {
  readonly samples: readonly Sample[];
  /** When the oldest walk that has no end yet was due; `undefined` when there is none. */
  readonly oldestMs: () => number | undefined;
  /** Launches no more walks, and waits for those under way, which have their deadline. */
  readonly stop: () => Promise<void>;
}

/** Begins to walk. Every second walk has connections of its own: a pool that is broken and a server that refuses are different faults. */
export function startProbe(probing: Probing): Probe {
  const { intervalMs, during } = probing;
  const context = probing.context();
  const { clock } = context.ports;
  const stop = new AbortController();
  const samples: Sample[] = [];
  const underWay = new Map<Promise<void>, number>();
  const deadlineMs = during.deadlineMs ?? DEADLINE_MS;
  const journey = withDeadline(probing.journey, deadlineMs);
  const lag = startLag({ clock }, AbortSignal.any([stop.signal, context.signal]));
  const pooled = context.ports.loadHttp(context.signal);
  let launched = 0;
  const take = async (dueMs: number, index: number): Promise<void> => {
    const fromMs = lag.heldUpMs();
    const sample = await walkOnce({ ...probing, journey }, { dueMs, pooled: index % 2 === 1 ? pooled : undefined });
    if (sample === undefined) return;
    insert(samples, { ...sample, answer: unlessHeldUp(sample.answer, { heldUpMs: lag.heldUpMs() - fromMs, deadlineMs }) });
  };
  const launch = (dueMs: number): void => {
    if (underWay.size >= MOST_UNDER_WAY) return;
    const walk = take(dueMs, (launched += 1)).finally(() => underWay.delete(walk));
    underWay.set(walk, dueMs);
  };
  // A few walks a second need no thread of their own to be on time, as a load's do.
  const { burst = () => undefined } = probing;
  const paced = pace({ clock, intervalMs, burst, signal: AbortSignal.any([stop.signal, context.signal]), launch });
  return {
    samples,
    // They were begun in the order in which they were due.
    oldestMs: () => underWay.values().next().value,
    stop: async () => {
      stop.abort();
      await paced;
      await Promise.all(underWay.keys());
      pooled[Symbol.dispose]();
    },
  };
}

async function walkOnce(
  { journey, during, context: now, user, nonce, wrote, leaveAfterMs }: Probing,
  { dueMs, pooled }: { readonly dueMs: number; readonly pooled: JourneyContext['ports']['http'] | undefined },
): Promise<Sample | undefined> {
  const context = now();
  const { clock, loadHttp } = context.ports;
  await using closing = new AsyncDisposableStack();
  const ended = new AbortController();
  closing.defer(() => ended.abort());
  const leaving = leaveAfterMs?.();
  if (leaving !== undefined)
    void clock.sleep(leaving, ended.signal).then(
      () => ended.abort(),
      () => undefined,
    );
  const connections =
    (leaving === undefined ? pooled : undefined) ?? closing.use(loadHttp(AbortSignal.any([context.signal, ended.signal])));
  const id = await nonce?.();
  // A write that the client sends again by itself would be the system's duplicate.
  const http = id === undefined ? connections : { request: (asked: HttpRequest) => connections.request({ ...asked, once: true }) };
  const replies: StepReply[] = [];
  const walker = { user, session: newSession(closing), messages: messagesOf(id), heard: (reply: StepReply) => void replies.push(reply) };
  try {
    const walk = await walkOn(journey, { ...context, ports: { ...context.ports, http } }, walker);
    if (walk.outcome === 'interrupted' || ended.signal.aborted) return undefined;
    const wrong = walk.steps.find(({ misses }) => misses.length > 0);
    const miss = worstOf(wrong?.misses ?? []);
    const sample: Sample = {
      dueMs,
      endMs: clock.monotonicMs(),
      answer: answerOf(walk, replies, during),
      ...(wrong === undefined || miss === undefined
        ? {}
        : {
            failure: {
              step: wrong.title,
              measured: miss.measured,
              expected: miss.expected,
              ...(wrong.curl === undefined ? {} : { curl: wrong.curl }),
            },
          }),
    };
    if (id !== undefined) wrote?.(id, sample, replies.at(-1)?.status);
    return sample;
  } catch (error) {
    const failure = { step: journey.name, measured: errorMessage(error), expected: 'a walk' };
    const sample: Sample = { dueMs, endMs: clock.monotonicMs(), answer: 'wrong', failure };
    if (id !== undefined) wrote?.(id, sample, undefined);
    return sample;
  }
}

/** Every step ends within the deadline, so that a hang is one. */
export function withDeadline(journey: Journey, deadlineMs: number): Journey {
  return { ...journey, steps: journey.steps.map((step) => ({ ...step, timeoutMs: Math.min(step.timeoutMs, deadlineMs) })) };
}

interface Pace {
  readonly clock: JourneyContext['ports']['clock'];
  readonly intervalMs: number;
  readonly burst: () => Burst | undefined;
  readonly signal: AbortSignal;
  readonly launch: (dueMs: number) => void;
}

/** Launches at its times, and those that it is late for at once; never waits for what it launched. */
async function pace({ clock, intervalMs, burst, signal, launch }: Pace): Promise<void> {
  for (let dueMs = clock.monotonicMs(); !signal.aborted;) {
    await clock.sleep(Math.max(0, dueMs - clock.monotonicMs()), signal).catch(() => undefined);
    if (signal.aborted) return;
    const now = burst();
    for (let left = now?.size ?? 1; left > 0; left -= 1) launch(dueMs);
    dueMs += now?.everyMs ?? intervalMs;
  }
}

/** Walks end out of order; what is measured goes by the time at which they were due. */
function insert(samples: Sample[], sample: Sample): void {
  let at = samples.length;
  while (at > 0 && (samples[at - 1]?.dueMs ?? 0) > sample.dueMs) at -= 1;
  samples.splice(at, 0, sample);
}

export function newSession(closing: AsyncDisposableStack): JourneySession {
  const values = new Map<string, unknown>();
  return {
    get: <Value>(key: string) => values.get(key) as Value | undefined,
    set: (key, value, close) => {
      values.set(key, value);
      if (close) closing.defer(close);
    },
  };
}

/** Messages are not followed here; a walk whose writes are counted has one id for all its steps. */
export function messagesOf(id: string | undefined): MessageLog {
  return {
    nonce: () => id ?? crypto.randomUUID(),
    sent: () => undefined,
    arrived: () => undefined,
    gaveUp: () => undefined,
  };
}
