import type { JourneySession, MessageLog, StepPlugin, StepReply } from '../journeys/contract.ts';
import { stepKinds } from '../journeys/registry.ts';
import { countTokens, TOKENIZER } from '../lib/tokens.ts';
import type { JourneyEvidence } from '../model/evidence.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import { isBudget, type Expectation, type Journey, type JourneyStep, type JourneyStepRun, type Miss } from '../model/journey.ts';
import type { ResolvedTarget } from '../model/manifest.ts';
import type { Ports } from '../ports/index.ts';
import { capture, checkLimit, checkStep } from './expectations.ts';
import { MessageLedger } from './messages.ts';
import { fillJson, fillTemplate } from './template.ts';

const EXCERPT_CHARACTERS = 500;

export interface JourneyContext {
  readonly ports: Ports;
  readonly root: string;
  readonly targets: readonly ResolvedTarget[];
  /** Environment of the run's own commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
}

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
  const { places: _, ...run } = await walkOn(journey, context, { user, session: newSession(closing), messages: ledger.of(0) });
  const messages = ledger.facts();
  return { ...run, ...(messages === undefined ? {} : { messages }) };
}

/**
 * The same as a user whose session goes on from walk to walk: what it holds open when the walk begins is not opened again.
 * `places` are those of the steps that were taken, from 1.
 */
export async function walkOn(
  journey: Journey,
  context: JourneyContext,
  walker: Walker,
): Promise<JourneyRun & { readonly places: readonly number[] }> {
  const from = context.ports.clock.monotonicMs();
  const walk = new Walk(journey, context, walker);
  const held = journey.steps.filter((step) => stepKindOf(step).held?.(step.options, walker.session));
  const places: number[] = [];
  for (const [index, step] of journey.steps.entries()) {
    if (held.includes(step)) continue;
    if (context.signal.aborted) break;
    places.push(index + 1);
    if (!(await walk.take(step))) break;
  }
  return { ...walk.finish(context.ports.clock.monotonicMs() - from, held.length), places };
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

  constructor(journey: Journey, context: JourneyContext, walker: Walker) {
    this.#journey = journey;
    this.#context = context;
    this.#walker = walker;
  }

  /** Runs one step; tells whether the journey can go on. */
  async take(step: JourneyStep): Promise<boolean> {
    const plugin = stepKindOf(step);
    const values = this.#values();
    // The title stays as written: ports and nonces would make every run's finding a different one.
    const filled = { ...step, expect: fillExpectation(step.expect, values) };
    const reply = await this.#run(plugin, filled, values);
    this.#walker.heard?.(reply);
    const tokens = this.#countsTokens(step) ? await countTokens(reply.text) : undefined;
    const measured = { ...reply, ...(tokens === undefined ? {} : { tokens }) };
    const captured = reply.failure ? { values: {}, misses: [] } : capture(reply.text, step.capture);
    Object.assign(this.#captured, captured.values);
    const misses = [...checkStep(measured, filled.expect, plugin.accepts), ...captured.misses];
    this.#steps.push(this.#stepRun(filled, measured, misses));
    return misses.every(isBudget);
  }

  /** `held`: steps that were not needed. */
  finish(durationMs: number, held: number): JourneyRun {
    const { expect, steps: planned } = this.#journey;
    const bytes = sum(this.#steps.map((step) => step.bytes ?? 0));
    const counted = this.#steps.filter((step) => step.tokens !== undefined);
    const tokens = counted.length > 0 ? sum(counted.map((step) => step.tokens ?? 0)) : undefined;
    const complete = this.#steps.length + held === planned.length && this.#steps.every((step) => step.misses.every(isBudget));
    const kept = complete && this.#steps.every((step) => step.misses.length === 0);
    const totals = [
      ...checkLimit('tokens', tokens, expect.tokens),
      ...checkLimit('bytes', bytes, expect.bytes),
      ...checkLimit('within', durationMs, expect.within),
    ];
    const steps = complete && totals.length > 0 ? [...this.#steps, totalStep(durationMs, totals)] : this.#steps;
    return {
      outcome: this.#outcome(kept && totals.length === 0),
      durationMs,
      steps,
      totals: { bytes, ...(tokens === undefined ? {} : { tokens, tokenizer: TOKENIZER }) },
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

  #values(): Record<string, string> {
    const values = Object.create(sharedValues(this.#context)) as Record<string, string>;
    Object.assign(values, this.#captured, { user: this.#walker.user });
    let nonce: string | undefined;
    return Object.defineProperty(values, 'nonce', { enumerable: true, get: () => (nonce ??= this.#walker.messages.nonce()) });
  }

  #countsTokens(step: JourneyStep): boolean {
    return step.expect.tokens !== undefined || this.#journey.expect.tokens !== undefined;
  }

  #stepRun(step: JourneyStep, reply: StepReply & { tokens?: number }, misses: readonly Miss[]): JourneyStepRun {
    const { redact } = this.#context;
    return {
      title: redact(step.title),
      type: step.type,
      durationMs: reply.durationMs,
      ...(reply.status === undefined ? {} : { status: reply.status }),
      ...(saysWhen(reply) ? { retryAfter: true as const } : {}),
      bytes: reply.bytes,
      ...(reply.tokens === undefined ? {} : { tokens: reply.tokens }),
      misses: misses.map((miss) => ({ ...miss, measured: redact(miss.measured), expected: redact(miss.expected) })),
      ...(misses.length > 0 ? { excerpt: redact(reply.text.slice(0, EXCERPT_CHARACTERS)) } : {}),
      ...(misses.length > 0 && reply.curl !== undefined ? { curl: redact(reply.curl) } : {}),
    };
  }
}

function stepKindOf({ type }: JourneyStep): StepPlugin {
  const plugin = stepKinds.find((kind) => kind.type === type);
  if (plugin) return plugin;
  throw new GauntletError(`no step kind is called ${type}`, {
    kind: 'internal',
    hint: 'report this: the plan names a step kind that this version does not have',
  });
}

/** An overloaded system that says so (RFC 6585, RFC 9110): come again later, and when. */
function saysWhen({ status, headers }: StepReply): boolean {
  return (status === 429 || status === 503) && headers?.['retry-after'] !== undefined;
}

const shared = new WeakMap<JourneyContext, Record<string, string>>();

/** What every step of every walk in this context can name; a load walks thousands of times. */
function sharedValues(context: JourneyContext): Record<string, string> {
  const known = shared.get(context);
  if (known !== undefined) return known;
  const { targets, env } = context;
  const values = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(env)) values[`env.${name}`] = value;
  for (const { name, url, host, port } of targets)
    Object.assign(values, { [name]: url, [`${name}.host`]: host, [`${name}.port`]: String(port) });
  shared.set(context, values);
  return values;
}

function totalStep(durationMs: number, misses: readonly Miss[]): JourneyStepRun {
  return { title: 'the whole journey', type: 'total', durationMs, misses: [...misses] };
}

function fillExpectation(expect: Expectation, values: Readonly<Record<string, string>>): Expectation {
  const { reply, headers, contains } = expect;
  return {
    ...expect,
    ...(reply === undefined ? {} : { reply: fillJson(reply, values) }),
    ...(headers === undefined
      ? {}
      : { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fillTemplate(value, values)])) }),
    ...(contains === undefined ? {} : { contains: contains.map((part) => fillTemplate(part, values)) }),
  };
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
