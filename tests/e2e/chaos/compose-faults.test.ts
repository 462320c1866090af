import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultContext, FaultPlugin, Proof } from '../../../src/faults/contract.ts';
import { faults } from '../../../src/faults/registry.ts';
import { describeWithDocker } from '../support/docker.ts';
import { bringUp, docker, say, type Lab, type Said } from './containers.ts';

// What every fault does to containers without a shell on a real engine, and that it leaves nothing. One stack for all of them.

const YAML = `
services:
  api:
    image: LAB
    restart: unless-stopped
    stop_signal: KILL
    cpus: 1.5
    depends_on: [db]
    networks: {default: {aliases: [front]}}
  db:
    image: LAB
    restart: unless-stopped
    stop_signal: KILL
    mem_limit: 96m
    volumes: [small:/data]
  other:
    image: LAB
    restart: unless-stopped
    stop_signal: KILL
    ports: ['127.0.0.1::8080']
volumes:
  small: {driver_opts: {type: tmpfs, device: tmpfs, o: size=2m}}
`;

interface Trial {
  readonly type: string;
  readonly options: Record<string, unknown>;
  /** Seen by the services themselves while it lasts, and over after it. */
  readonly effect: (lab: Lab) => Promise<boolean>;
  /** Which service is harmed in its own network or limits; it is restarted and removed. */
  readonly target: string;
}

/** One request over a fresh connection, and one over a connection that stays: both must show it. */
/** One request of `bytes` from api to db over a fresh connection. */
const asks =
  (test: (said: Said) => boolean, bytes = 10) =>
  async (lab: Lab): Promise<boolean> =>
    test(await say(lab, 'api', `ask db:8080 ${String(bytes)}`));
const edge = { from: 'api', to: 'db' };
const waits = asks(({ ok, ms }) => !ok && ms >= 900);
/** A twentieth of a second of work takes many times that. */
const burns = (service: string) => async (lab: Lab) => (await say(lab, service, 'burn - 50000000', 20_000)).ms > 1_000;
const TRIALS: readonly Trial[] = [
  { type: 'partition', options: edge, target: 'api', effect: waits },
  { type: 'reset', options: edge, target: 'api', effect: asks(({ ok, text }) => !ok && text.includes('refused')) },
  { type: 'blackhole', options: { service: 'db' }, target: 'db', effect: waits },
  { type: 'dns', options: { service: 'api', name: 'db' }, target: 'api', effect: asks(({ ok, text }) => !ok && text.includes('lookup')) },
  {
    type: 'dns',
    options: { service: 'api', answer: 'refused' },
    target: 'api',
    effect: asks(({ ok, text }) => !ok && text.includes('lookup')),
  },
  // Nine in ten: that all four packets of a request come through is one in ten thousand.
  { type: 'loss', options: { ...edge, share: '90%' }, target: 'api', effect: asks(({ ok }) => !ok) },
  { type: 'dependency', options: { ...edge, stall: 'before' }, target: 'api', effect: asks(({ ok, ms }) => !ok && ms >= 1_900) },
  { type: 'latency', options: { ...edge, delay: '400ms' }, target: 'api', effect: asks(({ ok, ms }) => ok && ms >= 790) },
  // A request of 10 kB: a bucket that holds it whole would let it pass at once.
  { type: 'bandwidth', options: { ...edge, rate: '16kB' }, target: 'db', effect: asks(({ ok, ms }) => ok && ms >= 350, 10_000) },
  { type: 'disconnect', options: { service: 'db' }, target: 'db', effect: asks(({ ok }) => !ok) },
  { type: 'cpu', options: { service: 'db', cpus: 0.02 }, target: 'db', effect: burns('db') },
  // One that has a limit already is given it back.
  { type: 'cpu', options: { service: 'api', cpus: 0.02 }, target: 'api', effect: burns('api') },
  {
    type: 'disk',
    options: { service: 'db' },
    target: 'db',
    effect: async (lab) => (await say(lab, 'db', `write /data/${randomUUID()} 1000`)).text.includes('no space'),
  },
];

