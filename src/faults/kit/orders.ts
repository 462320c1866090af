import { GauntletError } from '../../model/errors.ts';
import type { Attempt } from '../../model/attempt.ts';
import type { HealContext } from '../contract.ts';
import { agentState, workingAgent } from './agent.ts';
import type { AgentSpec, Order } from './agent-spec.ts';
import { attemptsIn } from './attempts.ts';

const HEARD_MS = 4_000;
const LOOK_MS = 20;

/** Tells a proxy what to do from now on, and waits until it does. @throws GauntletError when it does not hear. */
export async function giveOrder(context: HealContext, spec: AgentSpec, order: Order): Promise<void> {
  const { ports } = context;
  const file = ordersOf(spec);
  if (file === undefined) return;
  await ports.files.appendDurably(file, `${JSON.stringify(order)}\n`);
  const lines = (await ports.files.readText(file)).split('\n').length - 1;
  const untilMs = ports.clock.monotonicMs() + HEARD_MS;
  while (((await agentState(context, spec))?.orders ?? 0) < lines) {
    if (ports.clock.monotonicMs() > untilMs)
      throw new GauntletError('the proxy of the fault does not hear what it is told', {
        kind: 'stack',
        hint: 'look whether its process lives, and into its log in the run directory',
      });
    await ports.clock.sleep(LOOK_MS, context.signal);
  }
}

/** Lets everything pass again. A proxy that is gone holds nothing up. */
export async function liftOrder(context: HealContext, spec: AgentSpec): Promise<void> {
  if ((await workingAgent(context, spec)) === undefined) return;
  await giveOrder(context, spec, { behaviour: {}, untilMs: 0 });
}

/** What passed the proxies so far, and how many attempts they did not write down. */
export async function attemptsOf(
  context: HealContext,
  agents: readonly AgentSpec[],
): Promise<{ readonly attempts: readonly Attempt[]; readonly dropped: number }> {
  const all: Attempt[] = [];
  let counted = 0;
  for (const spec of agents) {
    const file = spec.work.type === 'proxy' ? spec.work.attempts : undefined;
    if (file === undefined) continue;
    all.push(...attemptsIn(await context.ports.files.readText(file).catch(() => '')));
    counted += (await agentState(context, spec))?.attempts ?? 0;
  }
  return { attempts: all.sort((a, b) => a.atMs - b.atMs), dropped: Math.max(0, counted - all.length) };
}

function ordersOf({ work }: AgentSpec): string | undefined {
  return work.type === 'proxy' ? work.orders : undefined;
}
