import { z } from 'zod';

import { CriticalLines } from './diagnostic.ts';

/** Where the logs of what was deployed can be read. */
export const WatchedLogs = z.discriminatedUnion('type', [
  z.object({ type: z.literal('file'), path: z.string() }),
  z.object({ type: z.literal('command'), line: z.string() }),
  z.object({ type: z.literal('loki'), url: z.string(), query: z.string(), headers: z.record(z.string(), z.string()) }),
]);
export type WatchedLogs = z.output<typeof WatchedLogs>;

/** Who knows which alerts fire. */
export const WatchedAlerts = z.object({
  type: z.enum(['alertmanager', 'prometheus']),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  /** Names of alerts that may fire. */
  ignore: z.array(z.string()),
});
export type WatchedAlerts = z.output<typeof WatchedAlerts>;

/** Asked of a stage: what was deployed is watched while the stage works, and at least for a time. */
export const PlannedWatch = z.object({
  /** Milliseconds. */
  forMs: z.number(),
  askedMs: z.number(),
  everyMs: z.number(),
  logs: WatchedLogs.optional(),
  alerts: WatchedAlerts.optional(),
});
export type PlannedWatch = z.output<typeof PlannedWatch>;

/** The answers of one health path. */
export const WatchedHealth = z.object({
  target: z.string(),
  url: z.string(),
  asked: z.number(),
  bad: z.number(),
  /** Most bad answers in a row. */
  row: z.number(),
  /** Whether the last answer was a bad one. */
  down: z.boolean(),
  first: z.object({ at: z.string(), said: z.string() }).optional(),
});
export type WatchedHealth = z.output<typeof WatchedHealth>;

export const FiringAlert = z.object({
  name: z.string(),
  severity: z.string().optional(),
  /** Since when it fires, as its server says. */
  since: z.string().optional(),
  /** In how many of the looks. */
  looks: z.number(),
  labels: z.record(z.string(), z.string()),
});
export type FiringAlert = z.output<typeof FiringAlert>;

/** What was seen of a deployed system over a time. Whatever could not be looked at says why. */
export const WatchFields = {
  health: z.array(WatchedHealth),
  logs: z
    .discriminatedUnion('state', [
      z.object({ state: z.literal('read'), source: z.string(), lines: z.number(), critical: z.array(CriticalLines) }),
      z.object({ state: z.literal('unread'), source: z.string(), because: z.string() }),
    ])
    .optional(),
  alerts: z
    .discriminatedUnion('state', [
      z.object({
        state: z.literal('read'),
        source: z.string(),
        looks: z.number(),
        ignored: z.array(z.string()),
        firing: z.array(FiringAlert),
      }),
      z.object({ state: z.literal('unread'), source: z.string(), because: z.string() }),
    ])
    .optional(),
};
