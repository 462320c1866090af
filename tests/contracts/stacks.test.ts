import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { PlannedTarget } from '../../src/model/plan.ts';
import type { StackManifest } from '../../src/model/manifest.ts';
import type { StackContext } from '../../src/stacks/contract.ts';
import { stacks } from '../../src/stacks/registry.ts';
import { brokenPorts, goneStack, itIsNamedAfterItsFolder, itTakesOptions, samplesOf } from './support.ts';

// Every kind must keep these promises on a machine where nothing works: no program is installed and nothing answers.
// What they do where things work is in tests/e2e/<kind>.

itIsNamedAfterItsFolder(
  'stacks',
  stacks.map(({ kind }) => kind),
);

it('kinds are words, and unique', () => {
  const kinds = stacks.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds.filter((kind) => !/^[a-z][a-z-]*$/.test(kind))).toEqual([]);
});

describe.each(stacks.map((plugin) => ({ plugin, kind: plugin.kind })))('$kind', ({ plugin, kind }) => {
  const [written] = samplesOf('stacks', kind);
  const sample = (): unknown => plugin.options.parse(written);

  itTakesOptions('stacks', { name: kind, ...plugin });

  it('parsed options parse to themselves', () => {
    const parsed = sample();
    expect(plugin.options.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  it('preflight speaks of problems instead of throwing, and every problem has a fix', async () => {
    const { context } = await nowhere();
    const found = await plugin.preflight(sample(), context);
    for (const { message, fix, what } of found)
      expect([message.length > 0, fix.length > 0, /^[a-z][a-z-]*$/.test(what)]).toEqual([true, true, true]);
  });

  it('a start that was never meant to be ends with the reason of its signal, or with a verdict that is not ready', async () => {
    const { context } = await nowhere({ signal: AbortSignal.abort(new Error('cancelled')) });
    const result = await plugin.up(sample(), context).then(
      ({ readiness }) => readiness.state,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    expect(result).toMatch(/^not-ready$|cancelled/);
  });

  it('logs and down of something that is not there do not throw; a watch ends', async () => {
    const { context, booked } = await nowhere({ readyMs: 50 });
    await plugin.up(sample(), context).catch(() => undefined);
    const handle = booked.at(-1) ?? {};
    const manifest: StackManifest = { ...goneStack(kind), handle };
    if (booked.length === 0) return;
    await expect(plugin.logs(manifest, context)).resolves.toEqual([]);
    const watch = plugin.watch(manifest, context);
    expect(watch.incidents()).toEqual([]);
    await watch[Symbol.asyncDispose]();
    // Nobody is seen, and nobody is seen to use nothing.
    const taken = await plugin.sampler?.(manifest, context).take();
    expect(taken?.usages ?? []).toEqual([]);
    const first = await plugin.down(handle, context);
    expect(await plugin.down(handle, context)).toEqual(first);
  });
});

async function nowhere(more: Partial<StackContext> = {}): Promise<{ context: StackContext; booked: StackManifest['handle'][] }> {
  const root = await mkdtemp(join(tmpdir(), 'stack-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const booked: StackManifest['handle'][] = [];
  const target: PlannedTarget = { name: 'api', environment: 'default', url: 'http://127.0.0.1:9', scheme: 'http', path: '', health: '/' };
  const context: StackContext = {
    ports: brokenPorts(),
    root,
    runDir: join(root, 'run'),
    runId: 'r1',
    instance: 'head',
    readyMs: 200,
    targets: [target],
    signal: new AbortController().signal,
    redact: (text) => text,
    book: async (handle) => void booked.push(handle),
    ...more,
  };
  return { context, booked };
}
