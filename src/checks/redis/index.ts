import type { z } from 'zod';

import { errorMessage } from '../../model/errors.ts';
import type { Unasked } from '../../model/live-look.ts';
import type { RedisSession } from '../../ports/index.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import { openStore } from './open.ts';
import { CounterFacts, KeyFacts, MemoryFacts, PersistenceFacts, RoundTripFacts } from './judge.ts';
import { keyNames, RED03 } from './keys.ts';
import { counter, memory, persistence, roundTrip } from './questions.ts';

/** Redis, and what speaks as it does: each row asks every one of the stack. */
export const redis: readonly CheckPlugin[] = [
  row('RED-02', { summary: 'Redis gives back what is written', facts: RoundTripFacts, ask: roundTrip }),
  row('RED-04', { summary: 'keys of Redis have a time to live where only such keys can be evicted', facts: MemoryFacts, ask: memory }),
  row('RED-05', { summary: 'the memory of Redis has a limit, and a policy for when it is reached', facts: MemoryFacts, ask: memory }),
  row('RED-06', { summary: 'what Redis holds outlives its container', facts: PersistenceFacts, ask: persistence }),
  row('RED-07', { summary: 'Redis counts the increments of several clients at once', facts: CounterFacts, ask: counter }),
  {
    ...defineCheck<KeyFacts>({
      code: 'RED-03',
      summary: 'keys of Redis have the names that were agreed on',
      needs: 'live',
      facts: KeyFacts,
      collect: async (context) => {
        const told = RED03.safeParse(context.options?.['RED-03']);
        const line = 'how keys are named is not said: `check_options: {RED-03: {pattern: "^(session|conversation):"}}`';
        if (!told.success) return context.named ? { state: 'gap', because: line } : { state: 'not-applicable', because: line };
        const found = await collect(context, (session, { store }) => keyNames(session, store, told.data));
        return found.state === 'collected' ? { ...found, facts: { ...found.facts, pattern: told.data.pattern } } : found;
      },
    }),
    options: RED03,
  },
];

interface Row<One> {
  readonly summary: string;
  readonly facts: z.ZodType<{ unasked: Unasked[]; stores: One[] }>;
  readonly ask: (session: RedisSession, about: { readonly store: Store; readonly context: CheckContext }) => Promise<One>;
}

function row<One>(code: string, { summary, facts, ask }: Row<One>): CheckPlugin {
  return defineCheck({ code, summary, needs: 'live', facts, collect: (context) => collect(context, ask) });
}

async function collect<One>(context: CheckContext, ask: Row<One>['ask']): Promise<Collected<{ unasked: Unasked[]; stores: One[] }>> {
  const found = await storesOf(context, 'redis');
  if (!isStores(found)) return found;
  const answers = await Promise.all(found.stores.map((store) => askOne(context, store, ask)));
  const stores = answers.flatMap((answer) => ('one' in answer ? [answer.one] : []));
  const unasked = answers.flatMap((answer) => ('one' in answer ? [] : [answer]));
  return { state: 'collected', facts: { unasked: [...found.unasked, ...unasked], stores }, sources: [] };
}

async function askOne<One>(context: CheckContext, store: Store, ask: Row<One>['ask']): Promise<{ one: One } | Unasked> {
  const opened = await openStore(context, store);
  if (typeof opened === 'string') return { service: store.service.name, because: opened };
  await using session = opened;
  try {
    return { one: await ask(session, { store, context }) };
  } catch (error) {
    return { service: store.service.name, because: `${store.place.shown} did not answer to the end: ${errorMessage(error).slice(0, 200)}` };
  }
}
