import type { FaultPlugin } from '../../faults/contract.ts';
import type { Json } from '../../lib/json.ts';
import { randomOf } from '../../lib/random.ts';
import type { PlannedFault, PlannedRandom } from '../../model/experiment.ts';
import type { StackManifest } from '../../model/manifest.ts';

/** How often each kind is drawn where nobody says: what happens most in production comes most. */
const WEIGHTS: Readonly<Record<string, number>> = {
  kill: 3,
  stop: 3,
  pause: 2,
  partition: 2,
  latency: 2,
  reset: 1,
  loss: 1,
  connections: 1,
};
/** Milliseconds that a drawn fault lasts. */
const SHORTEST_MS = 2_000;
const LONGEST_MS = 6_000;
/** Draws until one keeps the blast radius; a stack may be too small for it. */
const DRAWS = 50;

export interface Drawn {
  readonly fault: PlannedFault;
  readonly plugin: FaultPlugin;
}

interface Drawing {
  readonly seed: number;
  readonly manifest: StackManifest;
  readonly plugins: readonly FaultPlugin[];
}

/** Faults by chance, a list of those done at once for each experiment. The same seed on the same services gives the same. */
export function drawFaults(random: PlannedRandom, { seed, manifest, plugins }: Drawing): Drawn[][] {
  const chance = randomOf(seed);
  const candidates = candidatesOf(random, { manifest, plugins });
  const atOnce = random.atOnce ?? 1;
  const radius = random.mostServices ?? atOnce;
  return Array.from({ length: random.count }, () => drawOnce(candidates, { chance, atOnce, radius })).filter((drawn) => drawn.length > 0);
}

interface Kind {
  readonly weight: number;
  readonly plugin: FaultPlugin;
  /** Options, in the order of the services' names. */
  readonly places: readonly Json[];
}

function candidatesOf({ weights = WEIGHTS, spare = [] }: PlannedRandom, { manifest, plugins }: Omit<Drawing, 'seed'>): Kind[] {
  const services = manifest.services.filter(({ kind }) => kind === 'long-running').toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const edges = services.flatMap((from) => from.dependsOn.toSorted().map((to) => ({ from: from.name, to })));
  const places: Json[] = [...services.map(({ name }) => ({ service: name })), ...edges];
  return Object.keys(weights)
    .toSorted()
    .flatMap((type) => {
      const plugin = plugins.find((one) => one.type === type);
      const weight = weights[type] ?? 0;
      if (plugin === undefined || weight <= 0) return [];
      const fit = places.flatMap((place) => {
        const parsed = plugin.options.safeParse({ ...(place as object), ...OPTIONS[type] });
        const spared = !parsed.success || plugin.services(parsed.data).some((name) => spare.includes(name));
        return spared ? [] : [parsed.data as Json];
      });
      return fit.length === 0 ? [] : [{ weight, plugin, places: fit }];
    });
}

/** What a kind needs beside its place. */
const OPTIONS: Readonly<Record<string, object>> = { cpu: { cpus: 0.1 }, bandwidth: { rate: '64kB' } };

interface Chances {
  readonly chance: () => number;
  readonly atOnce: number;
  readonly radius: number;
}

function drawOnce(kinds: readonly Kind[], { chance, atOnce, radius }: Chances): Drawn[] {
  const drawn: Drawn[] = [];
  const harmed = new Set<string>();
  for (let draws = 0; draws < DRAWS && drawn.length < atOnce && kinds.length > 0; draws += 1) {
    const kind = pick(kinds, chance());
    const options = kind?.places[Math.floor(chance() * kind.places.length)];
    const durationMs = Math.round((SHORTEST_MS + chance() * (LONGEST_MS - SHORTEST_MS)) / 100) * 100;
    if (kind === undefined || options === undefined) continue;
    const services = kind.plugin.services(options);
    // Two faults on one service are one that nobody can tell apart.
    if (services.some((name) => harmed.has(name)) || harmed.size + services.length > radius) continue;
    for (const name of services) harmed.add(name);
    drawn.push({
      plugin: kind.plugin,
      fault: { type: kind.plugin.type, options, ...(kind.plugin.lasts === 'held' ? { durationMs } : {}) },
    });
  }
  return drawn;
}

function pick(kinds: readonly Kind[], at: number): Kind | undefined {
  let left = at * kinds.reduce((sum, { weight }) => sum + weight, 0);
  return kinds.find(({ weight }) => (left -= weight) < 0) ?? kinds.at(-1);
}
