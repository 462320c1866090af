import { stepKinds } from '../../src/journeys/registry.ts';
import { randomOf } from '../../src/lib/random.ts';
import { measure, type Measured } from '../../src/loads/engine/measure.ts';
import type { LoadContext } from '../../src/loads/contract.ts';
import { openSchedule, type Schedule } from '../../src/loads/engine/schedule.ts';
import type { Journey, JourneyStep } from '../../src/model/journey.ts';
import type { Sockets } from '../../src/ports/index.ts';
import { nodePorts } from '../../src/ports/node/index.ts';
import { rehearsing, threadsOf, usersOf } from '../../src/run/load-users.ts';

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
  return measureSchedule(written, openSchedule([{ durationMs, from: perSecond, to: perSecond }], { users, spacing, durationMs }), {
    signal,
  });
}

/** The same with arrivals of any kind. `heard` sees every WebSocket message when it is read. */
export async function measureSchedule(
  written: readonly Written[],
  schedule: Schedule,
  { signal, heard }: { readonly signal?: AbortSignal | undefined; readonly heard?: Heard } = {},
): Promise<Measured> {
  await using context = contextOf(written, signal, heard);
  return await measure(schedule, context);
}

type Heard = (text: string, atMs: number) => void;

/** What an engine gets: real ports, and users who walk these steps. Disposing of it closes their connections. */
export function contextOf(
  written: readonly Written[],
  signal = new AbortController().signal,
  heard?: Heard,
): LoadContext & AsyncDisposable {
  const journey: Journey = { name: 'j', steps: written.map(stepOf), expect: {}, rows: [] };
  const ports = nodePorts({ env: {}, self: [], progress: { say: () => {}, update: () => {}, warn: () => {} } });
  const walking = { ...ports, sockets: heard ? tapped(ports.sockets, heard) : ports.sockets };
  const users = { journeys: [journey], root: '/', targets: [], env: {}, naming: { prefix: 'u', first: 0, step: 1 } };
  const closing = new AsyncDisposableStack();
  return {
    name: 'load',
    ports,
    seed: 1,
    tell: () => undefined,
    signal,
    populate: (walks) => usersOf(users, { ports: walking, redact: (text) => text, closing }, walks),
    rehearse: (url, walks) => usersOf(rehearsing(users, url), { ports, redact: (text) => text, closing }, walks),
    threads: threadsOf(ports, { type: 'engine', users, redacting: { env: {}, runId: 'test', root: '/', patterns: [] }, name: 'load' }),
    stepsPerWalk: journey.steps.length,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function tapped(sockets: Sockets, heard: Heard): Sockets {
  return {
    connect: (url, { onMessage, ...options }) =>
      sockets.connect(url, {
        ...options,
        onMessage: (text, atMs) => {
          heard(text, atMs);
          onMessage?.(text, atMs);
        },
      }),
  };
}

function stepOf({ expect = {}, ...step }: Written): JourneyStep {
  const plugin = stepKinds.find(({ keys }) => keys.some((key) => key in step));
  if (!plugin) throw new Error('no kind of step has any of these keys');
  const options = plugin.options.parse(step) as JourneyStep['options'];
  return { type: plugin.type, title: plugin.title(options), options, capture: {}, expect, timeoutMs: 10_000 };
}
