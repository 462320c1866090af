import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { FaultContext } from '../../../src/faults/contract.ts';
import { kill } from '../../../src/faults/kill/index.ts';
import { pause } from '../../../src/faults/pause/index.ts';
import { shutdown } from '../../../src/faults/shutdown/index.ts';
import { stop } from '../../../src/faults/stop/index.ts';
import type { UpResult } from '../../../src/stacks/contract.ts';
import { bench, js, plugin as stack, ports, type Bench } from '../process/support/stack.ts';

// What each fault does to real processes, and that nothing of it is left: the promises of src/faults/contract.ts.

const OPTIONS = { service: 'db', grace: '5s', how: 'freezer', connections: 0 };

describe.each([kill, pause, shutdown, stop].map((fault) => ({ fault, type: fault.type })))('$type', ({ fault }) => {
  test('is proved when it was done, ends with the heal, and leaves the process as it was', async () => {
    await using scene = await up();
    const undo = await fault.prepare(OPTIONS, scene.context);
    const before = await fault.fingerprint(undo, scene.context);
    expect(await fault.prove(OPTIONS, undo, scene.context)).toMatchObject({ state: 'unproved' });
    await fault.inject(OPTIONS, undo, scene.context);
    await fault.inject(OPTIONS, undo, scene.context);
    // A signal takes its moment on a machine that is busy; a gate asks again, too.
    await expect.poll(async () => (await fault.prove(OPTIONS, undo, scene.context)).state, { timeout: 10_000 }).toBe('proved');
    if (fault.lasts === 'held') expect(await answers(scene)).toBe(false);
    // As another process would: from the journal's JSON.
    const booked = fault.undo.parse(JSON.parse(JSON.stringify(undo)));
    await fault.heal(booked, scene.context);
    await fault.heal(booked, scene.context);
    await expect.poll(() => answers(scene), { timeout: 15_000 }).toBe(true);
    const after = await fault.fingerprint(booked, scene.context);
    expect(after === null || JSON.stringify(after) === JSON.stringify(before)).toBe(true);
  });

  test('heals without an inject, and when the target is gone or another one', async () => {
    await using scene = await up();
    const undo = await fault.prepare(OPTIONS, scene.context);
    await fault.heal(undo, scene.context);
    expect(await answers(scene)).toBe(true);
    await fault.inject(OPTIONS, undo, scene.context);
    ports.exec.kill((await pidOf(scene)) ?? 0, 'SIGKILL');
    await fault.heal(undo, scene.context);
    await expect.poll(() => answers(scene), { timeout: 15_000 }).toBe(true);
    await scene.bench.down();
    await fault.heal(undo, scene.context);
    expect(await fault.fingerprint(undo, scene.context)).toBeNull();
  });

  test('names what is not there', async () => {
    await using scene = await up();
    await expect(fault.prepare({ service: 'nosuch' }, scene.context)).rejects.toThrow('the stack has no service nosuch');
    expect(await fault.capability({ service: 'nosuch' }, scene.context)).toMatchObject({ state: 'unsupported' });
    expect(await fault.capability(OPTIONS, scene.context)).toEqual({ state: 'able' });
  });
});

test('how a process ended that was told to, and how long it took', async () => {
  await using scene = await up();
  const options = shutdown.options.parse({ service: 'db', grace: '5s' });
  const undo = await shutdown.prepare(options, scene.context);
  await shutdown.inject(options, undo, scene.context);
  await expect
    .poll(() => shutdown.observe?.(options, undo, scene.context), { timeout: 5_000 })
    .toMatchObject({ kind: 'shutdown', connections: 0, exits: [{ name: 'db', code: 143, killed: false }] });
  await shutdown.heal(undo, scene.context);
  await expect.poll(() => answers(scene), { timeout: 15_000 }).toBe(true);
});

test('what is held down comes back by itself when its time is over, whoever lives then', async () => {
  await using scene = await up();
  const context = { ...scene.context, expiresAtMs: Date.now() + 1_500 };
  const undo = await stop.prepare(OPTIONS, context);
  await stop.inject(OPTIONS, undo, context);
  expect(await answers(scene)).toBe(false);
  await expect.poll(() => answers(scene), { timeout: 15_000 }).toBe(true);
});

interface Scene extends AsyncDisposable {
  readonly bench: Bench;
  readonly up: UpResult;
  readonly context: FaultContext;
}

async function up(): Promise<Scene> {
  const own = bench();
  const result = await own.up({ services: { db: { run: js('serve()'), health: 'tcp', restart: 'always' } } });
  const context: FaultContext = {
    ports,
    manifest: result.manifest,
    id: 'trial-1',
    folder: join(own.context.runDir, 'faults'),
    seed: 1,
    expiresAtMs: Date.now() + 60_000,
    signal: AbortSignal.timeout(60_000),
  };
  return { bench: own, up: result, context, [Symbol.asyncDispose]: () => own[Symbol.asyncDispose]() };
}

async function pidOf({ up: { manifest }, bench: own }: Scene): Promise<number | undefined> {
  return (await stack.look(manifest, own.context)).manifest.services[0]?.replicas[0]?.pid;
}

async function answers({ up: { manifest } }: Scene): Promise<boolean> {
  const port = String(manifest.services[0]?.ports[0]?.port);
  return fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(500) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
