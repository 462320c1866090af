import type { StepReply } from '../../journeys/contract.ts';
import type { Journey } from '../../model/journey.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { RollbackTurn } from '../../model/rollback.ts';
import { readBack, readerOf } from '../chaos/ledger.ts';
import { messagesOf, newSession } from '../chaos/probe.ts';
import type { RunContext } from '../context.ts';
import { commandEnvironment } from '../environment.ts';
import { runJourney, walkOn, type JourneyContext } from '../journey.ts';
import { sideUp } from '../side-stack.ts';
import type { RunningStack } from '../stack.ts';
import { targetsOf } from '../targets.ts';

/** Things that each version writes. */
const WRITES = 5;

/** One version comes up and is tried; `written` gets the ids of all that it acknowledged. */
export async function takeTurn(
  context: RunContext,
  stage: PlannedStage,
  { version, written }: { readonly version: RollbackTurn['version']; readonly written: string[] },
): Promise<{ readonly turn: RollbackTurn; readonly stack?: RunningStack }> {
  const { clock } = context.ports;
  const from = clock.monotonicMs();
  const up = await sideUp(context, 'rollback');
  if ('why' in up) return { turn: { version, stack: { state: 'not-ready', why: context.redact(up.why) }, journeys: [] } };
  const afterMs = clock.monotonicMs() - from;
  const walking: JourneyContext = {
    ports: context.ports,
    root: context.root,
    targets: targetsOf(context, stage, up.manifest),
    env: commandEnvironment(context, stage.name, up.manifest),
    signal: context.signal,
    redact: context.redact,
  };
  const journeys: RollbackTurn['journeys'] = [];
  for (const name of stage.rollback?.journeys ?? []) journeys.push(await walk(context, walking, name));
  const kept = await keep(context, stage, { walking, written });
  return { stack: up, turn: { version, stack: { state: 'ready', afterMs }, journeys, ...(kept === undefined ? {} : { kept }) } };
}

async function walk(context: RunContext, walking: JourneyContext, name: string): Promise<RollbackTurn['journeys'][number]> {
  const journey = context.plan.journeys.find((candidate) => candidate.name === name);
  if (journey === undefined || context.signal.aborted) return { journey: name, outcome: 'interrupted', durationMs: 0 };
  const { outcome, durationMs, steps } = await runJourney(journey, { ...walking, user: 'gauntlet' });
  const wrong = steps.find(({ misses }) => misses.length > 0);
  const [miss] = wrong?.misses ?? [];
  return { journey: name, outcome, durationMs, ...(wrong && miss ? { miss: { ...miss, step: wrong.title } } : {}) };
}

/** Finds what earlier turns wrote, and writes its own. */
async function keep(
  context: RunContext,
  { rollback }: PlannedStage,
  { walking, written }: { readonly walking: JourneyContext; readonly written: string[] },
): Promise<RollbackTurn['kept']> {
  if (rollback?.keeps === undefined) return undefined;
  const writer = context.plan.journeys.find(({ name }) => name === rollback.keeps?.write);
  const reader = readerOf(context.plan.journeys, rollback.keeps);
  if (writer === undefined || reader === undefined) return undefined;
  const reading = [...(await readBack(written, reader, walking)).values()].map(({ state }) => state);
  for (let count = 0; count < WRITES && !context.signal.aborted; count += 1) {
    const id = crypto.randomUUID();
    if (await write(writer, walking, id)) written.push(id);
  }
  const of = (...states: string[]): number => reading.filter((state) => states.includes(state)).length;
  return { written: written.length, found: of('there'), lost: of('absent', 'corrupt'), unread: of('unread') };
}

async function write(journey: Journey, walking: JourneyContext, id: string): Promise<boolean> {
  await using closing = new AsyncDisposableStack();
  const replies: StepReply[] = [];
  const walker = {
    user: 'gauntlet',
    session: newSession(closing),
    messages: messagesOf(id),
    heard: (reply: StepReply) => void replies.push(reply),
  };
  return (await walkOn(journey, walking, walker)).outcome === 'passed';
}
