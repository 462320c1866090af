import { createHash } from 'node:crypto';

import type { PlannedEffect } from '../model/effects.ts';
import { errorMessage } from '../model/errors.ts';
import type { EffectEvidence } from '../model/evidence.ts';
import type { Journey } from '../model/journey.ts';
import type { PlannedStage } from '../model/plan.ts';
import { addGap, owedIds, type Gap, type RunContext } from './context.ts';
import { Gauge, type ReadingScene } from './effects/readings.ts';
import { walkBeside, walkMany, WalkCounts } from './effects/walks.ts';
import { commandEnvironment } from './environment.ts';
import type { JourneyContext } from './journey.ts';
import type { RunningStack } from './stack.ts';
import { targetsOf } from './targets.ts';

/** Sees what walks do to the system, one effect after the other; tells whether each could be seen. */
export async function runEffects(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<boolean> {
  let whole = true;
  for (const effect of stage.effects ?? []) {
    const gap = context.signal.aborted ? stopped(effect) : await tryEffect(context, { stage, effect, stack });
    if (gap === undefined) continue;
    await leave(context, { stage, effect, gap });
    whole = false;
  }
  return whole;
}

/** Says of every effect that the stage owes why it was not looked at. */
export async function skipEffects(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  for (const effect of stage.effects ?? [])
    await leave(context, { stage, effect, gap: { reason: 'not-started', message: `effect ${effect.name}: not started, ${because}` } });
}

async function leave(context: RunContext, { stage, effect, gap }: { stage: PlannedStage; effect: PlannedEffect; gap: Gap }): Promise<void> {
  const owed = owedIds(context.plan, { stage: stage.name, kind: 'effect', name: effect.name });
  await addGap(context, { stage: stage.name, name: `effect-${effect.name}`, owed }, gap);
}

interface Looking {
  readonly stage: PlannedStage;
  readonly effect: PlannedEffect;
  readonly stack: RunningStack | undefined;
}

async function tryEffect(context: RunContext, looking: Looking): Promise<Gap | undefined> {
  const { stage, effect } = looking;
  const from = context.ports.clock.now();
  try {
    const found = await look(context, looking);
    if (context.signal.aborted) return { reason: 'interrupted', message: `effect ${effect.name}: stopped before it was over` };
    const window = { from, to: context.ports.clock.now() };
    await context.directory.addEvidence({ id: `${stage.name}/effect-${effect.name}`, kind: 'effect', stage: stage.name, window, ...found });
    return undefined;
  } catch (error) {
    const reason = context.signal.aborted ? 'interrupted' : 'matched-nothing';
    return { reason, message: context.redact(`effect ${effect.name}: ${errorMessage(error)}`) };
  }
}

async function look(context: RunContext, looking: Looking): Promise<Omit<EffectEvidence, 'id' | 'kind' | 'stage' | 'window'>> {
  const { stage, effect } = looking;
  const { name, journey: walked, waitMs, returns = false } = effect;
  const scene = sceneOf(context, looking);
  await using closing = new AsyncDisposableStack();
  const http = closing.use(context.ports.loadHttp(context.signal));
  const walking: JourneyContext = { ...scene.context, ports: { ...scene.context.ports, http } };
  const [read, of] = [effect.read, effect.of].map((what) => (what === undefined ? undefined : new Gauge(what, scene)));
  await Promise.all([read?.begin(), of?.begin()]);
  context.ports.progress.say(`${stage.name} │ effect ${name}: ${effect.walks} walks of ${walked}, ${effect.atOnce} at once`);

  const over = new AbortController();
  const peaks = effect.peak === undefined ? undefined : read?.follow(AbortSignal.any([over.signal, context.signal]));
  const beside = effect.beside === undefined ? undefined : walkBeside(journeyOf(context, effect.beside), scene.context, over.signal);
  const seen = new Seen(effect);
  const keep = effect.keepOpen ? closing : undefined;
  const { walks, atOnce } = effect;
  const user = (index: number): string =>
    `gauntlet-${effect.users === 'new' ? `${Date.parse(context.ports.clock.now())}-${index}` : index % effect.users}`;
  try {
    await walkMany(journeyOf(context, walked), walking, { walks, atOnce, user, ended: seen.add, keep });
  } finally {
    over.abort();
  }
  await peaks;
  const aside = await beside;
  const waiting = { waitMs, returns };
  const [reading, readingOf] = await Promise.all([read?.end(waiting), of?.end(waiting)]);
  if (read === undefined && keep) await context.ports.clock.sleep(waitMs, context.signal).catch(() => undefined);
  return {
    effect: name,
    journey: walked,
    ...seen.facts(),
    ...(reading ? { reading } : {}),
    ...(readingOf ? { of: readingOf } : {}),
    ...(aside ? { beside: aside } : {}),
  };
}

type Walked = Parameters<Parameters<typeof walkMany>[2]['ended']>[0];

/** What came of the walks: how they ended, what they captured, what they hold. */
class Seen {
  readonly #effect: PlannedEffect;
  readonly #counts = new WalkCounts();
  readonly #values = new Map<string, number>();
  readonly #states: Walked['state'][] = [];
  #captured = 0;
  #twice: string | undefined;

  constructor(effect: PlannedEffect) {
    this.#effect = effect;
  }

  readonly add = (walked: Walked): void => {
    this.#counts.add(walked);
    const { unique, keepOpen } = this.#effect;
    if (keepOpen) this.#states.push(walked.state);
    const value = unique === undefined ? undefined : walked.captured[unique];
    if (value === undefined) return;
    this.#captured += 1;
    // Ids are often secrets: what is kept tells them apart and no more.
    const print = createHash('sha256').update(value).digest('base64url').slice(0, 12);
    const times = (this.#values.get(print) ?? 0) + 1;
    this.#values.set(print, times);
    if (times > 1) this.#twice ??= print;
  };

  facts(): Pick<EffectEvidence, 'walks' | 'captured' | 'held'> {
    const { unique, keepOpen } = this.#effect;
    const states = this.#states.map((state) => state());
    return {
      walks: this.#counts.facts(),
      ...(unique === undefined
        ? {}
        : {
            captured: {
              values: this.#captured,
              different: this.#values.size,
              ...(this.#twice === undefined ? {} : { twice: this.#twice }),
            },
          }),
      ...(keepOpen
        ? {
            held: { opened: states.filter((state) => state !== 'nothing').length, open: states.filter((state) => state === 'open').length },
          }
        : {}),
    };
  }
}

function sceneOf(context: RunContext, { stage, stack }: Looking): ReadingScene {
  const { ports, root, signal, redact, plan } = context;
  const targets = targetsOf(context, stage, stack?.manifest);
  const env = commandEnvironment(context, stage.name, stack?.manifest);
  const endpoints = targets.flatMap(({ name, url }) => {
    const planned = plan.targets.find((target) => target.name === name);
    const service = planned?.service ?? name;
    const base = url.replace(/^ws/, 'http');
    return URL.canParse(base) && base.startsWith('http') ? [{ service, url: base, path: planned?.metrics }] : [];
  });
  return { context: { ports, root, targets, env, signal, redact }, journeys: plan.journeys, endpoints };
}

function journeyOf({ plan }: RunContext, name: string): Journey {
  const journey = plan.journeys.find((one) => one.name === name);
  if (journey) return journey;
  throw new Error(`there is no journey ${name}`);
}

function stopped({ name }: PlannedEffect): Gap {
  return { reason: 'not-started', message: `effect ${name} was not started: the stage was stopped before it` };
}
