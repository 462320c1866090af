import { z } from 'zod';

import type { Ports } from '../../ports/index.ts';
import { docker, parseJson, PROJECT_LABEL, SERVICE_LABEL } from './engine.ts';
import type { Project } from './options.ts';

const Event = z.object({
  Action: z.string(),
  timeNano: z.number().optional(),
  time: z.number().optional(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).default({}) }),
});

/** Something that happened to a container of the project. */
export interface EngineEvent {
  readonly at: string;
  readonly id: string;
  readonly service: string;
  readonly container: string;
  readonly action: 'create' | 'start' | 'die' | 'oom' | 'kill' | 'destroy' | 'pause' | 'unpause' | 'healthy' | 'unhealthy';
  readonly exitCode?: number | undefined;
}

const ACTIONS = ['create', 'start', 'die', 'oom', 'kill', 'destroy', 'pause', 'unpause'] as const;

/** One line of `docker events --format '{{json .}}'`; `undefined` for what does not concern us. */
export function readEvent(line: string): EngineEvent | undefined {
  const parsed = Event.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const { Action, Actor, time, timeNano } = parsed.data;
  const health = /^health_status: (healthy|unhealthy)$/.exec(Action)?.[1] as 'healthy' | 'unhealthy' | undefined;
  const action = health ?? ACTIONS.find((known) => known === Action);
  const service = Actor.Attributes[SERVICE_LABEL];
  if (action === undefined || service === undefined || Actor.Attributes['com.docker.compose.oneoff'] === 'True') return undefined;
  const exitCode = Actor.Attributes['exitCode'];
  return {
    at: new Date(timeNano === undefined ? (time ?? 0) * 1000 : timeNano / 1e6).toISOString(),
    id: Actor.ID,
    service,
    container: Actor.Attributes['name'] ?? Actor.ID.slice(0, 12),
    action,
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
  };
}

/**
 * Follows the project's events from `since` (ISO 8601) until the signal. Starts again when the stream breaks, from the last event on.
 * Resolves soon after the abort; never rejects.
 */
export async function followEvents(
  ports: Pick<Ports, 'exec' | 'clock'>,
  project: Project,
  options: {
    readonly since: string;
    readonly signal: AbortSignal;
    readonly onEvent: (event: EngineEvent) => void;
    readonly onBreak?: () => void;
  },
): Promise<void> {
  const { signal, onEvent } = options;
  const seen = new Set<string>();
  let since = options.since;
  const onLine = (line: string): void => {
    const event = readEvent(line);
    const key = event && `${event.at} ${event.id} ${event.action}`;
    if (!event || key === undefined || seen.has(key)) return;
    seen.add(key);
    since = event.at;
    onEvent(event);
  };
  const filters = [
    `label=${PROJECT_LABEL}=${project.project}`,
    'type=container',
    ...[...ACTIONS, 'health_status'].map((action) => `event=${action}`),
  ];
  const args = filters.flatMap((filter) => ['--filter', filter]);
  while (!signal.aborted) {
    await docker(ports, ['events', '--format', '{{json .}}', '--since', since, ...args], {
      env: project.env,
      signal,
      timeoutMs: STREAM_MS,
      onLine,
    });
    if (!signal.aborted) options.onBreak?.();
    await ports.clock.sleep(RECONNECT_MS, signal).catch(() => undefined);
  }
}

/** A stream is renewed once an hour: every call has a deadline. */
const STREAM_MS = 3_600_000;
const RECONNECT_MS = 250;
