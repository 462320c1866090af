import { errorMessage } from '../../model/errors.ts';
import type { WatchedService } from '../../model/experiment.ts';
import type { Journey } from '../../model/journey.ts';
import type { ResolvedTarget, Service } from '../../model/manifest.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { RunContext } from '../context.ts';
import { commandEnvironment } from '../environment.ts';
import type { JourneyContext } from '../journey.ts';
import { lookOnce, placesOf, watchOf, type RunningStack } from '../stack.ts';
import { targetsOf } from '../targets.ts';

/** What the stack's own watch says is heeded at once; this is for what it does not say. */
const LOOK_MS = 1_000;
const HEED_MS = 20;

/** The stack while something is done to it: its services as they are, and where its targets are now. */
export class Scene {
  readonly #context: RunContext;
  readonly #stage: PlannedStage;
  readonly #stack: RunningStack;
  #manifest: RunningStack['manifest'];
  #journeys: JourneyContext;
  #targets: readonly ResolvedTarget[];

  constructor(context: RunContext, stage: PlannedStage, stack: RunningStack) {
    this.#context = context;
    this.#stage = stage;
    this.#stack = stack;
    this.#manifest = stack.manifest;
    this.#targets = targetsOf(context, stage, stack.manifest);
    this.#journeys = this.#journeyContext();
  }

  /** As of the last look: a service that was started again may have other ports. */
  get manifest(): RunningStack['manifest'] {
    return this.#manifest;
  }

  get targets(): readonly ResolvedTarget[] {
    return this.#targets;
  }

  /** What a walk that begins now works with. */
  readonly journeys = (): JourneyContext => this.#journeys;

  /** The services now; those of the last look when nobody can see them. */
  async look(): Promise<readonly Service[]> {
    const { manifest } = await lookOnce(this.#context, this.#stack);
    if (manifest !== this.#stack.manifest) this.#manifest = manifest;
    const found = targetsOf(this.#context, this.#stage, manifest);
    this.#moveTo(found);
    // A service that is on its way to healthy listens already, and often at another port.
    if (manifest === this.#stack.manifest || found.length < this.#targets.length) await this.#find().catch(() => undefined);
    return manifest.services;
  }

  #moveTo(found: readonly ResolvedTarget[]): void {
    const now = this.#targets.map((known) => found.find(({ name }) => name === known.name) ?? known);
    if (now.every(({ url }, index) => url === this.#targets[index]?.url)) return;
    this.#targets = now;
    this.#journeys = this.#journeyContext();
  }

  /** Follows targets of these services to wherever a new life of theirs listens, until the signal. */
  async follow(services: readonly string[], signal: AbortSignal): Promise<void> {
    if (
      this.#stack.plugin.places === undefined ||
      !this.#targets.some(({ service }) => service !== undefined && services.includes(service))
    )
      return;
    const { clock, progress } = this.#context.ports;
    await using watch = watchOf(this.#context, this.#stack);
    for (let seen = watch.moves(); !signal.aborted;) {
      const until = clock.monotonicMs() + LOOK_MS;
      while (!signal.aborted && watch.moves() === seen && clock.monotonicMs() < until)
        await clock.sleep(HEED_MS, signal).catch(() => undefined);
      seen = watch.moves();
      if (signal.aborted) return;
      await this.#find().catch((error: unknown) => progress.warn(`chaos │ nobody could look: ${errorMessage(error)}`));
    }
  }

  async #find(): Promise<void> {
    this.#moveTo((await placesOf(this.#context, this.#stack)).filter(({ service }) => service !== undefined));
  }

  #journeyContext(): JourneyContext {
    const { ports, root, signal, redact } = this.#context;
    const env = commandEnvironment(this.#context, this.#stage.name, this.#manifest);
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

/** A walk that only asks a target how it is, wherever a new life of it listens. */
export function healthJourney({ name, url, health }: ResolvedTarget): Journey | undefined {
  if (health === undefined || !/^https?:/.test(url)) return undefined;
  const { origin, protocol, hostname } = new URL(url);
  // The host of a target is bare; in a URL an IPv6 address stands in brackets.
  const at = hostname.startsWith('[') ? origin : `${protocol}//{{${name}.host}}:{{${name}.port}}`;
  const title = `GET ${health}`;
  const options = { method: 'GET', url: `${at}${health}`, headers: {}, body: null };
  return {
    name: `health of ${name}`,
    steps: [{ type: 'http', title, options, capture: {}, expect: {}, timeoutMs: 5_000 }],
    expect: {},
    rows: [],
  };
}
