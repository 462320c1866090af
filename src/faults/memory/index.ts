import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { agentFiles, startAgent, stopAgent } from '../kit/agent.ts';
import { AgentSpec } from '../kit/agent-spec.ts';
import { groupOf } from '../kit/cgroup.ts';
import { docker } from '../kit/docker.ts';
import { lifeOf } from '../kit/edge-fault.ts';
import { fingerprintOf } from '../kit/fingerprint.ts';
import { containerNow, containersOf, inspectOrThrow, pidNow } from '../kit/netns.ts';
import { asRoot, assertRoot } from '../kit/root.ts';
import { ContainerLife } from '../kit/rules.ts';

/** Over the limit by this much at the utmost, should the kernel find nobody to kill. */
const SLACK_BYTES = 64_000_000;

const Options = z.strictObject({ service: z.string().min(1).describe('the service whose memory runs out') });
type Options = z.output<typeof Options>;

const Undo = z.strictObject({
  containers: z.array(z.strictObject({ container: ContainerLife, limitBytes: z.number(), agent: AgentSpec })).min(1),
  /** Seconds since the epoch on the engine's clock, which is this machine's. */
  since: z.number(),
});
type Undo = z.output<typeof Undo>;

/** The kernel kills the service for want of memory, as it does under a leak. What starts it again is the project's own affair. */
export const memory = defineFault<Options, Undo>({
  type: 'memory',
  summary: 'out of memory: the limit of a service is used up, and the kernel kills it; only where a limit is set',
  rows: ['CHA-01', 'CHA-02'],
  options: Options,
  undo: Undo,
  lasts: 'moment',
  expires: true,
  title: ({ service }) => `use up the memory of ${service}`,
  services: ({ service }) => [service],
  capability: (options, context) =>
    ableIf(async () => {
      await prepare(options, context);
      await assertRoot(context, ['sh', 'dd']);
    }),
  prepare,
  inject: async (_, { containers }, context) => {
    context.signal.throwIfAborted();
    for (const { container, agent } of containers) {
      // Who was killed already is not killed again in his next life.
      if ((await pidNow(context, container)) === container.pid) await startAgent(context, agent, { within: [] });
    }
  },
  prove,
  heal: async ({ containers }, context) => {
    for (const { agent } of containers) {
      await stopAgent(context, agent);
      // It removes its file itself, unless it was killed.
      if (agent.work.type === 'memory') await asRoot(context, ['rm', '-f', agent.work.file]);
    }
  },
  fingerprint: ({ containers }, context) => fingerprintOf(containers, context),
});

async function prepare({ service }: Options, context: FaultContext): Promise<Undo> {
  const containers: Undo['containers'] = [];
  for (const [index, container] of (await containersOf(service, context)).entries()) {
    const { HostConfig } = await inspectOrThrow(context, container);
    const group = groupOf(context, container.pid, 'memory');
    if (HostConfig.Memory <= 0 || group === undefined)
      throw new GauntletError(`${service} has no memory limit: all memory of this machine would have to be used up`, {
        kind: 'config',
        hint: 'set `mem_limit` for it (CFG-16)',
      });
    containers.push({
      container: lifeOf(container),
      limitBytes: HostConfig.Memory,
      agent: {
        id: context.id,
        endsAtMs: context.expiresAtMs,
        ...agentFiles(context, String(index)),
        work: {
          type: 'memory',
          procs: `${group.folder}/cgroup.procs`,
          victim: container.pid,
          mostBytes: HostConfig.Memory + SLACK_BYTES,
          file: `/dev/shm/gauntlet-${context.id}-${String(index)}`,
        },
      },
    });
  }
  return { containers, since: Math.floor(Date.parse(context.ports.clock.now()) / 1_000) };
}

/** The process is another one, and the engine heard of the want of memory: an exit alone could have any reason. */
async function prove(_: Options, { containers, since }: Undo, context: FaultContext): Promise<Proof> {
  const by: string[] = [];
  for (const { container } of containers) {
    const now = await containerNow(context, container.id);
    if (now === undefined) return { state: 'unproved', why: `container ${container.name} is gone` };
    if (now.State.Running && now.State.Pid === container.pid) return { state: 'unproved', why: `${container.name} still runs as it was` };
    const until = String(Math.ceil(Date.parse(context.ports.clock.now()) / 1_000));
    const filters = ['--filter', `container=${container.id}`, '--filter', 'event=oom'];
    const events = await docker(context, ['events', '--since', String(since), '--until', until, ...filters, '--format', '{{.Action}}']);
    if (!events.stdout.includes('oom')) return { state: 'unproved', why: `${container.name} ended, and nobody heard of a want of memory` };
    by.push(`the kernel killed pid ${String(container.pid)} of ${container.name} for want of memory (event oom)`);
  }
  const [first, ...more] = by;
  return first === undefined ? { state: 'unproved', why: 'there is nothing to kill' } : { state: 'proved', by: [first, ...more] };
}
