import type { MessageLog, Preparing, StepPlugin, StepReply } from '../journeys/contract.ts';
import { stepKinds } from '../journeys/registry.ts';
import { GauntletError } from '../model/errors.ts';
import type { Journey, JourneyStep } from '../model/journey.ts';
import type { ResolvedTarget } from '../model/manifest.ts';
import type { Ports } from '../ports/index.ts';
import { fillFixed } from './template.ts';

export interface JourneyContext {
  readonly ports: Ports;
  readonly root: string;
  readonly targets: readonly ResolvedTarget[];
  /** Environment of the run's own commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  /** Tokens are counted also where no budget asks for them. */
  readonly countsTokens?: boolean;
  /** What the steps can name beside that: the fields of a case. */
  readonly given?: Readonly<Record<string, string>>;
}

/** A step with all that can be known of it before anybody walks it. */
export interface PlannedStep {
  readonly step: JourneyStep;
  readonly kind: StepPlugin;
  /** Redacted. */
  readonly title: string;
  /** From 1. */
  readonly place: number;
  readonly countsTokens: boolean;
  /** What is expected is the same in every walk. */
  readonly isFixed: boolean;
  /** Only of a step of which all is the same in every walk. */
  readonly again?: (() => Promise<StepReply>) | undefined;
}

const plans = new WeakMap<JourneyContext, Map<Journey, readonly PlannedStep[]>>();

/** A load walks a journey thousands of times in one context: what is the same every time is done once. */
export function planOf(journey: Journey, context: JourneyContext): readonly PlannedStep[] {
  let known = plans.get(context);
  if (known === undefined) plans.set(context, (known = new Map<Journey, readonly PlannedStep[]>()));
  let plan = known.get(journey);
  if (plan === undefined) known.set(journey, (plan = journey.steps.map((step, index) => planStep(step, index + 1, { journey, context }))));
  return plan;
}

function planStep(step: JourneyStep, place: number, { journey, context }: { journey: Journey; context: JourneyContext }): PlannedStep {
  const kind = stepKindOf(step);
  const isFixed = !JSON.stringify(step.expect).includes('{{');
  const fixed = (text: string): string | undefined => fillFixed(text, sharedValues(context));
  const preparing: Preparing = { ports: context.ports, fixed, timeoutMs: step.timeoutMs };
  return {
    step,
    kind,
    title: context.redact(step.title),
    place,
    countsTokens: context.countsTokens === true || step.expect.tokens !== undefined || journey.expect.tokens !== undefined,
    isFixed,
    again: isFixed ? kind.prepare?.(step.options, preparing) : undefined,
  };
}

export function stepKindOf({ type }: JourneyStep): StepPlugin {
  const plugin = stepKinds.find((kind) => kind.type === type);
  if (plugin) return plugin;
  throw new GauntletError(`no step kind is called ${type}`, {
    kind: 'internal',
    hint: 'report this: the plan names a step kind that this version does not have',
  });
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

/** Under this key the values of a step hold whoever makes its nonce. */
export const MESSAGES: unique symbol = Symbol('messages');
const NONCE: unique symbol = Symbol('nonce');

export interface Nonced {
  [MESSAGES]: MessageLog;
  [NONCE]?: string;
}

const named = new WeakMap<JourneyContext, Record<string, string>>();

/** The same with `nonce`, which is made when a step asks for it: what the values of a step inherit. */
export function namedIn(context: JourneyContext): Record<string, string> {
  const known = named.get(context);
  if (known !== undefined) return known;
  const values = Object.defineProperty(Object.create(sharedValues(context)) as Record<string, string>, 'nonce', {
    enumerable: true,
    get(this: Nonced): string {
      return (this[NONCE] ??= this[MESSAGES].nonce());
    },
    // What a system calls a nonce is not ours to follow.
    set: () => {},
  });
  named.set(context, values);
  return values;
}
