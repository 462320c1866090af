import type { LoadThreads, Population } from '../loads/contract.ts';
import type { Redacting } from '../lib/redact.ts';
import { http } from '../journeys/http/index.ts';
import type { Journey, JourneyStep } from '../model/journey.ts';
import type { ResolvedTarget } from '../model/manifest.ts';
import type { Ports } from '../ports/index.ts';
import { newTag } from './messages.ts';
import { populate } from './population.ts';

/** For an answer of a server of our own. */
const REHEARSAL_MS = 5_000;

/** Who walks a load, as data: every thread brings in the same users. */
export interface LoadUsers {
  readonly journeys: readonly Journey[];
  readonly targets: readonly ResolvedTarget[];
  readonly root: string;
  /** Of the run's own commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly naming: Naming;
  /** What the nonces of all threads have in common. Without it there is one thread. */
  readonly tag?: string;
}

/** User `n` is called `<prefix>-<n * step + first>`: other legs have the numbers between. */
export interface Naming {
  readonly prefix: string;
  readonly first: number;
  readonly step: number;
}

/** What a thread is started with. */
export interface LoadTask {
  /** Of the load's plugin. */
  readonly type: string;
  /** What the plugin gave it. */
  readonly part: unknown;
  readonly users: LoadUsers;
  readonly redacting: Redacting;
  /** Argument-vector prefix of this CLI. */
  readonly self: readonly string[];
}

export interface UsersContext {
  readonly ports: Ports;
  readonly redact: (text: string) => string;
  /** Connections that outlive the walks are closed with it. */
  readonly closing: AsyncDisposableStack;
}

/** Brings the users in, for one thread; every walk ends soon after the signal. */
export function usersOf(
  { journeys, naming, tag, ...walking }: LoadUsers,
  { ports, redact, closing }: UsersContext,
  signal: AbortSignal,
): Population {
  const http = closing.use(ports.loadHttp(signal));
  const { clock } = ports;
  const { prefix, first, step } = naming;
  const among = tag === undefined ? undefined : { tag, sharedOffsetMs: clock.sharedOffsetMs(), monotonicMs: () => clock.monotonicMs() };
  const context = { ...walking, ports: { ...ports, http }, signal, redact };
  return populate(journeys, context, { name: (user) => `${prefix}-${user * step + first}`, among });
}

/** The same users, but all that they ask is this address: none of it reaches the system under test. */
export function rehearsing({ tag: _, ...users }: LoadUsers, url: string): LoadUsers {
  const steps = [stepOf({ get: url }), stepOf({ post: `${url}?user={{user}}`, json: { user: '{{user}}' } })];
  return { ...users, journeys: [{ name: 'rehearsal', steps, expect: {}, rows: [] }], targets: [] };
}

function stepOf(written: object): JourneyStep {
  const options = http.options.parse(written);
  const expect: JourneyStep['expect'] = { status: [200], reply: { ok: true } };
  return {
    type: http.type,
    title: http.title(options),
    options: options as JourneyStep['options'],
    capture: { ok: 'ok' },
    expect,
    timeoutMs: REHEARSAL_MS,
  };
}

/** Threads with these users. */
export function threadsOf(
  { threads, self }: Pick<Ports, 'threads' | 'self'>,
  { name, ...task }: Omit<LoadTask, 'part' | 'self'> & { readonly name: string },
): LoadThreads {
  const users = { ...task.users, tag: newTag() };
  let started = 0;
  return {
    cores: threads.cores,
    idleMs: () => threads.idleMs(),
    start: (part, { said, ended }) => {
      started += 1;
      const whole: LoadTask = { ...task, users, part, self };
      return threads.start(whole, { name: `load ${name} ${started}`, said, ended });
    },
  };
}
