import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultContext, FaultPlugin } from '../../../src/faults/contract.ts';
import { faults } from '../../../src/faults/registry.ts';
import { describeWithDocker } from '../support/docker.ts';
import { bringUp, docker, say, type Lab } from './containers.ts';

// Faults that start a service anew with something else: half done, healed twice, and when the service is gone. What users see of them
// is in asked.test.ts.

const YAML = `
services:
  db:
    image: LAB
    restart: unless-stopped
    stop_signal: KILL
    environment: {KEY: good}
    volumes: [kept:/data]
  other: {image: LAB, stop_signal: KILL}
volumes:
  kept: {}
`;

interface Trial {
  readonly type: string;
  readonly options: Record<string, unknown>;
  /** Seen while it lasts, and not before or after. */
  readonly effect: (lab: Lab) => boolean | Promise<boolean>;
}

const inspected = (lab: Lab, format: string): string => docker('inspect', '-f', format, lab.container('db'));
const mountpoint = (lab: Lab): string => inspected(lab, '{{(index .Mounts 0).Source}}');
const sizeOf = (file: string): string =>
  docker('run', '--rm', '-v', `${file}:/looked:ro`, 'debian:bookworm-slim', 'stat', '-c', '%s', '/looked');
const TRIALS: readonly Trial[] = [
  { type: 'recreate', options: { service: 'db' }, effect: (lab) => docker('ps', '-aq', '--filter', `name=${lab.container('db')}`) === '' },
  { type: 'config', options: { service: 'db', env: 'KEY' }, effect: (lab) => !inspected(lab, '{{.Config.Env}}').includes('KEY=good') },
  {
    type: 'lost-volume',
    options: { service: 'db' },
    effect: async (lab) => (await say(lab, 'db', 'write /data/sub/probe 1')).text.includes('no such file'),
  },
  {
    type: 'corrupt-file',
    options: { service: 'db', path: '/data/a.db', how: 'truncated' },
    effect: (lab) => sizeOf(`${mountpoint(lab)}/a.db`) === '500',
  },
  { type: 'pause', options: { service: 'db', how: 'signal' }, effect: async (lab) => !(await say(lab, 'db', 'ping', 1_500)).ok },
  { type: 'shutdown', options: { service: 'db', grace: '2s' }, effect: (lab) => inspected(lab, '{{.State.Running}}') === 'false' },
];

describeWithDocker('faults that start a service anew', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await bringUp(YAML);
    await say(lab, 'db', 'write /data/a.db 1000');
    docker('run', '--rm', '-v', `${mountpoint(lab)}:/looked`, 'debian:bookworm-slim', 'mkdir', '/looked/sub');
  });
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
  });

  describe.each(TRIALS)('$type', ({ type, options: written, effect }) => {
    const plugin = faults.find((fault) => fault.type === type) ?? expect.fail(`no fault ${type}`);
    const options = plugin.options.parse(written);

    it('has its effect, proves it, and leaves all as it was, though done and healed twice', async () => {
      const context = lab.context();
      expect(await plugin.capability(options, context)).toEqual({ state: 'able' });
      expect(await effect(lab)).toBe(false);
      const undo = await booked(plugin, options, context);
      const before = await plugin.fingerprint(undo, context);
      expect(before).not.toBeNull();
      expect(await plugin.prove(options, undo, context)).toMatchObject({ state: 'unproved' });
      await plugin.inject(options, undo, context);
      await plugin.inject(options, undo, context);
      await expect.poll(() => plugin.prove(options, undo, context), { timeout: 10_000 }).toMatchObject({ state: 'proved' });
      expect(await effect(lab)).toBe(true);
      await plugin.heal(undo, context);
      await plugin.heal(undo, context);
      await expect.poll(() => plugin.fingerprint(undo, context), { timeout: 5_000 }).toEqual(before);
      await expect.poll(async () => (await say(lab, 'db', `write /data/${randomUUID()} 1`)).ok, { timeout: 10_000 }).toBe(true);
      expect(await effect(lab)).toBe(false);
    });

    it.each([0, 2, 4, 6])('is healed after the first %i of its acts', async (calls) => {
      const context = lab.context();
      const undo = await booked(plugin, options, context);
      const before = await plugin.fingerprint(undo, context);
      await plugin.inject(options, undo, brokenAfter(calls, context)).catch(() => undefined);
      await plugin.heal(undo, context);
      await expect.poll(() => plugin.fingerprint(undo, context), { timeout: 5_000 }).toEqual(before);
      expect(await effect(lab)).toBe(false);
    });
  });

  it('what was taken down meanwhile is not brought up again', async () => {
    const context = lab.context();
    const undos = await Promise.all(
      TRIALS.map(async ({ type, options: written }) => {
        const plugin = faults.find((fault) => fault.type === type) ?? expect.fail(type);
        return { plugin, undo: await booked(plugin, plugin.options.parse(written), context) };
      }),
    );
    docker('compose', '-p', lab.manifest.project, 'down', '-v', '-t', '0');
    for (const { plugin, undo } of undos) {
      await plugin.heal(undo, context);
      expect(await plugin.fingerprint(undo, context)).toBeNull();
    }
    expect(docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${lab.manifest.project}`)).toBe('');
  });
});

async function booked(plugin: FaultPlugin, options: unknown, context: FaultContext): Promise<unknown> {
  return plugin.undo.parse(JSON.parse(JSON.stringify(await plugin.prepare(options, context))));
}

/** The same machine, on which every program after the first ones fails: as when the gate is killed between two of its acts. */
function brokenAfter(calls: number, context: FaultContext): FaultContext {
  let left = calls;
  const gone = (): never => {
    throw new Error('the gate was killed');
  };
  const { exec } = context.ports;
  return { ...context, ports: { ...context.ports, exec: { ...exec, run: async (...args) => (left-- > 0 ? exec.run(...args) : gone()) } } };
}
