import { stepKinds } from '../../src/journeys/registry.ts';
import { randomOf } from '../../src/lib/random.ts';
import { measure, type Measured } from '../../src/loads/engine/measure.ts';
import type { LoadContext } from '../../src/loads/contract.ts';
import { openSchedule, type Schedule } from '../../src/loads/engine/schedule.ts';
import type { Journey, JourneyStep } from '../../src/model/journey.ts';
import { nodePorts } from '../../src/ports/node/index.ts';
import { populate } from '../../src/run/population.ts';

export interface Load {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly users?: number;
  readonly signal?: AbortSignal;
}

type Written = Readonly<Record<string, unknown>> & { readonly expect?: JourneyStep['expect'] };

/** What the engine measures with real ports and a journey of these steps, whether or not it would vouch for it. */
export function measureLoad(written: readonly Written[], { perSecond, durationMs, users = 100, signal }: Load): Promise<Measured> {
  const spacing = { type: 'poisson', random: randomOf(1) } as const;
  return measureSchedule(written, openSchedule([{ durationMs, from: perSecond, to: perSecond }], { users, spacing, durationMs }), signal);
}

/** The same with arrivals of any kind. */
export async function measureSchedule(written: readonly Written[], schedule: Schedule, signal?: AbortSignal): Promise<Measured> {
  await using context = contextOf(written, signal);
  return await measure(schedule, context);
}

/** What an engine gets: real ports, and users who walk these steps. Disposing of it closes their connections. */
export function contextOf(written: readonly Written[], signal = new AbortController().signal): LoadContext & AsyncDisposable {
  const journey: Journey = { name: 'j', steps: written.map(stepOf), expect: {}, rows: [] };
  const ports = nodePorts({ env: {}, self: [], progress: { say: () => {}, update: () => {}, warn: () => {} } });
  const closing = new AsyncDisposableStack();
  return {
    name: 'load',
    ports,
    seed: 1,
    tell: () => undefined,
    signal,
    populate: (walks) => {
      const http = closing.use(ports.loadHttp(walks));
      const context = { ports: { ...ports, http }, root: '/', targets: [], env: {}, signal: walks, redact: (text: string) => text };
      return populate([journey], context, (user) => `u${user}`);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function stepOf({ expect = {}, ...step }: Written): JourneyStep {
  const plugin = stepKinds.find(({ keys }) => keys.some((key) => key in step));
  if (!plugin) throw new Error('no kind of step has any of these keys');
  const options = plugin.options.parse(step) as JourneyStep['options'];
  return { type: plugin.type, title: plugin.title(options), options, capture: {}, expect, timeoutMs: 10_000 };
}
