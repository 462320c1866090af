import { OF_A_SERVICE, type ServiceResource } from '../model/metric.ts';
import type { ReplicaUsage, Sampler } from '../stacks/contract.ts';
import { Recording } from './resource-metrics.ts';

/** What one replica did since it was seen last. */
interface Step {
  readonly cores: number;
  readonly share: number;
  readonly network: number | undefined;
  readonly throttled: number | undefined;
}

/**
 * Makes samples of what a sampler sees: counters become what was used per second of each step, replicas become their service.
 * A moment at which one replica of a service could not be seen is no sample of it: part of a sum would be a lie.
 */
export class ResourceRecorder {
  readonly recordings = new Map<string, Recording>();
  /** Why a service could not be seen, as it was said last. */
  readonly unseen = new Map<string, string>();
  /** Lives of replicas with their counters as they were last seen. */
  #before = new Map<string, ReplicaUsage>();

  /** `atMs`: milliseconds since 1970. */
  take({ usages, unseen }: Awaited<ReturnType<Sampler['take']>>, atMs: number): void {
    for (const [service, why] of unseen) this.unseen.set(service, why);
    const steps = this.#stepsOf(usages);
    for (const [service, replicas] of Map.groupBy(usages, (usage) => usage.service)) {
      if (unseen.has(service)) continue;
      this.unseen.delete(service);
      const add = (what: ServiceResource, value: number | undefined): void => this.#add(service, what, { atMs, value });
      add(
        'memory',
        sumOf(replicas, ({ memoryBytes }) => memoryBytes),
      );
      add(
        'anon',
        sumOf(replicas, ({ anonBytes }) => anonBytes),
      );
      add(
        'pids',
        sumOf(replicas, ({ pids }) => pids),
      );
      add(
        'fds',
        sumOf(replicas, ({ fds }) => fds),
      );
      add(
        'sockets',
        sumOf(replicas, ({ sockets }) => sockets),
      );
      const moved = replicas.map(({ life }) => steps.get(life));
      if (moved.some((step) => step === undefined)) continue;
      add(
        'cpu',
        highestOf(moved, (step) => step?.share),
      );
      add(
        'cores',
        sumOf(moved, (step) => step?.cores),
      );
      add(
        'network',
        sumOf(moved, (step) => step?.network),
      );
      add(
        'throttled',
        highestOf(moved, (step) => step?.throttled),
      );
    }
  }

  #stepsOf(usages: readonly ReplicaUsage[]): Map<string, Step> {
    const now = new Map<string, ReplicaUsage>();
    const steps = new Map<string, Step>();
    for (const usage of usages) {
      const before = this.#before.get(usage.life);
      const counted = before === undefined ? usage : neverLess(usage, before);
      now.set(usage.life, counted);
      if (before !== undefined && counted.atMs > before.atMs) steps.set(usage.life, stepOf(before, counted));
    }
    this.#before = now;
    return steps;
  }

  #add(service: string, what: ServiceResource, { atMs, value }: { atMs: number; value: number | undefined }): void {
    if (value === undefined) return;
    const metric = `service.${service}.${what}`;
    const recording = this.recordings.get(metric) ?? new Recording(OF_A_SERVICE[what].unit);
    this.recordings.set(metric, recording);
    recording.add(atMs, value);
  }
}

function stepOf(before: ReplicaUsage, now: ReplicaUsage): Step {
  const ms = now.atMs - before.atMs;
  const cores = (now.cpuMs - before.cpuMs) / ms;
  const known = now.networkBytes !== undefined && before.networkBytes !== undefined;
  return {
    cores,
    share: cores / (now.cores ?? 1),
    network: known ? ((now.networkBytes - before.networkBytes) * 1_000) / ms : undefined,
    throttled: now.cores === undefined ? undefined : throttledIn(before.periods, now.periods),
  };
}

function throttledIn(before: ReplicaUsage['periods'], now: ReplicaUsage['periods']): number | undefined {
  if (before === undefined || now === undefined) return undefined;
  const all = now.all - before.all;
  // Of a replica that did nothing there are no periods.
  return all <= 0 ? 0 : Math.max(0, now.throttled - before.throttled) / all;
}

/** A child that has ended and is not yet counted with its parent makes a sum fall for a moment. */
function neverLess(usage: ReplicaUsage, before: ReplicaUsage): ReplicaUsage {
  return {
    ...usage,
    cpuMs: Math.max(usage.cpuMs, before.cpuMs),
    networkBytes: usage.networkBytes === undefined ? undefined : Math.max(usage.networkBytes, before.networkBytes ?? 0),
  };
}

/** `undefined` as soon as one of them is not known. */
function sumOf<Item>(items: readonly Item[], value: (item: Item) => number | undefined): number | undefined {
  let sum = 0;
  for (const item of items) {
    const one = value(item);
    if (one === undefined) return undefined;
    sum += one;
  }
  return sum;
}

function highestOf<Item>(items: readonly Item[], value: (item: Item) => number | undefined): number | undefined {
  const values = items.map(value).filter((one) => one !== undefined);
  return values.length === items.length && values.length > 0 ? Math.max(...values) : undefined;
}
