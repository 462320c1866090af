import { z } from 'zod';

import { defineFault } from '../contract.ts';
import { dockerOrThrow } from '../kit/docker.ts';
import { healStopped, stoppedFingerprint } from '../kit/stopped.ts';
import { findTarget, livesOf, nameOf, reachable, stateOf, Target } from '../kit/target.ts';

const Options = z.strictObject({ service: z.string().min(1).describe('the service that is down') });
type Options = z.output<typeof Options>;

/** How long a service may take to end by itself before it is killed. Seconds. */
const GRACE_S = 2;

/** A service that is down for a while: connections to it are refused, its name may not resolve. */
export const stop = defineFault<Options, Target>({
  type: 'stop',
  summary: 'a service is down for a while: stopped, held down, and started again',
  rows: ['CHA-02'],
  options: Options,
  undo: Target,
  lasts: 'held',
  expires: false,
  title: ({ service }) => `stop ${service}`,
  services: ({ service }) => [service],
  capability: ({ service }, context) => reachable(service, context),
  prepare: ({ service }, context) => findTarget(service, context),
  inject: async (_, target, context) => {
    const { ports } = context;
    if (target.stack === 'compose') {
      for (const { id } of target.containers) await dockerOrThrow(context, ['stop', '--time', String(GRACE_S), id]);
      return;
    }
    await ports.files.write(target.hold, JSON.stringify({ until: context.expiresAtMs }));
    if ((await livesOf(target, context)).length > 0) ports.exec.kill(target.pid, 'SIGTERM');
    const killMs = ports.clock.monotonicMs() + GRACE_S * 1_000;
    while ((await livesOf(target, context)).length > 0) {
      if (ports.clock.monotonicMs() >= killMs) ports.exec.kill(target.pid, 'SIGKILL');
      await ports.clock.sleep(20, context.signal);
    }
  },
  prove: async (_, target, context) => {
    if (context.manifest.services.every(({ name }) => name !== target.service))
      return { state: 'unproved', why: `there is no ${target.service}` };
    if ((await livesOf(target, context)).length > 0) return { state: 'unproved', why: `${nameOf(target)} still runs` };
    if (target.stack === 'process') {
      const held = await context.ports.files.exists(target.hold);
      return held
        ? { state: 'proved', by: [`${nameOf(target)} is gone and held down`] }
        : { state: 'unproved', why: 'nothing holds it down' };
    }
    const running = (await Promise.all(target.containers.map((container) => stateOf(container, context)))).some((state) => state?.Running);
    return running
      ? { state: 'unproved', why: `${nameOf(target)} was started again` }
      : { state: 'proved', by: [`${nameOf(target)} is stopped`] };
  },
  heal: healStopped,
  fingerprint: stoppedFingerprint,
});
