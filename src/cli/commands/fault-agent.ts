import { AgentSpec } from '../../faults/kit/agent-spec.ts';
import { runAgent } from '../fault-agent/agent.ts';
import type { World } from '../world.ts';

/** Hidden: works one fault until its end, whatever becomes of the gate that started it. */
export async function faultAgent(world: World, spec: string): Promise<number> {
  return runAgent(AgentSpec.parse(JSON.parse(spec)), world.signal);
}
