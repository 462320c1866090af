import { z } from 'zod';

import type { Readiness, ResolvedTarget, RootCause, StackManifest } from '../../model/manifest.ts';
import type { PlannedTarget } from '../../model/plan.ts';
import { formatDuration } from '../../model/units.ts';
import type { Ports } from '../../ports/index.ts';
import { defineStack, type StackContext, type UpResult } from '../contract.ts';

const PROBE_MS = 2_000;
const LOOK_MS = 200;
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 };

const Address = z.string().refine((text) => {
  const url = URL.parse(text);
  return url !== null && (url.protocol in PORTS || (url.protocol === 'tcp:' && url.port !== ''));
}, 'an absolute URL: http(s)://…, ws(s)://… or tcp://host:port');

/** Something that runs already: it is asked, never touched. */
export const ExternalOptions = z.strictObject({
  /** Name → URL. Targets of the config add their own health paths and win over these. */
  targets: z.record(z.string(), Address).optional(),
});
export type ExternalOptions = z.output<typeof ExternalOptions>;

const ExternalHandle = z.object({ targets: z.record(z.string(), z.string()) });

export const external = defineStack<ExternalOptions>({
  kind: 'external',
  summary: 'something that runs already (staging, a preview): asked, never started, changed or stopped',
  options: ExternalOptions,
  preflight: async (options, { targets }) =>
    targetsOf(options.targets ?? {}, targets).length > 0
      ? []
      : [
          {
            level: 'error',
            what: 'no-target',
            message: 'an external stack without targets: there is nothing to ask',
            fix: 'Name at least one URL under `targets`.',
          },
        ],
  up: async (options, context) => {
    const named = options.targets ?? {};
    await context.book({ targets: named });
    return observe(named, context, context.readyMs);
  },
  look: (manifest, context) => observe(ExternalHandle.parse(manifest.handle).targets, context, 0),
  watch: () => ({ incidents: () => [], moves: () => 0, [Symbol.asyncDispose]: () => Promise.resolve() }),
  logs: () => Promise.resolve([]),
  down: () => Promise.resolve([]),
});

interface Answer {
  readonly target: ResolvedTarget;
  readonly ok: boolean;
  readonly message: string;
}

async function observe(named: Readonly<Record<string, string>>, context: StackContext, readyMs: number): Promise<UpResult> {
  const { ports, signal, instance } = context;
  const targets = targetsOf(named, context.targets);
  const manifest: StackManifest = {
    schema: 'gauntlet.stack/1',
    kind: 'external',
    instance,
    project: 'external',
    services: [],
    targets,
    handle: { targets: { ...named } },
  };
  const began = ports.clock.monotonicMs();
  const answered = new Map<string, Answer>();
  for (;;) {
    signal.throwIfAborted();
    const open = targets.filter(({ name }) => answered.get(name)?.ok !== true);
    for (const answer of await Promise.all(open.map((target) => ask(target, ports, signal)))) answered.set(answer.target.name, answer);
    const afterMs = ports.clock.monotonicMs() - began;
    const failing = [...answered.values()].filter(({ ok }) => !ok);
    if (failing.length === 0 && targets.length > 0) return { manifest, readiness: { state: 'ready', afterMs } };
    if (afterMs >= readyMs) return { manifest, readiness: notReady(failing, afterMs) };
    ports.progress.update(`waiting for ${failing.map(({ target }) => target.name).join(', ')}`);
    await ports.clock.sleep(Math.min(LOOK_MS, readyMs - afterMs), signal);
  }
}

/** A health path must answer 2xx or 3xx; without one, any HTTP answer or an open port will do. */
async function ask(target: ResolvedTarget, { http, tcp }: Pick<Ports, 'http' | 'tcp'>, signal: AbortSignal): Promise<Answer> {
  const { url, health, host, port } = target;
  if (health === undefined) {
    const ok = await tcp.probe(host, port, PROBE_MS);
    return { target, ok, message: ok ? 'answers' : `nothing answers at ${host}:${String(port)}` };
  }
  const address = new URL(health, url.replace(/^ws/, 'http').replace(/^tcp:/, 'http:')).href;
  const result = await http.request({ method: 'GET', url: address, timeoutMs: PROBE_MS, signal, maxBytes: 2_000 });
  if (result.state === 'failed') return { target, ok: false, message: `GET ${address} failed: ${result.reason} (${result.message})` };
  return { target, ok: result.status >= 200 && result.status < 400, message: `GET ${address} answered ${String(result.status)}` };
}

function notReady(failing: readonly Answer[], afterMs: number): Readiness {
  const causes = failing.map(({ target, message }): RootCause => ({
    service: target.name,
    reason: 'unreachable',
    message: afterMs > PROBE_MS ? `${message}; the time to be ready was over after ${formatDuration(afterMs)}` : message,
    logTail: [],
    blocked: [],
  }));
  const nothing: RootCause = { service: '(stack)', reason: 'missing', message: 'there is no target to ask', logTail: [], blocked: [] };
  return { state: 'not-ready', afterMs, causes: causes.length > 0 ? causes : [nothing] };
}

function targetsOf(named: Readonly<Record<string, string>>, planned: readonly PlannedTarget[]): ResolvedTarget[] {
  const own = planned.flatMap((target): ResolvedTarget[] => {
    const url = target.url ?? named[target.name] ?? (target.service === undefined ? undefined : named[target.service]);
    return url === undefined ? [] : [resolved(target.name, url, target)];
  });
  const rest = Object.entries(named).filter(([name]) => !own.some((target) => target.name === name));
  return [...own, ...rest.map(([name, url]) => resolved(name, url))];
}

function resolved(name: string, url: string, target?: PlannedTarget): ResolvedTarget {
  const { protocol, hostname, port } = new URL(url);
  return {
    name,
    url: url.replace(/\/+$/, ''),
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (PORTS[protocol] ?? 80),
    ...(target?.service === undefined ? {} : { service: target.service }),
    ...(target?.health === undefined ? {} : { health: target.health }),
  };
}
