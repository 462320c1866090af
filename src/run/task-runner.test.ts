import { describe, expect, it } from 'vitest';

import { runTasks, type Task } from './task-runner.ts';

function task(log: string[], title: string, setup?: () => Promise<void>): Task {
  return {
    title,
    setup: async () => {
      log.push(`${title} up`);
      await setup?.();
    },
    teardown: async () => void log.push(`${title} down`),
  };
}

describe('runTasks', () => {
  it('undoes in reverse order', async () => {
    const log: string[] = [];
    const result = await runTasks([task(log, 'a'), task(log, 'b')], new AbortController().signal);
    expect(result).toEqual({ outcome: { status: 'completed' }, undoProblems: [] });
    expect(log).toEqual(['a up', 'b up', 'b down', 'a down']);
  });

  it('undoes a set-up that died half-way, and starts nothing after it', async () => {
    const log: string[] = [];
    const half = task(log, 'half', () => Promise.reject(new Error('boom')));
    const { outcome } = await runTasks([task(log, 'a'), half, task(log, 'never')], new AbortController().signal);
    expect(outcome).toMatchObject({ status: 'crashed', during: 'half' });
    expect(log).toEqual(['a up', 'half up', 'half down', 'a down']);
  });

  it('calls a set-up that ends because of the signal an interruption, and still undoes it', async () => {
    const log: string[] = [];
    const interrupt = new AbortController();
    const stopped = task(log, 'a', async () => {
      interrupt.abort();
      throw new Error('aborted');
    });
    const { outcome } = await runTasks([stopped, task(log, 'b')], interrupt.signal);
    expect(outcome).toEqual({ status: 'interrupted', during: 'a' });
    expect(log).toEqual(['a up', 'a down']);
  });

  it('gives every undo its own time budget, and reports the one that overran without hiding the outcome', async () => {
    const log: string[] = [];
    const stuck: Task = { title: 'stuck', teardown: () => new Promise(() => {}), teardownMs: 20 };
    const { outcome, undoProblems } = await runTasks([task(log, 'a'), stuck], new AbortController().signal);
    expect(outcome).toEqual({ status: 'completed' });
    expect(undoProblems).toEqual([expect.stringContaining('undoing "stuck"')]);
    expect(log).toEqual(['a up', 'a down']);
  });
});
