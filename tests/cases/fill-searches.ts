type Loose = Record<string, unknown>;

/** `heap: [8e6, 8.1e6, …]` and the like are looks after 500 walks each, `fds: null` what nobody could count; everything else has a plain value. */
export function fillLeaks({ services, walks, journey = 'chat', ...loose }: Loose): Loose {
  return {
    journey,
    users: 20,
    waitMs: 0,
    cycles: 14,
    walks: { kept: 7_500, missed: 0, cut: 0, ...(walks as Loose | undefined) },
    ...loose,
    id: `${String(loose['stage'])}/leaks-${String(journey)}`,
    services: ((services ?? []) as Loose[]).map(fillService),
  };
}

const COLUMNS = { heap: 'heapBytes', memory: 'memoryBytes', fds: 'fds', pids: 'pids', goroutines: 'goroutines' } as const;

const PLAIN = { fds: 30, pids: 11 };

function fillService(loose: Loose): Loose {
  const columns = Object.entries(COLUMNS).flatMap(([name, key]) => (loose[name] ? [{ key, values: loose[name] as number[] }] : []));
  const length = Math.max(...columns.map(({ values }) => values.length), 0);
  const plain = Object.fromEntries(Object.entries(PLAIN).filter(([key]) => loose[key] !== null));
  const looks = Array.from({ length }, (_, look) => ({
    walks: look * 500,
    ...plain,
    ...Object.fromEntries(columns.map(({ key, values }) => [key, values[look]])),
  }));
  const rest = Object.fromEntries(Object.entries(loose).filter(([key]) => !(key in COLUMNS)));
  return { service: 'api', spoken: true, collected: { state: 'forced', runtime: 'node', by: 'its inspector' }, looks, ...rest };
}

/** `pairs: [[10, 11.2], …]` are medians of base and head in milliseconds, with CPU of a tenth of that in each of 100 walks. */
export function fillComparison({ lives, ...loose }: Loose): Loose {
  return {
    against: { state: 'base', sha: 'ba5e0000ba5e0000ba5e0000ba5e0000ba5e0000' },
    ...loose,
    id: `${String(loose['stage'])}/comparison-base`,
    lives: ((lives ?? []) as Loose[]).map((life, index) => ({
      journey: 'chat',
      life: index + 1,
      ...life,
      pairs: ((life['pairs'] ?? []) as [number, number][]).map(([base, head]) => [block('base', base), block('head', head)]),
    })),
  };
}

function block(side: string, p50: number): Loose {
  return { side, walks: 100, failed: 0, p50, p99: p50 * 3, turns: Array.from({ length: 10 }, () => p50), cpuMs: { api: p50 * 10 } };
}
