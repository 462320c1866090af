import { z } from 'zod';

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

const DURATION = /^\s*(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d)\s*)+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g;
const PERCENTAGE = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/;
const SIZE = /^\s*(\d+(?:\.\d+)?)\s*(B|[kK]B|MB|GB|TB|KiB|MiB|GiB|TiB)\s*$/;

/** Milliseconds in `30m`, `1h30m`, `500ms`; `undefined` when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART)) total += Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  return total;
}

/** The ratio 0–1 in `90%`; `undefined` when the text is not a percentage. */
export function parsePercentage(text: string): number | undefined {
  const match = PERCENTAGE.exec(text);
  return match ? Number(match[1]) / 100 : undefined;
}

/** Bytes in `2GB` (decimal) or `512MiB` (binary); `undefined` when the text is not a size. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  return match ? Number(match[1]) * BYTES[match[2] as keyof typeof BYTES] : undefined;
}

/** A duration as users write it (`30m`, `1h30m`, `500ms`); milliseconds once parsed. */
export const Duration = z
  .string()
  .regex(DURATION, 'not a duration: write a number with a unit, such as 500ms, 30s, 5m or 1h30m')
  .transform((text) => parseDuration(text) ?? 0)
  .meta({ description: 'a duration: 500ms, 30s, 5m, 1h30m' });
export type Duration = z.output<typeof Duration>;

/** A percentage as users write it (`90%`); a ratio 0–1 once parsed. */
export const Percentage = z
  .string()
  .regex(PERCENTAGE, 'not a percentage: write it with its sign, such as 90%')
  .transform((text) => parsePercentage(text) ?? 0)
  .refine((ratio) => ratio <= 1, 'a percentage here cannot be over 100%')
  .meta({ description: 'a percentage: 90%' });
export type Percentage = z.output<typeof Percentage>;

/** `0:41`, `12:05`, `1:02:03`: how stage tables show a duration given in milliseconds. */
export function clockFace(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const tail = `${String(m).padStart(h > 0 ? 2 : 1, '0')}:${String(s).padStart(2, '0')}`;
  return h > 0 ? `${h}:${tail}` : tail;
}

/** `84 ms`, `4.2 s`, `30 m`, `1 h 30 m`: a duration in prose, given in milliseconds. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${trimZero(ms / 1000)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) {
    const seconds = Math.round((ms % 60_000) / 1000);
    return seconds > 0 && seconds < 60 ? `${Math.floor(ms / 60_000)} m ${seconds} s` : `${minutes} m`;
  }
  const rest = minutes % 60;
  return rest > 0 ? `${Math.floor(minutes / 60)} h ${rest} m` : `${Math.floor(minutes / 60)} h`;
}

/** `91.3 %` for the ratio 0.913; never rounds up to 100 % what is below it. */
export function formatRatio(ratio: number): string {
  const percent = ratio * 100;
  const shown = ratio < 1 ? Math.floor(percent * 10) / 10 : percent;
  return `${trimZero(shown)} %`;
}

/** `512 B`, `1.4 MB`: decimal units, given in bytes. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= factor) return `${trimZero(bytes / factor)} ${unit}`;
  }
  return `${bytes} B`;
}

function trimZero(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
