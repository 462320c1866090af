import type { JourneySession, MessageLog, StepPlugin, StepReply } from '../journeys/contract.ts';
import { countTokens, TOKENIZER } from '../lib/tokens.ts';
import type { JourneyEvidence } from '../model/evidence.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import { isBudget, type Expectation, type Journey, type JourneyStep, type JourneyStepRun, type Miss } from '../model/journey.ts';
import { capture, checkLimit, checkStep, type Measured } from './expectations.ts';
import { MESSAGES, namedIn, planOf, stepKindOf, type JourneyContext, type Nonced, type PlannedStep } from './journey-plan.ts';
import { MessageLedger } from './messages.ts';
import { fillJson, fillTemplate } from './template.ts';

const EXCERPT_CHARACTERS = 500;

export type { JourneyContext } from './journey-plan.ts';

type JourneyRun = Pick<JourneyEvidence, 'outcome' | 'durationMs' | 'steps' | 'totals' | 'messages'>;

/** A user with what is open for it. */
export interface Walker {
  readonly user: string;
  readonly session: JourneySession;
  readonly messages: MessageLog;
  /** Hears every answer whole, as it came. */
  readonly heard?: (reply: StepReply) => void;
}

/** Walks a journey once, as one user. Stops at the first wrong answer, never at a missed budget: what comes later must be seen too. */
export async function runJourney(journey: Journey, { user, ...context }: JourneyContext & { readonly user: string }): Promise<JourneyRun> {
  const ledger = new MessageLedger(() => user);
  await using closing = new AsyncDisposableStack();
  const {
    places: _,
    captured: __,
    ...run
  } = await walkOn(journey, context, { user, session: newSession(closing), messages: ledger.of(0) });
  const messages = ledger.facts();
  return { ...run, ...(messages === undefined ? {} : { messages }) };
}

/** The same for one case of an evaluation: with what it gives, and what was captured on the way. */
export async function walkGiven(
  journey: Journey,
  { user, ...context }: JourneyContext & { readonly user: string },
): Promise<{ readonly run: JourneyRun; readonly captured: Readonly<Record<string, string>> }> {
  await using closing = new AsyncDisposableStack();
  const messages = new MessageLedger(() => user).of(0);
  const { captured, ...run } = await walkOn(journey, context, { user, session: newSession(closing), messages });
  return { run, captured };
}

/**
 * The same as a user whose session goes on from walk to walk: what it holds open when the walk begins is not opened again.
 * `places` are those of the steps that were taken, from 1.
 */
export async function walkOn(
  journey: Journey,
  context: JourneyContext,
  walker: Walker,
): Promise<JourneyRun & { readonly places: readonly number[]; readonly captured: Readonly<Record<string, string>> }> {
  const from = context.ports.clock.monotonicMs();
  const walk = new Walk(journey, context, walker);
  const plan = planOf(journey, context);
  const places: number[] = [];
  const held = plan.filter(({ step, kind }) => kind.held?.(step.options, walker.session));
  for (const planned of plan) {
    if (held.includes(planned)) continue;
    if (context.signal.aborted) break;
    places.push(planned.place);
    const reply = await walk.take(planned);
    const tokens = planned.countsTokens ? await countTokens(reply.text) : undefined;
    if (!walk.took(planned, reply, tokens)) break;
  }
  return { ...walk.finish(context.ports.clock.monotonicMs() - from, held.length), places, captured: walk.captured };
}

/** What one walk with a session of its own came to; what it opened is closed by `closing`. */
export async function walkAlone(
  journey: Journey,
  context: JourneyContext,
  { user, closing }: { readonly user: string; readonly closing: AsyncDisposableStack },
): Promise<{
  readonly run: JourneyRun;
  readonly captured: Readonly<Record<string, string>>;
  readonly state: () => 'nothing' | 'open' | 'lost';
}> {
  const session = newSession(closing);
  const messages = new MessageLedger(() => user).of(0);
  const { captured, ...run } = await walkOn(journey, context, { user, session, messages });
  return { run, captured, state: () => openFor([journey], session) };
}

