import { errorMessage } from '../../model/errors.ts';
import type { WatchedService } from '../../model/experiment.ts';
import type { Journey } from '../../model/journey.ts';
import type { ResolvedTarget, Service } from '../../model/manifest.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { RunContext } from '../context.ts';
import { commandEnvironment } from '../environment.ts';
import type { JourneyContext } from '../journey.ts';
import { lookOnce, type RunningStack } from '../stack.ts';
import { targetsOf } from '../targets.ts';

const LOOK_MS = 300;

/** The stack while something is done to it: its services as they are, and where its targets are now. */
export class Scene {
  readonly #context: RunContext;
  readonly #stage: PlannedStage;
  readonly #stack: RunningStack;
  #journeys: JourneyContext;
  #targets: readonly ResolvedTarget[];

  constructor(context: RunContext, stage: PlannedStage, stack: RunningStack) {
    this.#context = context;
    this.#stage = stage;
    this.#stack = stack;
    this.#targets = targetsOf(context, stage, stack.manifest);
    this.#journeys = this.#journeyContext();
  }

  get manifest(): RunningStack['manifest'] {
    return this.#stack.manifest;
  }

  get targets(): readonly ResolvedTarget[] {
    return this.#targets;
  }

  /** What a walk that begins now works with. */
  readonly journeys = (): JourneyContext => this.#journeys;

  /** The services now; those of the last look when nobody can see them. */
  async look(): Promise<readonly Service[]> {
    const { manifest } = await lookOnce(this.#context, this.#stack);
    const targets = targetsOf(this.#context, this.#stage, manifest);
    const moved = targets.some(({ name, url }) => this.#targets.some((known) => known.name === name && known.url !== url));
    if (moved) {
      this.#targets = targets;
      this.#journeys = this.#journeyContext();
    }
    return manifest.services;
  }

  /** Follows targets of these services to wherever a new life of theirs listens, until the signal. */
  async follow(services: readonly string[], signal: AbortSignal): Promise<void> {
    if (
      this.#stack.manifest.kind !== 'compose' ||
      !this.#targets.some(({ service }) => service !== undefined && services.includes(service))
    )
      return;
    const { clock, progress } = this.#context.ports;
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.look().catch((error: unknown) => progress.warn(`chaos │ nobody could look: ${errorMessage(error)}`));
    }
  }

  #journeyContext(): JourneyContext {
    const { ports, root, signal, redact } = this.#context;
    const env = commandEnvironment(this.#context, this.#stage.name, this.#stack.manifest);
    return { ports, root, targets: this.#targets, env, signal, redact };
  }
}

/** Each service before and after. A container or process that began later is a new life. */
export function watched(before: readonly Service[], after: readonly Service[], targets: readonly string[]): WatchedService[] {
  // One-shots have ended, as they should.
  const running = before.filter(({ kind }) => kind === 'long-running');
  return running.map(({ name, restartPolicy, replicas }) => {
    const now = after.find((service) => service.name === name)?.replicas ?? [];
    const restarts = replicas.reduce((sum, old, index) => {
      const same = now.find(({ id }) => id === old.id) ?? now[index];
      const counted = Math.max(0, (same?.restarts ?? 0) - old.restarts);
      return sum + (counted > 0 ? counted : same !== undefined && same.startedAt !== old.startedAt ? 1 : 0);
    }, 0);
    return {
      service: name,
      target: targets.includes(name),
      ...(restartPolicy === undefined ? {} : { restartPolicy }),
      restarts,
      state: worst(now.map(({ state }) => state)) ?? 'missing',
      health: worst(now.map(({ health }) => health)) ?? 'none',
    };
  });
}

const BAD_FIRST = ['dead', 'exited', 'missing', 'restarting', 'paused', 'created', 'running', 'unhealthy', 'starting', 'healthy', 'none'];

function worst(states: readonly string[]): string | undefined {
  return [...states].sort((a, b) => BAD_FIRST.indexOf(a) - BAD_FIRST.indexOf(b))[0];
}

/** A walk that only asks a target how it is. */
export function healthJourney({ name, url, health }: ResolvedTarget): Journey | undefined {
  if (health === undefined || !/^https?:/.test(url)) return undefined;
  const origin = new URL(url).origin;
  const title = `GET ${health}`;
  const options = { method: 'GET', url: `${origin}${health}`, headers: {}, body: null };
  return {
    name: `health of ${name}`,
    steps: [{ type: 'http', title, options, capture: {}, expect: {}, timeoutMs: 5_000 }],
    expect: {},
    rows: [],
  };
}
