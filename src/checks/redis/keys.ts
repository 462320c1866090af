import { z } from 'zod';

import type { RedisSession } from '../../ports/index.ts';
import type { Store } from '../live/stores.ts';
import type { KeyFacts } from './judge.ts';

export const RED03 = z.strictObject({
  pattern: z
    .string()
    .refine(isPattern, 'not a regular expression')
    .describe('Regular expression that the name of every key matches: `^(session|conversation):`.'),
});

const SAMPLE = 1_000;
const ROUNDS = 50;
const SHAPES = 8;

/** A sample of the names, by SCAN, which blocks nobody: https://redis.io/docs/latest/commands/scan/ */
export async function keyNames(
  session: RedisSession,
  { service, place }: Store,
  { pattern }: z.output<typeof RED03>,
): Promise<KeyFacts['stores'][number]> {
  const wanted = new RegExp(pattern);
  const seen = new Set<string>();
  let cursor = '0';
  for (let round = 0; round < ROUNDS && seen.size < SAMPLE; round += 1) {
    const [next, keys] = z.tuple([z.coerce.string(), z.array(z.coerce.string())]).parse(await session.call('SCAN', cursor, 'COUNT', '200'));
    // What the gate itself writes, side by side with this, is not the system's.
    for (const key of keys) if (!key.startsWith('gauntlet:')) seen.add(key.slice(0, 500));
    cursor = next;
    if (cursor === '0') break;
  }
  const names = [...seen].slice(0, SAMPLE);
  const others = names.filter((name) => !wanted.test(name));
  return {
    service: service.name,
    place: place.shown,
    seen: names.length,
    matching: names.length - others.length,
    keys: cursor === '0' ? names.length : Number(await session.call('DBSIZE')),
    offenders: [...new Set(others.map(shapeOf))].slice(0, SHAPES),
  };
}

/** `user:ann@shop.example:42` → `user:*:*`: parts with digits, addresses and other signs are ids. */
function shapeOf(key: string): string {
  return key
    .split(/([:/|_])/)
    .map((part) => (/^[A-Za-z-]{0,30}$|^[:/|_]$/.test(part) ? part : '*'))
    .join('')
    .slice(0, 100);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