/** Whether a step of the journey leaves something open for its user. */
export function holdsOpen({ steps }: Journey): boolean {
  return steps.some((step) => stepKindOf(step).held !== undefined);
}

/** What a user of the journeys holds open, and whether the system still does. */
export function openFor(journeys: readonly Journey[], session: JourneySession): 'nothing' | 'open' | 'lost' {
  const holding = journeys.flatMap(({ steps }) => steps).filter((step) => stepKindOf(step).held?.(step.options, session));
  if (holding.length === 0) return 'nothing';
  return holding.some((step) => stepKindOf(step).lost?.(session)) ? 'lost' : 'open';
}

/** The state of one walk: what was captured, what each step left. */
class Walk {
  readonly #journey: Journey;
  readonly #context: JourneyContext;
  readonly #walker: Walker;
  readonly #captured: Record<string, string> = {};
  readonly #steps: JourneyStepRun[] = [];
  /** The step under way, filled for this walk. */
  #taken: JourneyStep | undefined;

  constructor(journey: Journey, context: JourneyContext, walker: Walker) {
    this.#journey = journey;
    this.#context = context;
    this.#walker = walker;
  }

  get captured(): Readonly<Record<string, string>> {
    return this.#captured;
  }

  /** Runs one step. */
  take({ step, kind, isFixed, again }: PlannedStep): Promise<StepReply> {
    if (again) return again();
    const values = this.#values();
    // The title stays as written: ports and nonces would make every run's finding a different one.
    this.#taken = isFixed ? step : { ...step, expect: fillExpectation(step.expect, values) };
    return this.#run(kind, this.#taken, values);
  }

