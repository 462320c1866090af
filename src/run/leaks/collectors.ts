import { errorMessage } from '../../model/errors.ts';
import type { Collector, CollectorScene } from './collector.ts';
import { goCollector } from './go.ts';
import { javaCollector } from './java.ts';
import { nodeCollector } from './node.ts';

/** The first way that works in a service, or why none does. */
export async function collectorOf(scene: CollectorScene): Promise<Collector | { readonly why: string }> {
  const reasons: string[] = [];
  for (const find of [nodeCollector, javaCollector, goCollector]) {
    const found = find(scene);
    if (found === undefined) continue;
    try {
      const patient = { ...found, collect: () => insisting(scene, found.collect) };
      await patient.collect();
      return patient;
    } catch (error) {
      reasons.push(errorMessage(error));
    }
  }
  const [first] = reasons;
  return { why: first ?? 'it runs neither Node nor Java, and no target of it answers at /debug/pprof/heap as Go programs can' };
}

/** A busy machine may miss a deadline or two. */
const TRIES = 3;
const PAUSE_MS = 500;

async function insisting<Value>({ ports, signal }: CollectorScene, act: () => Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (tries === TRIES || signal.aborted) throw error;
      await ports.clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}
