import type { ResolvedTarget } from '../../model/manifest.ts';
import type { Collected, Collector, CollectorScene, HeapProfile } from './collector.ts';

const PATIENCE_MS = 30_000;
const MOST_BYTES = 16_000_000;

/** Go, through net/http/pprof (https://pkg.go.dev/net/http/pprof), where a target of the service answers for it. */
export function goCollector(scene: CollectorScene): Collector | undefined {
  const targets = scene.targets.filter(({ url }) => url.startsWith('http'));
  if (targets.length === 0) return undefined;
  let place: ResolvedTarget | undefined;
  const collect = async (): Promise<Collected> => {
    place ??= await firstThatAnswers(scene, targets);
    // What finalizers and pools let go of in the first collection is taken in the second.
    await ask(scene, place, 'heap?gc=1');
    const heapBytes = heapOf(text(await ask(scene, place, 'heap?gc=1&debug=1')));
    if (heapBytes === undefined) throw new Error('its heap profile does not tell how large the heap is');
    const goroutines = /total (\d+)/.exec(text(await ask(scene, place, 'goroutine?debug=1')))?.[1];
    return { heapBytes, ...(goroutines === undefined ? {} : { goroutines: Number(goroutines) }) };
  };
  return {
    how: { state: 'forced', runtime: 'go', by: 'net/http/pprof (`/debug/pprof/heap?gc=1`)' },
    collect,
    profile: async (durationMs): Promise<HeapProfile> => {
      await scene.ports.clock.sleep(durationMs, scene.signal);
      place ??= await firstThatAnswers(scene, targets);
      return { data: await ask(scene, place, 'heap?gc=1'), ending: 'pb.gz', top: [] };
    },
  };
}

async function firstThatAnswers(scene: CollectorScene, targets: readonly ResolvedTarget[]): Promise<ResolvedTarget> {
  for (const target of targets) {
    const answer = await ask(scene, target, 'heap?gc=1&debug=1').catch(() => undefined);
    if (answer !== undefined && heapOf(text(answer)) !== undefined) return target;
  }
  throw new Error('it runs neither Node nor Java, and no target of it answers at /debug/pprof/heap as Go programs can');
}

async function ask({ ports, signal }: CollectorScene, { url }: ResolvedTarget, what: string): Promise<Uint8Array> {
  const address = `${new URL(url).origin}/debug/pprof/${what}`;
  const answer = await ports.http.request({ method: 'GET', url: address, timeoutMs: PATIENCE_MS, signal, maxBytes: MOST_BYTES });
  if (answer.state === 'failed') throw new Error(`${address}: ${answer.message}`);
  if (answer.status !== 200) throw new Error(`${address} answered ${String(answer.status)}`);
  return answer.body;
}

/** Bytes of live objects in a heap profile as text: `# HeapAlloc = 123` (runtime.MemStats). */
export function heapOf(profile: string): number | undefined {
  const bytes = /^# HeapAlloc = (\d+)$/m.exec(profile)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

function text(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
