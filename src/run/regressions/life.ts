import type { Block, BlockPair } from '../../model/comparison.ts';
import type { Journey } from '../../model/journey.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { RunContext } from '../context.ts';
import { commandEnvironment } from '../environment.ts';
import { populate } from '../population.ts';
import { samplerOf, type RunningStack } from '../stack.ts';
import { targetsOf } from '../targets.ts';
import { walkPair, type BlockShape, type Side } from './block.ts';
import type { Sides } from './sides.ts';

/** Walks before anything counts: enough for code to be compiled and pools to be filled. */
const WARM_UP_MS = 2_000;
const TRIES = 20;
/** Share of one core that one walk after the other may keep busy: near its limits a service shows its queue, not its work. */
const BUSY = 0.3;
const RATES = { least: 2, most: 300 } as const;
/** Walks that make a median. */
const ENOUGH = 20;
const BLOCK_MS = { least: 1_000, most: 5_000 } as const;
const USERS = 20;

export interface Comparing {
  readonly stage: PlannedStage;
  readonly journey: Journey;
  readonly sides: Sides;
  readonly random: () => number;
  readonly pairs: number;
}

/** Pairs of blocks of one journey, after both sides have warmed up. */
export async function compareJourney(context: RunContext, { stage, journey, sides, random, pairs }: Comparing): Promise<BlockPair[]> {
  await using closing = new AsyncDisposableStack();
  const enter = (name: Block['side'], stack: RunningStack): Side => {
    const http = closing.use(context.ports.loadHttp(context.signal));
    const { root, signal, redact } = context;
    const targets = targetsOf(context, stage, stack.manifest);
    const env = commandEnvironment(context, stage.name, stack.manifest);
    const walking = { ports: { ...context.ports, http }, root, targets, env, signal, redact };
    const population = closing.use(populate([journey], walking, { name: (user) => `gauntlet-${user + 1}` }));
    const [walked] = population.journeys;
    if (!walked) throw new RangeError('a population walks a journey');
    return { name, journey: walked, sampler: samplerOf(context, stack) };
  };
  const both = [enter('base', sides.base), enter('head', sides.head)] as const;
  const shape = await shapeOf(context, both);
  const walk = (durationMs: number): Promise<BlockPair> => walkPair(context, both, { ...shape, durationMs, users: USERS, random });
  await walk(WARM_UP_MS);
  const found: BlockPair[] = [];
  for (let pair = 1; pair <= pairs && !context.signal.aborted; pair += 1) {
    context.ports.progress.update(`${stage.name} │ head against base: ${journey.name}, pair ${pair} of ${pairs}`);
    found.push(await walk(shape.durationMs));
  }
  return found;
}

/** As fast as leaves both sides mostly idle, and as long as a median needs. */
async function shapeOf({ ports: { clock }, signal }: RunContext, sides: readonly Side[]): Promise<Omit<BlockShape, 'users' | 'random'>> {
  const times: number[] = [];
  for (const { journey } of sides) {
    for (let index = 0; index < TRIES && !signal.aborted; index += 1) {
      const from = clock.monotonicMs();
      await journey.walk(index % USERS);
      times.push(clock.monotonicMs() - from);
    }
  }
  // The quicker ones: others waited for whatever else this machine does.
  const usual = times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)] ?? 1;
  const perSecond = Math.min(RATES.most, Math.max(RATES.least, (BUSY * 1_000) / usual));
  const durationMs = Math.min(BLOCK_MS.most, Math.max(BLOCK_MS.least, (ENOUGH / perSecond) * 1_000));
  return { perSecond, durationMs };
}
