import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault, type FaultContext, type HealContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { coresNow, groupOf, throttledNow } from '../kit/cgroup.ts';
import { dockerOrThrow } from '../kit/docker.ts';
import { lifeOf } from '../kit/edge-fault.ts';
import { fingerprintOf } from '../kit/fingerprint.ts';
import { containerNow, containersOf, inspectOrThrow, pidNow } from '../kit/netns.ts';
import { ContainerLife } from '../kit/rules.ts';

/** What Docker takes when nobody says a period: microseconds. */
const PERIOD_US = 100_000;

const Options = z.strictObject({
  service: z.string().min(1).describe('the service that gets less'),
  cpus: z.number().min(0.01).max(64).default(0.1).describe('cores that each of its containers may use'),
});
type Options = z.output<typeof Options>;

const Limited = z.strictObject({
  container: ContainerLife,
  nanoCpus: z.number(),
  quota: z.number(),
  period: z.number(),
  throttled: z.number(),
});
type Limited = z.output<typeof Limited>;
const Undo = z.strictObject({ containers: z.array(Limited).min(1) });
type Undo = z.output<typeof Undo>;

/** A noisy neighbour, or a machine that is too small. */
export const cpu = defineFault<Options, Undo>({
  type: 'cpu',
  summary: 'a CPU squeeze: the containers of a service get a fraction of a core',
  rows: [],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service, cpus }) => `squeeze ${service} to ${String(cpus)} cores`,
  services: ({ service }) => [service],
  capability: (options, context) => ableIf(() => prepare(options, context)),
  prepare,
  inject: async ({ cpus }, { containers }, context) => {
    context.signal.throwIfAborted();
    for (const { container, nanoCpus, period } of containers)
      await dockerOrThrow(context, [
        'update',
        // The two ways to say it exclude each other, and a period that was once said stays for ever.
        ...(nanoCpus > 0 ? ['--cpus', String(cpus)] : ['--cpu-quota', String(Math.round(cpus * (period || PERIOD_US)))]),
        container.id,
      ]);
  },
  prove,
  heal,
  fingerprint: ({ containers }, context) => fingerprintOf(containers, context),
});

async function prepare({ service, cpus }: Options, context: FaultContext): Promise<Undo> {
  const containers: Limited[] = [];
  for (const container of await containersOf(service, context)) {
    const { HostConfig } = await inspectOrThrow(context, container);
    const { NanoCpus, CpuQuota, CpuPeriod } = HostConfig;
    const group = groupOf(context, container.pid, 'cpu');
    if (group === undefined || (await pidNow(context, container)) === undefined)
      throw new GauntletError(`the kernel does not tell here what container ${container.name} may use`, {
        kind: 'stack',
        hint: 'run the gate on the machine of the Docker engine',
      });
    const cores = NanoCpus > 0 ? NanoCpus / 1e9 : CpuQuota > 0 ? CpuQuota / (CpuPeriod || PERIOD_US) : undefined;
    if (cores !== undefined && cores <= cpus)
      throw new GauntletError(`${service} has no more than ${String(cores)} cores as it is`, {
        kind: 'config',
        hint: 'write fewer `cpus`',
      });
    containers.push({
      container: lifeOf(container),
      nanoCpus: NanoCpus,
      quota: CpuQuota,
      period: CpuPeriod,
      throttled: throttledNow(context, group),
    });
  }
  return { containers };
}

async function prove({ cpus }: Options, { containers }: Undo, context: FaultContext): Promise<Proof> {
  let throttled = 0;
  for (const { container, throttled: before } of containers) {
    const pid = await pidNow(context, container);
    const group = pid === undefined ? undefined : groupOf(context, pid, 'cpu');
    const cores = group === undefined ? undefined : coresNow(context, group);
    if (group === undefined || cores === undefined || Math.abs(cores - cpus) > cpus * 0.05)
      return {
        state: 'unproved',
        why: `the kernel gives ${container.name} ${cores === undefined ? 'all cores' : `${String(cores)} cores`}`,
      };
    throttled += Math.max(0, throttledNow(context, group) - before);
  }
  const held = `the kernel gives ${containers.map(({ container }) => container.name).join(', ')} ${String(cpus)} cores`;
  return { state: 'proved', by: [held, `and held back ${String(throttled)} times since`] };
}

async function heal({ containers }: Undo, context: HealContext): Promise<void> {
  for (const { container, nanoCpus, quota } of containers) {
    const now = await containerNow(context, container.id);
    if (now === undefined || (now.HostConfig.NanoCpus === nanoCpus && Math.max(0, now.HostConfig.CpuQuota) === Math.max(0, quota)))
      continue;
    // `--cpus 0` reverts nothing: to Docker it is as if nobody had said anything.
    const before = nanoCpus > 0 ? ['--cpus', String(nanoCpus / 1e9)] : ['--cpu-quota', String(quota > 0 ? quota : -1)];
    await dockerOrThrow(context, ['update', ...before, container.id]);
  }
}
