import type { FaultPlugin } from '../../faults/contract.ts';
import type { Json } from '../../lib/json.ts';
import type { PlannedFault } from '../../model/experiment.ts';
import type { Service, StackManifest } from '../../model/manifest.ts';
import type { Budget } from '../../model/stage.ts';

/** An experiment that nobody wrote down: made for a family of faults from the stack as it stands. */
export interface DefaultExperiment {
  readonly name: string;
  readonly fault: PlannedFault;
  readonly plugin: FaultPlugin;
  readonly rows: readonly string[];
}

/** Rows about one kind of dependency that is down, by what its service or image is called. */
const DEPENDENCY_ROWS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/redis|valkey|keydb|dragonfly/i, ['RED-09']],
  [/qdrant|weaviate|milvus|chroma|vector/i, ['VEC-10']],
  [/agent|llm|assistant|model/i, ['RES-12']],
  [/mysql|maria|postgres|mongo|clickhouse|cockroach|mssql|sqlserver|oracle|(?:^|[-_])db(?:$|[-_:])|database/i, ['DB-20']],
];

const NETWORK_TYPES = ['partition', 'latency', 'reset', 'loss'] as const;
const STATE_TYPES = ['read-only', 'disk', 'connections'] as const;

/**
 * The experiments of a family, most telling first: what most services depend on comes before what nobody needs. A pull request tries each
 * dependency once; later budgets try every fault on it.
 */
export function defaultsOf(
  family: string,
  { manifest, plugins, budget }: { readonly manifest: StackManifest; readonly plugins: readonly FaultPlugin[]; readonly budget: Budget },
): DefaultExperiment[] {
  const running = manifest.services.filter(({ kind }) => kind === 'long-running');
  const edges = edgesOf(running);
  const make = maker(plugins);
  switch (family) {
    case 'service':
      return [
        ...dependenciesOf(edges).flatMap((to) =>
          make(`${to.name}-down`, 'stop', { options: { service: to.name }, rows: ['RES-13', ...rowsOf(to)] }),
        ),
        ...running.flatMap(({ name }) => make(`${name}-dies`, 'kill', { options: { service: name }, rows: [] })),
        ...dependenciesOf(edges).flatMap((to) => make(`${to.name}-hangs`, 'pause', { options: { service: to.name }, rows: ['RES-13'] })),
        // Who depends on others is the project's own; how a server of somebody else ends is not its matter.
        ...(budget === 'pr' ? [] : running)
          .filter(({ dependsOn }) => dependsOn.length > 0)
          .flatMap(({ name }) => make(`${name}-ends`, 'shutdown', { options: { service: name }, rows: [] })),
      ];
    case 'network':
      return NETWORK_TYPES.slice(0, budget === 'pr' ? 2 : NETWORK_TYPES.length).flatMap((type) =>
        edges.flatMap(({ from, to }) =>
          make(`${from.name}-${to.name}-${type}`, type, { options: { from: from.name, to: to.name }, rows: [] }),
        ),
      );
    case 'state':
      return STATE_TYPES.flatMap((type) =>
        dependenciesOf(edges).flatMap((to) => make(`${to.name}-${type}`, type, { options: { service: to.name }, rows: [] })),
      );
    default:
      return [];
  }
}

interface Edge {
  readonly from: Service;
  readonly to: Service;
}

/** Who depends on whom, those with most dependents first. */
function edgesOf(services: readonly Service[]): Edge[] {
  const edges = services.flatMap((from) => reachedFrom(from, services).map((to) => ({ from, to })));
  const dependents = (to: Service): number => edges.filter((edge) => edge.to === to).length;
  return edges.sort((a, b) => dependents(b.to) - dependents(a.to));
}

function reachedFrom(from: Service, services: readonly Service[]): Service[] {
  return from.dependsOn.flatMap((name) => services.find((service) => service.name === name) ?? []);
}

function dependenciesOf(edges: readonly Edge[]): Service[] {
  return [...new Set(edges.map(({ to }) => to))];
}

function rowsOf({ name, image = '' }: Service): string[] {
  return DEPENDENCY_ROWS.flatMap(([pattern, rows]) => (pattern.test(name) || pattern.test(image) ? rows : []));
}

function maker(plugins: readonly FaultPlugin[]) {
  return (name: string, type: string, { options, rows }: { options: Json; rows: readonly string[] }): DefaultExperiment[] => {
    const plugin = plugins.find((candidate) => candidate.type === type);
    const parsed = plugin?.options.safeParse(options);
    if (plugin === undefined || parsed?.success !== true) return [];
    return [{ name, fault: { type, options: parsed.data as Json }, plugin, rows: [...new Set([...rows, ...plugin.rows])] }];
  };
}
