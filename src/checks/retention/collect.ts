import { randomUUID } from 'node:crypto';

import { oneLine } from '../../lib/text.ts';
import { errorMessage } from '../../model/errors.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { runJob } from './job.ts';
import type { RetentionFacts } from './judge.ts';
import type { NearDuplicates, OldRows } from './settings.ts';
import { qdrantShelf, sqlShelf, type Item, type Shelf } from './shelves.ts';
import { pairOf } from './vectors.ts';

const DAY_MS = 86_400_000;

/** Things of our own that the job is to remove, or to leave alone. */
interface Group {
  readonly what: string;
  readonly items: readonly Item[];
  /** How many of them are there once the job has run. */
  readonly left: number;
}

/** DATA-03: four rows, old or young, of low or high value; the old one of low value alone goes. */
export function collectOldRows(context: CheckContext, settings: OldRows | undefined): Promise<Collected<RetentionFacts>> {
  if (settings === undefined) return Promise.resolve(unsaid(context, 'DATA-03'));
  const { score, days } = settings;
  const row = (what: string, its: { readonly score: number; readonly days: number; readonly left: number }): Group => {
    const at = new Date(Date.parse(context.ports.clock.now()) - its.days * DAY_MS).toISOString();
    return { what, left: its.left, items: [item({ score: String(its.score), days: String(its.days), at })] };
  };
  const [low, high, old, young] = [score * 0.8, score * 1.2, days + 2, Math.max(days - 2, days / 2)];
  const groups = [
    row(`old, of low value (${old} days, score ${low})`, { score: low, days: old, left: 0 }),
    row(`old, of high value (${old} days, score ${high})`, { score: high, days: old, left: 1 }),
    row(`young, of low value (${young} days, score ${low})`, { score: low, days: young, left: 1 }),
    row(`young, of high value (${young} days, score ${high})`, { score: high, days: young, left: 1 }),
  ];
  return tryJob(context, settings, { groups, shelf: () => sqlShelf(context, settings) });
}

/** DATA-05: a pair of vectors that are near-duplicates, and a pair that are not. */
export async function collectNearDuplicates(
  context: CheckContext,
  settings: NearDuplicates | undefined,
): Promise<Collected<RetentionFacts>> {
  if (settings === undefined) return unsaid(context, 'DATA-05');
  const { collection, insert, count, remove } = settings;
  const sql = insert !== undefined && count !== undefined && remove !== undefined ? { ...settings, insert, count, remove } : undefined;
  if (collection === undefined && sql === undefined)
    return { state: 'gap', because: 'DATA-05 needs a `collection`, or `insert`, `count` and `remove`' };
  const shelf = await attempt(() =>
    collection === undefined && sql ? sqlShelf(context, sql) : qdrantShelf(context, { ...settings, collection: collection ?? '' }),
  );
  if ('state' in shelf) return shelf;
  const seed = context.seed ?? 1;
  const size = shelf.size ?? settings.size;
  const pair = (cosine: number, salt: number): Item[] =>
    pairOf({ size, cosine, seed: seed + salt }).map((vector) => item({ vector: JSON.stringify(vector) }, vector));
  const groups: Group[] = [
    { what: `two near-duplicates (cosine ${settings.near})`, items: pair(settings.near, 0), left: 1 },
    { what: `two that are none (cosine ${settings.far})`, items: pair(settings.far, 1), left: 2 },
  ];
  return tryJob(context, settings, { groups, shelf: () => Promise.resolve(shelf) });
}

function item(values: Readonly<Record<string, string>>, vector: readonly number[] = []): Item {
  const id = randomUUID();
  const n = Number.parseInt(id.replaceAll('-', '').slice(0, 7), 16) + 1_000_000_000;
  return { id, vector, values: { ...values, id, n: String(n) } };
}

interface Trying {
  readonly groups: readonly Group[];
  readonly shelf: () => Promise<Shelf | Collected<never>>;
}

async function tryJob(
  context: CheckContext,
  settings: OldRows | NearDuplicates,
  { groups, shelf: open }: Trying,
): Promise<Collected<RetentionFacts>> {
  const shelf = await attempt(open);
  if ('state' in shelf) return shelf;
  await using own = shelf;
  const items = groups.flatMap((group) => group.items);
  const counted = async (): Promise<number[]> => {
    const counts: number[] = [];
    for (const group of groups) {
      let sum = 0;
      for (const one of group.items) sum += await own.count(one);
      counts.push(sum);
    }
    return counts;
  };
  try {
    for (const one of items) await own.insert(one);
    const before = await counted();
    const { tail, ...job } = await runJob(context, settings);
    const after = await counted();
    const rows = groups.map(({ what, items: all, left }, index) => ({
      what,
      made: all.length,
      before: before[index] ?? 0,
      after: after[index] ?? 0,
      left,
    }));
    return {
      state: 'collected',
      facts: { service: own.service, place: own.place, ...job, job: own.hush(job.job), tail: tail.map(own.hush), rows },
      sources: [],
    };
  } catch (error) {
    return { state: 'gap', because: `${own.place} did not answer as asked: ${own.hush(oneLine(errorMessage(error))).slice(0, 300)}` };
  } finally {
    for (const one of items) await own.remove(one).catch(() => undefined);
  }
}

async function attempt(open: () => Promise<Shelf | Collected<never>>): Promise<Shelf | Collected<never>> {
  try {
    return await open();
  } catch (error) {
    return { state: 'gap', because: errorMessage(error) };
  }
}

function unsaid(context: CheckContext, code: string): Collected<never> {
  if (context.manifest === undefined) return { state: 'gap', because: 'the stack is not up, so nothing could be asked' };
  const because = `the job and the place of its data are not said: \`check_options: {${code}: {job: …}}\``;
  return { state: context.named === true ? 'gap' : 'not-applicable', because };
}
