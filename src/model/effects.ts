import { z } from 'zod';

import { Miss } from './journey.ts';
import { Limit } from './limit.ts';

/** A journey that is walked many times, and what that must do, and not do, to the system. */
export const PlannedEffect = z.object({
  name: z.string(),
  journey: z.string(),
  walks: z.number(),
  /** Who walks, by turns; `new` is another user for every walk. */
  users: z.union([z.literal('new'), z.number()]),
  /** Walks under way at the same time. */
  atOnce: z.number(),
  /** What a walk opens stays open until the last reading. */
  keepOpen: z.boolean(),
  /** Time after the walks in which what is due to happen can happen. */
  waitMs: z.number(),
  /** A journey that another user walks all the while, and that must work. */
  beside: z.string().optional(),
  /** A number that is read before and after: `service.<name>.metrics.<metric>`, or `<journey>.<capture>`. */
  read: z.string().optional(),
  /** Another one, of which the first is a part. */
  of: z.string().optional(),
  /** Change of the number for each walk that was kept. */
  each: Limit.optional(),
  /** Change of `read` as a part of the change of `of`. */
  share: Limit.optional(),
  /** The number at its highest, and after the wait. */
  peak: Limit.optional(),
  after: Limit.optional(),
  /** After the wait the number is what it was before, or less. */
  returns: z.boolean().optional(),
  /** A capture of the journey that no two walks may share. */
  unique: z.string().optional(),
  /** Of what was kept open, so much is still open after the wait. */
  open: Limit.optional(),
  /** By this walk at the latest one is refused: 429 or 503 with Retry-After. */
  refusedBy: z.number().optional(),
  /** Catalogue rows that this answers, in place of the usual ones. */
  rows: z.array(z.string()),
});
export type PlannedEffect = z.output<typeof PlannedEffect>;

const METRIC = /^service\.(.+?)\.metrics\.(.+)$/;

/** Where a number is read: at a service's metrics, or in a capture of a journey. */
export function sourceOf(
  read: string,
): { type: 'metric'; service: string; metric: string } | { type: 'capture'; journey: string; capture: string } {
  const [, service, metric] = METRIC.exec(read) ?? [];
  if (service !== undefined && metric !== undefined) return { type: 'metric', service, metric };
  const at = read.lastIndexOf('.');
  return { type: 'capture', journey: read.slice(0, at), capture: read.slice(at + 1) };
}

/** All journeys that an effect needs. */
export function journeysOf({ journey, beside, read, of }: Pick<PlannedEffect, 'journey' | 'beside' | 'read' | 'of'>): string[] {
  const readers = [read, of].flatMap((one) => {
    const source = one === undefined ? undefined : sourceOf(one);
    return source?.type === 'capture' ? [source.journey] : [];
  });
  return [journey, ...(beside === undefined ? [] : [beside]), ...readers];
}

/** A number of the system before, during and after the walks. */
export const Reading = z.object({
  what: z.string(),
  before: z.number(),
  /** At its highest while walks were under way; absent where nobody looked. */
  peak: z.number().optional(),
  after: z.number(),
  /** Time after the last walk at which it was back to what it had been; absent if it never was, or nobody asked. */
  backAfterMs: z.number().optional(),
});
export type Reading = z.output<typeof Reading>;

const EffectMiss = Miss.extend({ step: z.string() });

/** How the walks of an effect, or those beside it, went. */
export const EffectWalks = z.object({
  kept: z.number(),
  /** Told to come again later: 429 or 503 with Retry-After. */
  refused: z.number(),
  missed: z.number(),
  cut: z.number(),
  /** What the walks came to, by the last status or the kind of failure. Bounded. */
  outcomes: z.record(z.string(), z.number()),
  /** The first walk that was refused, from 1. */
  firstRefused: z.number().optional(),
  /** The first thing that one missed, refusals aside. */
  miss: EffectMiss.optional(),
});
export type EffectWalks = z.output<typeof EffectWalks>;

/** What walking a journey did to the system. */
export const EffectFields = {
  effect: z.string(),
  journey: z.string(),
  walks: EffectWalks,
  reading: Reading.optional(),
  of: Reading.optional(),
  /** Of the capture that was to be unique: how many there were, how many were different, and the first that came twice. */
  captured: z.object({ values: z.number(), different: z.number(), twice: z.string().optional() }).optional(),
  /** Of what walks opened: how many were opened, and how many the system still held open after the wait. */
  held: z.object({ opened: z.number(), open: z.number() }).optional(),
  beside: EffectWalks.optional(),
};

/** What is asked of an effect, with the rows that can be about it; the first where nobody names one. */
const ROWS = {
  each: ['CON-09', 'OBS-14', 'DATA-08'],
  share: ['AGT-11'],
  peak: ['DB-13'],
  after: ['LEAK-05', 'LEAK-08', 'LEAK-09', 'DB-13'],
  returns: ['LEAK-05', 'LEAK-09', 'DB-13'],
  unique: ['CON-08'],
  open: ['LEAK-08'],
  refusedBy: ['AUTH-06', 'AUTH-07'],
  beside: ['AUTH-06', 'AUTH-07', 'CON-06'],
} as const;
export type Asked = keyof typeof ROWS;

/** The row that one thing asked of an effect is about: what the effect names for itself, else by what it reads. */
export function rowOf(asked: Asked, { rows, read, each, beside, journey }: PlannedEffect): string {
  const fitting: readonly string[] = ROWS[asked];
  const named = rows.find((row) => fitting.includes(row));
  if (named !== undefined) return named;
  if (asked === 'each' && each?.unit === 'bytes') return 'DATA-08';
  if (asked === 'each' && read !== undefined && sourceOf(read).type === 'metric') return 'OBS-14';
  // Another client of the same journey is not to suffer from the first one.
  if (asked === 'beside' && beside === journey) return 'AUTH-07';
  return fitting[0] ?? 'TST-04';
}

/** Everything that is asked of an effect. */
export function askedOf(effect: PlannedEffect): Asked[] {
  return (Object.keys(ROWS) as Asked[]).filter((asked) => effect[asked] !== undefined);
}

/** Rows that an effect answers. */
export function effectRows(effect: PlannedEffect): string[] {
  return [...new Set(askedOf(effect).map((asked) => rowOf(asked, effect)))];
}