describeWithDocker('faults on containers', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await bringUp(YAML);
  });
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
  });

  /** A busy machine is slow by itself, once in a while. */
  const over = async (effect: Trial['effect']): Promise<void> => {
    await expect.poll(() => effect(lab), { timeout: 15_000 }).toBe(false);
  };

  describe.each(TRIALS)('$type', ({ type, options: written, effect, target }) => {
    const plugin = faults.find((fault) => fault.type === type) ?? expect.fail(`no fault ${type}`);
    const options = plugin.options.parse(written);

    it('has its effect, proves it, and leaves nothing', async () => {
      const context = lab.context();
      expect(await plugin.capability(options, context)).not.toMatchObject({ state: 'unsupported' });
      await over(effect);
      const undo = await booked(plugin, options, context);
      const before = await plugin.fingerprint(undo, context);
      expect(before).not.toBeNull();
      expect(await plugin.prove(options, undo, context)).toMatchObject({ state: 'unproved' });
      await plugin.inject(options, undo, context);
      await plugin.inject(options, undo, context);
      const [seen, proof] = await Promise.all([effect(lab), proved(plugin, { options, undo, context })]);
      expect([seen, proof]).toEqual([true, expect.objectContaining({ state: 'proved' })]);
      expect(await say(lab, 'other', 'ping')).toMatchObject({ ok: true });
      await plugin.heal(undo, context);
      await plugin.heal(undo, context);
      expect(await plugin.fingerprint(undo, context)).toEqual(before);
      await over(effect);
      expect(await plugin.prove(options, undo, context)).toMatchObject({ state: 'unproved' });
    });

    it('is healed without an inject, and after any part of one', async () => {
      for (let calls = 0; calls < 12; calls++) {
        const context = lab.context();
        const undo = await booked(plugin, options, context);
        const before = await plugin.fingerprint(undo, context);
        const whole = await plugin.inject(options, undo, brokenAfter(calls, context)).then(
          () => true,
          () => false,
        );
        await plugin.heal(undo, context);
        expect(await plugin.fingerprint(undo, context)).toEqual(before);
        if (whole) break;
      }
      await over(effect);
    });

    it('is healed when its target was started anew, and when it is gone', async () => {
      const context = lab.context();
      const undo = await booked(plugin, options, context);
      const before = await plugin.fingerprint(undo, context);
      await plugin.inject(options, undo, context);
      docker('restart', '-t', '0', lab.container(target));
      await plugin.heal(undo, context);
      expect(await plugin.fingerprint(undo, context)).toEqual(before);
      await over(effect);

      const again = lab.context();
      const second = await booked(plugin, options, again);
      await plugin.inject(options, second, again);
      docker('rm', '-f', lab.container(target));
      await plugin.heal(second, again);
      await lab.restore();
      await expect.poll(async () => (await say(lab, target, 'ping')).ok).toBe(true);
      await over(effect);
    });
  });

  it('all that say so end by themselves, though nobody heals them', async () => {
    // All at once: each has a tag of its own, and the wait is for all of them.
    const context = { expiresAtMs: Date.now() + 15_000 };
    const injected = [];
    for (const { type, options: written, effect } of TRIALS) {
      const plugin = faults.find((fault) => fault.type === type && fault.expires);
      if (plugin === undefined) continue;
      const options = plugin.options.parse(written);
      const own = lab.context(context);
      injected.push({ plugin, options, own, effect, undo: await booked(plugin, options, own) });
    }
    expect(injected.length).toBeGreaterThan(5);
    for (const { plugin, options, own, undo } of injected) await plugin.inject(options, undo, own);
    expect(await say(lab, 'api', 'ask db:8080 10')).toMatchObject({ ok: false });
    await sleep(context.expiresAtMs + 1_100 - Date.now());
    for (const { effect } of injected) await over(effect);
    for (const { plugin, options, own, undo } of injected) {
      expect(await plugin.prove(options, undo, own)).toMatchObject({ state: 'unproved' });
      await plugin.heal(undo, own);
    }
  });

  it('memory: the kernel kills the service, its own policy starts it again, and nothing is left', async () => {
    const plugin = faults.find(({ type }) => type === 'memory') ?? expect.fail('no fault memory');
    const options = plugin.options.parse({ service: 'db' });
    const context = lab.context();
    expect(await plugin.capability(options, context)).toEqual({ state: 'able' });
    expect(await plugin.capability(plugin.options.parse({ service: 'other' }), context)).toEqual({
      state: 'unsupported',
      why: expect.stringContaining('no memory limit'),
    });
    const started = (): string => docker('inspect', '-f', '{{.RestartCount}} {{.State.StartedAt}}', lab.container('db'));
    const before = started();
    const undo = await booked(plugin, options, context);
    const looks = await plugin.fingerprint(undo, context);
    expect(await plugin.prove(options, undo, context)).toMatchObject({ state: 'unproved' });
    await plugin.inject(options, undo, context);
    expect(await proved(plugin, { options, undo, context })).toMatchObject({ state: 'proved', by: [expect.stringContaining('event oom')] });
    await plugin.heal(undo, context);
    await plugin.heal(undo, context);
    await expect.poll(async () => (await say(lab, 'db', 'ping')).ok, { timeout: 15_000 }).toBe(true);
    expect(started()).not.toBe(before);
    expect(await plugin.fingerprint(undo, context)).toEqual(looks);
  });

  it('dns: a rule for port 53 in the filter table, which others use, would never see a question', async () => {
    const pid = docker('inspect', '-f', '{{.State.Pid}}', lab.container('api'));
    const inside = (...args: string[]): string => execFileSync('nsenter', ['-t', pid, '-n', '--', ...args], { encoding: 'utf8' });
    const rule = ['OUTPUT', '-p', 'udp', '--dport', '53', '-j', 'DROP'];
    inside('iptables', '-I', ...rule);
    try {
      expect(await say(lab, 'api', 'ask db:8080 10')).toMatchObject({ ok: true });
    } finally {
      inside('iptables', '-D', ...rule);
    }
  });

  it('disconnect: a port that Docker chose would come back as another one, so it is not done', async () => {
    const plugin = faults.find(({ type }) => type === 'disconnect') ?? expect.fail('no fault disconnect');
    expect(await plugin.capability(plugin.options.parse({ service: 'other' }), lab.context())).toEqual({
      state: 'unsupported',
      why: expect.stringContaining('a port that Docker chose'),
    });
  });
});

