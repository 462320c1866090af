import { errorMessage } from '../../model/errors.ts';
import type { Journey } from '../../model/journey.ts';
import type { RestingLook, ServiceAtRest } from '../../model/leaks.ts';
import type { Inside, ReplicaUsage, Sampler } from '../../stacks/contract.ts';
import type { RunContext } from '../context.ts';
import { insidesOf, samplerOf, type RunningStack } from '../stack.ts';
import type { Collector, HeapProfile } from './collector.ts';
import { collectorOf } from './collectors.ts';
import { descriptorsWithin } from './descriptors.ts';

export type Profile = HeapProfile | { readonly why: string };

interface Watched {
  readonly service: string;
  readonly spoken: boolean;
  readonly insides: readonly Inside[];
  readonly collector: Collector | { readonly why: string };
  readonly looks: RestingLook[];
  /** Containers and processes at the first look: others begin with nothing. */
  lives: string | undefined;
  lost: string | undefined;
  memoryLimitBytes: number | undefined;
}

/** The services of a stack, looked at whenever nobody uses them. */
export class AtRest {
  readonly #watched: readonly Watched[];
  readonly #sampler: Sampler | undefined;
  readonly #signal: AbortSignal;

  static async of(context: RunContext, { stack, journey }: { stack: RunningStack; journey: Journey }): Promise<AtRest> {
    const { manifest } = stack;
    const insides = await insidesOf(context, stack);
    const spoken = servicesSpokenTo(context, journey);
    const watched: Watched[] = [];
    const services = manifest.services.flatMap(({ kind, name }) => (kind === 'long-running' ? [name] : []));
    // One after the other, as in every look, and first those that matter.
    for (const name of services.toSorted((a, b) => Number(spoken.has(b)) - Number(spoken.has(a)))) {
      const own = insides.filter(({ service }) => service === name);
      const collector = await collectorOf({
        ports: context.ports,
        signal: context.signal,
        insides: own,
        targets: manifest.targets.filter(({ service }) => service === name),
      });
      const isSpoken = spoken.size === 0 || spoken.has(name);
      watched.push({
        service: name,
        spoken: isSpoken,
        insides: own,
        collector,
        looks: [],
        lives: undefined,
        lost: undefined,
        memoryLimitBytes: undefined,
      });
    }
    return new AtRest(watched, samplerOf(context, stack), context.signal);
  }

  private constructor(watched: readonly Watched[], sampler: Sampler | undefined, signal: AbortSignal) {
    this.#watched = watched;
    this.#sampler = sampler;
    this.#signal = signal;
  }

  /** Collects and looks at every service that is still what it was. Never rejects. */
  async look(walks: number): Promise<void> {
    const heaps = new Map<string, Partial<RestingLook>>();
    // One after the other: inspectors of one machine share a port.
    for (const one of this.#watched) {
      if ('why' in one.collector || one.lost !== undefined) continue;
      try {
        heaps.set(one.service, await one.collector.collect());
      } catch (error) {
        one.lost = errorMessage(error);
      }
    }
    const usages = (await this.#sampler?.take())?.usages ?? [];
    for (const one of this.#watched) {
      const own = usages.filter(({ service }) => service === one.service);
      const lives = own
        .map(({ life }) => life)
        .toSorted()
        .join();
      one.lives ??= lives;
      one.memoryLimitBytes ??= limitOf(own);
      if (one.lives !== lives) one.lost ??= own.length === 0 ? 'it ended' : 'it was started again, or another replica came';
      if (one.lost === undefined) one.looks.push({ walks, ...(await this.#seen(one, own)), ...heaps.get(one.service) });
    }
  }

  /** What is judged of descriptors is those of services that the journey speaks to; a runner that is not root may not count them from outside. */
  async #seen({ spoken, insides }: Watched, usages: readonly ReplicaUsage[]): Promise<Partial<RestingLook>> {
    const sum = sumOf(usages);
    if (sum.fds !== undefined || !spoken || usages.length === 0) return sum;
    const fds = await descriptorsWithin(insides, this.#signal).catch(() => undefined);
    return fds === undefined ? sum : { ...sum, fds };
  }

  /**
   * Shows what is held of what is taken while it lasts, of the service that has grown most: inspectors of one machine share a port.
   * Never rejects.
   */
  async profile(durationMs: number): Promise<ReadonlyMap<string, Profile>> {
    const able = this.#watched.flatMap((one) => ('why' in one.collector || one.lost !== undefined ? [] : [{ one, by: one.collector }]));
    const [first, ...others] = able.toSorted((a, b) => lateGrowth(b.one) - lateGrowth(a.one));
    if (first === undefined) return new Map();
    const taken = await first.by.profile(durationMs).catch((error: unknown): Profile => ({ why: errorMessage(error) }));
    return new Map([
      [first.one.service, taken],
      ...others.map(({ one }): [string, Profile] => [one.service, { why: `only one can be taken, and ${first.one.service} grew more` }]),
    ]);
  }

  services(): ServiceAtRest[] {
    return this.#watched.map(({ service, spoken, collector, looks, lost, memoryLimitBytes }) => ({
      service,
      spoken,
      collected: 'why' in collector ? { state: 'not-forced', why: collector.why } : collector.how,
      looks,
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
      ...(lost === undefined ? {} : { lost }),
    }));
  }
}

/** Bytes by which the heap grew in the second half of the looks. */
function lateGrowth({ looks }: Watched): number {
  const [middle, last] = [looks[Math.floor(looks.length / 2)], looks.at(-1)];
  return (last?.heapBytes ?? 0) - (middle?.heapBytes ?? 0);
}

/** What all replicas may use together; nothing where one of them has no limit. */
function limitOf(usages: readonly ReplicaUsage[]): number | undefined {
  const limits = usages.flatMap(({ memoryLimitBytes }) => memoryLimitBytes ?? []);
  return usages.length === 0 || limits.length < usages.length ? undefined : limits.reduce((sum, bytes) => sum + bytes, 0);
}

function sumOf(usages: readonly ReplicaUsage[]): Partial<RestingLook> {
  const total = (value: (usage: ReplicaUsage) => number | undefined): number | undefined =>
    usages.reduce<number | undefined>((sum, usage) => {
      const own = value(usage);
      return sum === undefined || own === undefined ? undefined : sum + own;
    }, 0);
  if (usages.length === 0) return {};
  const seen = { memoryBytes: total(({ memoryBytes }) => memoryBytes), fds: total(({ fds }) => fds), pids: total(({ pids }) => pids) };
  return Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== undefined));
}

/** The services whose targets the steps of a journey name. */
function servicesSpokenTo({ plan }: RunContext, { steps }: Journey): ReadonlySet<string> {
  const named = new Set([...JSON.stringify(steps).matchAll(/\{\{\s*([\w-]+)/g)].map(([, name]) => name));
  return new Set(plan.targets.flatMap(({ name, service }) => (named.has(name) && service !== undefined ? [service] : [])));
}