  /** Looks at what a step left; tells whether the journey can go on. */
  took({ step, kind, title, isFixed }: PlannedStep, reply: StepReply, tokens: number | undefined): boolean {
    this.#walker.heard?.(reply);
    const { expect } = isFixed ? step : (this.#taken ?? step);
    const misses = [...checkStep(withTokens(reply, tokens), expect, kind.accepts), ...this.#capture(reply, step)];
    this.#steps.push(this.#stepRun({ title, type: step.type, tokens }, reply, misses));
    return misses.every(isBudget);
  }

  /** `held`: steps that were not needed. */
  finish(durationMs: number, held: number): JourneyRun {
    const { expect, steps: planned } = this.#journey;
    let [bytes, tokens, wrong, missed] = [0, undefined as number | undefined, false, false];
    for (const step of this.#steps) {
      bytes += step.bytes ?? 0;
      if (step.tokens !== undefined) tokens = (tokens ?? 0) + step.tokens;
      missed ||= step.misses.length > 0;
      wrong ||= !step.misses.every(isBudget);
    }
    const complete = this.#steps.length + held === planned.length && !wrong;
    const totals = totalsOf({ durationMs, bytes, tokens }, expect);
    return {
      outcome: this.#outcome(complete && !missed && totals.length === 0),
      durationMs,
      steps: complete && totals.length > 0 ? [...this.#steps, totalStep(durationMs, totals)] : this.#steps,
      totals: tokens === undefined ? { bytes } : { bytes, tokens, tokenizer: TOKENIZER },
    };
  }

  #outcome(kept: boolean): JourneyRun['outcome'] {
    if (kept) return 'passed';
    if (this.#context.signal.aborted) return 'interrupted';
    const last = this.#steps.at(-1);
    return last?.misses.some(({ what }) => what === 'connection') ? 'unreachable' : 'failed';
  }

  async #run(plugin: StepPlugin, step: JourneyStep, values: Record<string, string>): Promise<StepReply> {
    const { ports, root, env, signal } = this.#context;
    const fill = (text: string) => fillTemplate(text, values);
    const { session, messages } = this.#walker;
    const context = { ports, session, messages, fill, root, env, timeoutMs: step.timeoutMs, signal };
    try {
      return await plugin.run(step.options, context, step);
    } catch (error) {
      if (error instanceof GauntletError) throw error;
      return { durationMs: 0, text: '', bytes: 0, failure: { what: 'connection', measured: errorMessage(error), expected: 'a reply' } };
    }
  }

  /** What the steps can name; a nonce only where one is asked for, and the same in the whole step. */
  #values(): Record<string, string> {
    const values = Object.create(namedIn(this.#context)) as Record<string, string> & Nonced;
    Object.assign(values, this.#context.given, this.#captured);
    values.user = this.#walker.user;
    values[MESSAGES] = this.#walker.messages;
    return values;
  }

  #capture(reply: StepReply, step: JourneyStep): readonly Miss[] {
    if (reply.failure !== undefined || isEmpty(step.capture)) return [];
    const { values, misses } = capture(reply.text, step.capture);
    Object.assign(this.#captured, values);
    return misses;
  }

  #stepRun({ title, type, tokens }: Taken, reply: StepReply, misses: readonly Miss[]): JourneyStepRun {
    const { redact } = this.#context;
    const run: JourneyStepRun = { title, type, durationMs: reply.durationMs, misses: [] };
    if (reply.status !== undefined) run.status = reply.status;
    if (saysWhen(reply)) run.retryAfter = true;
    run.bytes = reply.bytes;
    if (tokens !== undefined) run.tokens = tokens;
    if (misses.length === 0) return run;
    run.misses = misses.map((miss) => ({ ...miss, measured: redact(miss.measured), expected: redact(miss.expected) }));
    run.excerpt = redact(reply.text.slice(0, EXCERPT_CHARACTERS));
    if (reply.curl !== undefined) run.curl = redact(reply.curl);
    return run;
  }
}

type Taken = Pick<JourneyStepRun, 'title' | 'type' | 'tokens'>;

function withTokens(reply: StepReply, tokens: number | undefined): Measured {
  if (tokens === undefined) return reply;
  const { durationMs, status, headers, text, bytes, failure } = reply;
  return {
    durationMs,
    text,
    bytes,
    tokens,
    ...(status === undefined ? {} : { status }),
    ...(headers === undefined ? {} : { headers }),
    ...(failure === undefined ? {} : { failure }),
  };
}

function totalsOf(
  { durationMs, bytes, tokens }: { durationMs: number; bytes: number; tokens: number | undefined },
  expect: Expectation,
): readonly Miss[] {
  if (isEmpty(expect)) return [];
  return [
    ...checkLimit('tokens', tokens, expect.tokens),
    ...checkLimit('bytes', bytes, expect.bytes),
    ...checkLimit('within', durationMs, expect.within),
  ];
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}

/** An overloaded system that says so (RFC 6585, RFC 9110): come again later, and when. */
function saysWhen({ status, headers }: StepReply): boolean {
  return (status === 429 || status === 503) && headers?.['retry-after'] !== undefined;
}

function totalStep(durationMs: number, misses: readonly Miss[]): JourneyStepRun {
  return { title: 'the whole journey', type: 'total', durationMs, misses: [...misses] };
}

function fillExpectation(expect: Expectation, values: Readonly<Record<string, string>>): Expectation {
  const { reply, headers, contains } = expect;
  const filled = { ...expect };
  if (reply !== undefined) filled.reply = fillJson(reply, values);
  if (headers !== undefined)
    filled.headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fillTemplate(value, values)]));
  if (contains !== undefined) filled.contains = contains.map((part) => fillTemplate(part, values));
  return filled;
}

function newSession(closing: AsyncDisposableStack): JourneySession {
  const values = new Map<string, unknown>();
  return {
    get: <Value>(key: string) => values.get(key) as Value | undefined,
    set: (key, value, close) => {
      values.set(key, value);
      if (close) closing.defer(close);
    },
  };
}