/** The undo as another process reads it from the journal. */
async function booked(plugin: FaultPlugin, options: unknown, context: FaultContext): Promise<unknown> {
  return plugin.undo.parse(JSON.parse(JSON.stringify(await plugin.prepare(options, context))));
}

/** Asked as the gate asks: again and again, for some time. */
async function proved(
  plugin: FaultPlugin,
  { options, undo, context }: { options: unknown; undo: unknown; context: FaultContext },
): Promise<Proof> {
  const untilMs = Date.now() + 8_000;
  for (;;) {
    const proof = await plugin.prove(options, undo, context);
    if (proof.state === 'proved' || Date.now() > untilMs) return proof;
    await sleep(200);
  }
}

/** The same machine, on which every program after the first ones fails: as when the gate is killed between two of its acts. */
function brokenAfter(calls: number, context: FaultContext): FaultContext {
  let left = calls;
  const gone = (): never => {
    throw new Error('the gate was killed');
  };
  const { exec } = context.ports;
  return {
    ...context,
    ports: {
      ...context.ports,
      exec: {
        ...exec,
        run: async (...args) => (left-- > 0 ? exec.run(...args) : gone()),
        detach: async (...args) => (left-- > 0 ? exec.detach(...args) : gone()),
      },
    },
  };
}
