import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The recorded events; a suffix names the variant (`.fork`: the head lives in another repository). */
export const EVENT_FIXTURES = [
  'pull_request.opened',
  'pull_request.opened.fork',
  'pull_request.opened.dependabot',
  'pull_request.synchronize',
  'pull_request.synchronize.fork',
  'pull_request_target.opened.fork',
  'push',
  'merge_group.checks_requested',
  'workflow_run.completed',
  'workflow_run.completed.fork',
  'workflow_dispatch',
  'schedule',
] as const;

export type EventFixture = (typeof EVENT_FIXTURES)[number];

interface Repo {
  id: number;
  full_name: string;
  fork: boolean;
  default_branch: string;
}

interface Side {
  ref: string;
  sha: string;
  /** null once a fork has been deleted. */
  repo: Repo | null;
}

interface Actor {
  login: string;
  type: string;
}

interface Common {
  repository: Repo;
  sender: Actor;
}

interface PullRequestPayload extends Common {
  action: string;
  number: number;
  pull_request: { number: number; title: string; draft: boolean; merge_commit_sha: string | null; user: Actor; head: Side; base: Side };
}

interface WorkflowRunPayload extends Common {
  action: string;
  workflow_run: {
    id: number;
    event: string;
    conclusion: string;
    head_sha: string;
    head_branch: string;
    run_attempt: number;
    pull_requests: { number: number }[];
    head_repository: Repo;
  };
}

/** What each event carries, as far as Gauntlet reads it; the JSON holds more. */
export interface EventPayloads {
  pull_request: PullRequestPayload;
  pull_request_target: PullRequestPayload;
  push: Common & { ref: string; before: string; after: string; created: boolean; deleted: boolean; forced: boolean };
  merge_group: Common & { action: string; merge_group: { head_sha: string; head_ref: string; base_sha: string; base_ref: string } };
  workflow_run: WorkflowRunPayload;
  workflow_dispatch: Common & { ref: string; inputs: Record<string, string>; workflow: string };
  /** Nothing but the cron line and the file: there is no repository in it. */
  schedule: { schedule: string; workflow: string };
}

export type EventName = keyof EventPayloads;
type NameOf<F extends EventFixture> = F extends `${infer Name}.${string}` ? Name & EventName : F & EventName;
export type PayloadOf<F extends EventFixture> = EventPayloads[NameOf<F>];

/** Overrides to any depth: objects merge, everything else (arrays too) replaces. */
export type Overrides<T> = T extends unknown[] ? T : T extends object ? { [K in keyof T]?: Overrides<T[K]> } : T;

type Dict = Record<string, unknown>;
const isDict = (value: unknown): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isDict(base) || !isDict(over)) return over;
  const merged: Dict = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = merge(base[key], value);
  return merged;
}

/** A fresh copy of a recorded payload: `eventPayload('pull_request.opened.fork', { pull_request: { draft: true } })`. */
export function eventPayload<F extends EventFixture>(fixture: F, overrides?: Overrides<PayloadOf<F>>): PayloadOf<F> {
  const text = readFileSync(join(import.meta.dirname, 'events', `${fixture}.json`), 'utf8');
  return merge(JSON.parse(text), overrides) as PayloadOf<F>;
}

/** The same with the event's name, as the runner harness takes it. */
export function eventOf<F extends EventFixture>(
  fixture: F,
  overrides?: Overrides<PayloadOf<F>>,
): { name: NameOf<F>; payload: PayloadOf<F> } {
  return { name: fixture.split('.')[0] as NameOf<F>, payload: eventPayload(fixture, overrides) };
}
